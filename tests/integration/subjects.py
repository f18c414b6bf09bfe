#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run every subject bare and with the shim, and compare its events.

    subjects.py [NAME...]
"""
import fnmatch
import os
import re
import shutil
import subprocess
import sys

from support import BUILD, fail, passed, work

SUBJECT = os.path.join(BUILD, "tests/integration/subjects/subject")
DUMP = os.path.join(BUILD, "tests/integration/support/dump")
SHIM = os.path.join(BUILD, ".libs/libpedigree-preload.so")
# The order of their events is not theirs to say.
UNORDERED = {"exec", "fork", "open", "signal", "threads"}
WORDS = {"open", "rename", "link", "symlink", "unlink", "truncate", "blind"}


def new_run(name):
    """A run's folder, as the shim needs it."""
    folder = os.path.join(work, "spool", name)
    os.makedirs(folder)
    with open(os.path.join(folder, "begin.json"), "w") as file:
        file.write("{}\n")
    os.symlink(SHIM, os.path.join(folder, "libpedigree-preload.so"))
    return folder


def go(name, preload):
    folder = os.path.join(work, "subject")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    environment = {"PATH": "/usr/bin:/bin", "HOME": work}
    if preload:
        environment["LD_PRELOAD"] = preload
    else:
        # A variable that does nothing, so that both have as many.
        environment["LD_PRELOAD_"] = ""
    done = subprocess.run([SUBJECT, name], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=300)
    return done.returncode, done.stdout, done.stderr, folder


def events(run, folder):
    """The dump's lines about the folder, and the counters."""
    dump = subprocess.run([DUMP, run], capture_output=True, check=True)
    text = dump.stdout.decode(errors="surrogateescape")
    lines = text.splitlines()
    found = []
    for line in lines[:-1]:
        line = line.split(" ", 1)[1]
        if line.split(" ", 1)[0] not in WORDS:
            continue
        line = line.replace(folder, ".")
        if " ./" in line or line.endswith(" .") or "/link-" in line:
            found.append(line)
    return found, dict(re.findall(r"(\w+)=(\d+)", lines[-1]))


def differences(name, expected, found):
    if name in UNORDERED:
        expected, found = sorted(expected), sorted(found)
    for index in range(max(len(expected), len(found))):
        want = expected[index] if index < len(expected) else "nothing"
        have = found[index] if index < len(found) else "nothing"
        if not (want == have or fnmatch.fnmatchcase(have, want)):
            return f"event {index}: expected '{want}', found '{have}'"
    return None


def check(name):
    bare = go(name, None)
    run = new_run(name)
    seen = go(name, os.path.join(run, "libpedigree-preload.so"))
    for what, index in ("status", 0), ("output", 1), ("error output", 2):
        if bare[index] != seen[index]:
            return f"its {what} differs: {bare[index]} {seen[index]}"
    if bare[0]:
        return f"it ended with {bare[0]}: {bare[2]}"
    lines = seen[1].decode(errors="surrogateescape").splitlines()
    expected = [line[2:] for line in lines if line.startswith("> ")]
    found, counters = events(run, seen[3])
    wrong = differences(name, expected, found)
    if wrong:
        return wrong
    if counters["dropped"] != "0" or counters["bad"] != "0":
        return f"events were lost: {counters}"
    if counters["expected"] != counters["images"]:
        return f"programs were lost: {counters}"
    if (counters["modes"] == "1") != (name == "old_kernel"):
        return f"it was written another way: {counters}"
    return None


names = sys.argv[1:] or subprocess.run(
    [SUBJECT, "--list"], capture_output=True, text=True,
    check=True).stdout.split()
wrong = []
for name in names:
    trouble = check(name)
    print(f"{name}: {trouble or 'ok'}")
    if trouble:
        wrong.append(name)
if wrong:
    fail(" ".join(wrong))
passed()
