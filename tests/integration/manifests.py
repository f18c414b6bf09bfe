#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists of data sets' files: odd names, links, files that go, and many."""

import os
import sqlite3
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

MANY = 100000
CONFIG = """\
[dataset odd]
root = {project}/odd
portable = yes

[dataset gone]
root = gone

[dataset many]
root = many
portable = yes
"""
NAMES = [b"sp ace", b"tab\there", b"line\nend", b"\xff\xfe", "日本".encode(),
         b"per%cent", b"q?#&;", b"-", b"'\"<>\\", b"a" * 255]


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)


def python(name, text):
    t.pedigree("run", "-q", "--name", name, "--", sys.executable, "-c", text)


def wait_for(run):
    """A busy machine goes on with a record when `pedigree run` has ended."""
    end = time.monotonic() + 300
    while subprocess.run(["pedigree", "show", run], stdin=subprocess.DEVNULL,
                         capture_output=True, timeout=300, check=False).returncode:
        t.check(time.monotonic() < end, f"{run} is not recorded")
        time.sleep(0.2)


def data_set(run, name):
    found = [a for a in t.answer("show", run)["Inputs"] if a["ArtifactName"] == name]
    t.equal(len(found), 1, f"data sets {name} of {run}")
    return found[0]


def extent(artifact):
    properties = artifact["Properties"]
    return int(properties["Files"]), int(properties["FilesPresent"])


def names_of_any_bytes_come_back_as_they_were():
    os.makedirs("odd/in")
    for name in NAMES:
        write(b"odd/in/" + name, name)
    write("odd/in/unread", b"u")
    python("oddly", "import os\n"
           "for n in os.listdir(b'odd/in'):\n"
           "    if n != b'unread': open(b'odd/in/' + n, 'rb').read()")
    t.equal(extent(data_set("oddly", "odd")), (10, 11), "how much")
    listed = t.answer("show", "dataset://odd", "--manifest")
    t.equal({urllib.parse.unquote_to_bytes(f["Path"]) for f in listed},
            {b"in/" + n for n in NAMES}, "the names")
    t.equal(sum(f["Size"] for f in listed), sum(map(len, NAMES)), "the sizes")
    text = t.pedigree("show", "dataset://odd", "--manifest")
    t.equal(len(text.splitlines()), 1 + len(NAMES), "a line a file")


def links_in_a_tree_are_what_they_lead_to():
    os.makedirs("elsewhere")
    write("elsewhere/real.csv", b"r")
    os.symlink("../elsewhere", "odd/outside")
    os.symlink("sp ace", "odd/in/again")
    os.symlink(".", "odd/in/round")
    os.symlink("nowhere", "odd/in/dangling")
    python("links", "import os\n"
           "for n in ('again', 'sp ace', 'round/round/-'): open('odd/in/' + n).read()\n"
           "open('odd/outside/real.csv').read()")
    t.equal(extent(data_set("links", "odd")), (2, 11),
            "a file of two names counts once, a link is no file")
    uris = {a["Source"]["SourceUri"] for a in t.answer("show", "links")["Inputs"]}
    t.check("file://" + os.path.abspath("elsewhere/real.csv") in uris,
            f"what is outside of the tree is not part of it: {uris}")


def files_that_went_while_they_were_read_are_told_as_unverified():
    os.makedirs("gone")
    for i in range(20):
        write(f"gone/{i:02}", b"%d" % i)
    python("vanish", "import os\n"
           "for i in range(12): open(f'gone/{i:02}').read()\n"
           "os.remove('gone/03'); os.rename('gone/04', 'gone/moved')\n"
           "open('gone/05', 'w').write('changed')")
    got = data_set("vanish", "gone")
    t.equal(got["Properties"].get("ChangedDuringRun"), "true", "that it changed")
    t.equal(int(got["Properties"]["Files"]), 12, "what was read")
    done = {f["Path"]: f["Version"]
            for f in t.answer("show", got["ArtifactArn"], "--manifest")}
    t.equal(len(done), 12, "the list has what went")
    for path in ("03", "05"):
        t.check(not done[path].startswith("sha256:"), f"{path}: {done[path]}")
    t.check(done["00"].startswith("sha256:"), done)


def a_hundred_thousand_files_are_listed_in_text_and_json():
    for folder in range(MANY // 1000):
        os.makedirs(f"many/{folder:02}")
        for i in range(1000):
            write(f"many/{folder:02}/{i:03}", b"%d" % (i % 7))
    python("crawl", "import os\n"
           "for d, _, names in os.walk('many'):\n"
           "    for n in names: os.close(os.open(d + '/' + n, os.O_RDONLY))")
    wait_for("crawl")
    t.equal(extent(data_set("crawl", "many")), (MANY, MANY), "all of it")
    text = t.pedigree("show", "dataset://many", "--manifest")
    t.equal(len(text.splitlines()), 1 + MANY, "lines of text")
    listed = t.answer("show", "dataset://many", "--manifest")
    t.equal([f["Path"] for f in listed],
            sorted(f"{d:02}/{i:03}" for d in range(MANY // 1000) for i in range(1000)),
            "the paths, in order")
    with sqlite3.connect(os.environ["PEDIGREE_HOME"] + "/ledger.db") as ledger:
        size, = ledger.execute("SELECT max(length(text)) FROM manifest").fetchone()
    t.check(size * 4 < len(text), f"{size} of {len(text)} bytes")


def a_full_disk_behind_the_list_is_told_once():
    for words in ((), ("--json",)):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                ["pedigree", "show", "dataset://many", "--manifest", *words],
                stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                timeout=60, check=False)
        t.equal(done.returncode, 2, "the status")
        t.equal(done.stderr.decode(), "pedigree: cannot write the answer: "
                "No space left on device\n", "what is said")


with open("pedigree.conf", "w", encoding="ascii") as config:
    config.write(CONFIG)
names_of_any_bytes_come_back_as_they_were()
links_in_a_tree_are_what_they_lead_to()
files_that_went_while_they_were_read_are_told_as_unverified()
a_hundred_thousand_files_are_listed_in_text_and_json()
a_full_disk_behind_the_list_is_told_once()
t.passed()
