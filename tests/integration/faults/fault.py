# SPDX-License-Identifier: Apache-2.0
"""What the scripts of this folder share: a command goes bare and captured,
must come to the same, and its record is looked at."""

import __main__
import glob
import json
import os
import shutil
import subprocess
import sys

from support import LIMIT, equal, fail, passed, skip, wait_for, work

FULL = "full" in sys.argv[1:]  # the long form, of make check-suites
HOME = os.environ["PEDIGREE_HOME"]
_count = 0


def outcome(command, **more):
    """Status, output and errors of a command."""
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.PIPE, timeout=LIMIT, **more)
    return (done.returncode, done.stdout,
            done.stderr.decode(errors="surrogateescape"))


def environment(home=HOME, **more):
    return dict(os.environ, PEDIGREE_HOME=home, **more)


def folder_of(name, home=HOME):
    found = glob.glob(os.path.join(home, "spool", "runs", name + "-??????"))
    equal(len(found), 1, f"folders of {name}: {found}")
    return found[0]


def record_of(name, home=HOME):
    """The record; a slow machine's is made by the detached finisher."""
    path = os.path.join(folder_of(name, home), "record.json")
    wait_for(lambda: os.path.exists(path), f"the record of {name}")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def blind(record):
    return [spot["Kind"] for spot in record["Capture"]["BlindSpots"]]


def names(name, member, home=HOME):
    """The last parts of the URIs of a run's inputs or outputs."""
    status, out, err = outcome(["pedigree", "show", name, "--json"],
                               env=environment(home))
    equal(status, 0, f"show {name}: {err}")
    return sorted(os.path.basename(one["Source"]["SourceUri"])
                  for one in json.loads(out)[member])


def fresh(where):
    """A folder with in.txt, made anew."""
    shutil.rmtree(where, ignore_errors=True)
    os.makedirs(where)
    with open(os.path.join(where, "in.txt"), "w", encoding="ascii") as file:
        file.write("one line\n")


def both(name, command, home=HOME, prefix=(), before=lambda: None, **more):
    """Goes bare and captured in equal folders, compares what can be told
    from outside, and answers the status, output and record."""
    global _count
    _count += 1
    where = os.path.join(work, f"at-{_count}")
    fresh(where)
    before()
    bare = outcome([*prefix, *command], cwd=where, env=environment(home),
                   **more)
    fresh(where)
    before()
    ours = outcome([*prefix, "pedigree", "run", "-q", "--name", name, "--",
                    *command], cwd=where, env=environment(home), **more)
    equal(ours, bare, f"{name}: captured, against bare")
    return bare[0], bare[1], record_of(name, home)


def compiled(source, name, compiler=None, *flags):
    """Builds a C program in the test's folder; None: not possible here."""
    compiler = compiler or os.environ.get("CC", "cc").split()[0]
    path = os.path.join(work, name)
    if not shutil.which(compiler):
        return None
    done = subprocess.run([compiler, "-x", "c", "-", "-O1", "-o", path,
                           *flags], input=source.encode(), check=False,
                          stderr=subprocess.PIPE)
    if done.returncode:
        print(f"{compiler} {' '.join(flags)}: "
              f"{done.stderr.decode(errors='replace')}")
        return None
    return path


def in_namespace(*options):
    """Runs this script once more in namespaces of its own, the word "inside"
    after its name, and ends as that does; skips where that is refused."""
    if sys.argv[1:2] == ["inside"]:
        return
    for more in ((), ("--map-root-user",)):
        words = ["unshare", *more, *options]
        if shutil.which(words[0]) and subprocess.run(
                [*words, "true"], stderr=subprocess.DEVNULL,
                check=False).returncode == 0:
            if "PYTHONPATH" not in os.environ:
                os.environ["PYTHONPATH"] = os.path.join(
                    os.environ["top_srcdir"], "tests")
            done = subprocess.run([*words, sys.executable, __main__.__file__,
                                   "inside"], check=False)
            if done.returncode == 0:
                passed()
            if done.returncode == 77:
                skip("inside the namespace")
            fail(f"inside the namespace: status {done.returncode}")
    skip(f"unshare {' '.join(options)} is not allowed here")
