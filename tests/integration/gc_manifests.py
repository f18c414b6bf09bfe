#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`pedigree gc` and the lists of data sets' files that the ledger keeps."""

import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

os.environ["PEDIGREE_GC_AUTO"] = "no"
SPOOL = os.environ["PEDIGREE_HOME"] + "/spool"


def read(name, folder):
    t.run("pedigree", "run", "-q", "--name", name, "--",
          "sh", "-c", f"cat {folder}/*.csv > /dev/null")


def gc(*words):
    """The digests of what went, or would go, in that order."""
    items = t.answer("gc", *words)["Items"]
    t.equal({i["Kind"] for i in items} - {"Manifest"}, set(), "kinds")
    return [i["Name"] for i in items]


def digest_of(folder):
    properties = t.answer("show", folder)["Artifact"]["Properties"]
    return properties["Manifest"]


def has_list(folder):
    done = subprocess.run(["pedigree", "show", folder, "--manifest"],
                          stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, timeout=60)
    if done.returncode:
        t.equal(done.returncode, 1, "status without a list")
        t.check(b"pedigree gc removed it" in done.stderr,
                f"no word why there is no list: {done.stderr}")
    return done.returncode == 0


t.pedigree("gc", "--manifest-count", "1")
FOLDERS = ("oldest", "middle", "newest")
for folder in FOLDERS:
    os.mkdir(folder)
    for n in range(12):
        with open(f"{folder}/{n}.csv", "w", encoding="ascii") as file:
            file.write(f"{folder} {n}\n")
    read(f"of-{folder}", folder)
digests = [digest_of(folder) for folder in FOLDERS]
versions = [t.answer("show", folder)["Artifact"]["Source"] for folder in FOLDERS]

# Nothing goes by itself, and nothing by a look.
t.equal(gc(), [], "what goes without a bound")
t.equal(gc("--dry-run", "--manifest-count", "1"), digests[:2],
        "what would go by number")
t.equal([has_list(f) for f in FOLDERS], [True] * 3, "lists after a look")

# What an outbox has a record of stays, however old.
record, = glob.glob(f"{SPOOL}/runs/of-oldest-*/record.json")
waiting = f"{SPOOL}/outbox/elsewhere"
os.makedirs(waiting)
name = os.path.basename(os.path.dirname(record)) + ".0.json"
shutil.copy(record, f"{waiting}/{name}")
t.equal(gc("--manifest-count", "2"), [digests[1]],
        "what goes while a record waits")
t.equal([has_list(f) for f in FOLDERS], [True, False, True], "lists by number")
os.unlink(f"{waiting}/{name}")

# By use, not by when it was first seen.
read("again", "oldest")
t.equal(gc("--manifest-count", "1"), [digests[2]], "what goes after a use")
t.equal(gc("--manifest-age", "365d"), [], "what goes by a long age")
t.equal(gc("--manifest-size", "10M"), [], "what goes by a large size")
t.equal(gc("--manifest-size", "1"), [digests[0]], "what goes by size")

# The data sets stay what they were, and so does all else that is kept.
t.equal([t.answer("show", f)["Artifact"]["Source"] for f in FOLDERS], versions, "versions")
t.equal([has_list(f) for f in FOLDERS], [False] * 3, "lists in the end")
t.check(t.answer("show", "of-middle")["Inputs"], "a run lost its input")
t.pedigree("diff", "of-oldest", "of-middle", status=1)

# Who reads it again brings the list back.
read("back", "middle")
t.check(has_list("middle"), "the list does not come back")

# The configuration's word, and not a checkout's.
with open("pedigree.conf", "w", encoding="ascii") as file:
    file.write("[gc]\nmanifest_size = 1\n")
t.equal(gc(), [], "what goes when a checkout wants it")
os.unlink("pedigree.conf")
os.environ["PEDIGREE_GC_MANIFEST_SIZE"] = "1"
t.equal(gc(), [digests[1]], "what goes when the configuration says so")
t.passed()
