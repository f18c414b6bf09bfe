#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Go every way a program can reach a file, bare and captured.

    ways.py WAYS MODULE [NAME...]

WAYS is the built program of this folder, MODULE a shared object. The command
under test is $PEDIGREE. What a way prints is what must be found of it (see
ways.h); its output, status and files must be the same with and without us.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import programs

PEDIGREE = os.environ.get("PEDIGREE", "pedigree")


def prepare(folder):
    os.makedirs(os.path.join(folder, "sub"))
    for name in ("in.txt", "other.txt", "sub/in.txt"):
        with open(os.path.join(folder, name), "w") as file:
            file.write(f"content of {name}\n")
    shutil.copy(MODULE, os.path.join(folder, "module.so"))


def tree(folder):
    """What a way left behind: names with sizes; made-up names as one."""
    found = []
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            name = "made" if name.startswith("made-") else name
            found.append((os.path.relpath(path, folder), name,
                          os.lstat(full).st_size))
    return sorted(found)


def go(command, folder, home):
    environment = dict(os.environ, PEDIGREE_HOME=home)
    done = subprocess.run(command, cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120)
    lines = done.stdout.decode(errors="surrogateescape").splitlines()
    return done.returncode, lines, done.stderr.decode(errors="replace")


def plain(lines):
    """Expectations with made-up names as one."""
    return [line.split("made-")[0] for line in lines]


def ask(home, *words):
    done = subprocess.run([PEDIGREE, *words], capture_output=True, text=True,
                          env=dict(os.environ, PEDIGREE_HOME=home))
    if done.returncode:
        raise AssertionError(f"pedigree {' '.join(words)}: {done.stderr}")
    return done.stdout


def missing(expectations, folder, record, events):
    """Which expectations the record does not meet, as sentences."""
    def uris(member):
        return [urllib.parse.unquote(a["Source"]["SourceUri"],
                                     errors="surrogateescape")
                for a in record[member]]

    inputs, outputs = uris("Inputs"), uris("Outputs")
    blind = [spot["Kind"] for spot in record["Capture"]["BlindSpots"]]
    wrong = []
    for line in expectations:
        word, what = line.split(" ", 1)
        path = os.path.join(os.path.realpath(folder), what)
        uri = "file://" + path
        seen = any(path in (e.get("Path"), e.get("NewPath")) for e in events)
        good = {
            "read": uri in inputs,
            "write": uri in outputs,
            "gone": seen and uri not in inputs + outputs,
            "list": seen,
            "load": seen,
            "blind": what in blind,
        }[word]
        if not good:
            wrong.append(line)
    return wrong


def check(name, command, scratch, expected=None):
    """Returns None, a reason to skip, or raises AssertionError. A way that
    is a program of its own does not print what is `expected` of it."""
    bare, captured, home = (os.path.join(scratch, d)
                            for d in ("bare", "captured", "home"))
    prepare(bare)
    prepare(captured)
    plainly = go(command, bare, home)
    if plainly[0] == 77:
        return "this machine has no such way"
    ours = go([PEDIGREE, "run", "-q", "--name", "way", "--"] + command,
              captured, home)
    if (plainly[0], plain(plainly[1]), plainly[2]) != \
            (ours[0], plain(ours[1]), ours[2]):
        raise AssertionError(f"bare {plainly}\ncaptured {ours}")
    if tree(bare) != tree(captured):
        raise AssertionError(f"bare left {tree(bare)}\n"
                             f"captured left {tree(captured)}")
    record = json.loads(ask(home, "show", "way", "--json"))
    events = [json.loads(line)
              for line in ask(home, "events", "way", "--json").splitlines()]
    wrong = missing(expected or ours[1], captured, record, events)
    if wrong:
        raise AssertionError("not found: " + "; ".join(wrong) + "\n" +
                             json.dumps(record, indent=1) + "\n" +
                             "\n".join(map(json.dumps, events)))
    if record["Capture"]["Dropped"]:
        raise AssertionError("events were dropped")
    return None


def main():
    names = sys.argv[3:] or subprocess.run(
        [WAYS, "--list"], capture_output=True, text=True,
        check=True).stdout.split() + list(programs.PROGRAMS)
    failed = 0
    shop = tempfile.mkdtemp(prefix="ways-")
    os.chmod(shop, 0o755)
    built = programs.build(shop)
    for name in names:
        scratch = tempfile.mkdtemp(prefix=f"way-{name}-")
        # A setuid program must be able to go there.
        os.chmod(scratch, 0o755)
        command, reason, expected = [WAYS, name], None, None
        if name in programs.PROGRAMS:
            command, reason = programs.command(name, built)
            expected = programs.PROGRAMS[name][1:]
        try:
            if command:
                reason = check(name, command, scratch, expected)
            print(f"ok {name}" + (f" # skipped: {reason}" if reason else ""))
            shutil.rmtree(scratch)
        except AssertionError as error:
            failed += 1
            print(f"not ok {name} (kept: {scratch})\n{error}")
    shutil.rmtree(shop)
    print(f"{len(names) - failed} of {len(names)} ways are seen")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    WAYS, MODULE = map(os.path.abspath, sys.argv[1:3])
    sys.exit(main())
