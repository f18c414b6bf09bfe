# SPDX-License-Identifier: Apache-2.0
"""What test scripts in Python share, as tests/support.sh for shell.

Importing it makes a folder for the test with PEDIGREE_HOME in it, and goes
there. It is removed when the test passes and kept when it fails.
"""

import atexit
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.environ["top_srcdir"]
BUILD = os.environ["top_builddir"]
EXAMPLES = os.path.join(TOP, "examples")
LIMIT = 120  # seconds: what takes longer hangs

for _name in [name for name in os.environ if name.startswith("PEDIGREE_")]:
    del os.environ[_name]
for _name in ("LD_PRELOAD", "PYTHONPATH"):
    os.environ.pop(_name, None)

work = tempfile.mkdtemp(prefix="pedigree-test.")
os.environ["PEDIGREE_HOME"] = os.path.join(work, "home")
os.environ["XDG_CONFIG_HOME"] = os.path.join(work, "config")
os.environ["PATH"] = BUILD + os.pathsep + os.environ["PATH"]
os.chdir(work)

_keep = True


def _leave_no_spare():
    """Runs whose spool could not be used are in /dev/shm, in a folder of
    that spool's, and know where they were started."""
    for begin in glob.glob("/dev/shm/pedigree-*/*/runs/*/begin.json"):
        try:
            with open(begin, encoding="utf-8", errors="replace") as file:
                ours = work in file.read()
        except OSError:
            continue
        if ours:
            spool = os.path.dirname(os.path.dirname(os.path.dirname(begin)))
            shutil.rmtree(spool, ignore_errors=True)
            try:
                os.rmdir(os.path.dirname(spool))
            except OSError:
                pass  # it holds others' runs


def _end():
    os.chdir("/")
    _leave_no_spare()
    if _keep:
        print(f"kept: {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)


atexit.register(_end)


def _leave(status, text):
    global _keep
    _keep = status not in (0, 77)
    if text:
        print(text)
    sys.stdout.flush()
    sys.exit(status)


def passed():
    _leave(0, None)


def fail(text):
    _leave(1, f"FAIL: {text}")


def skip(text):
    _leave(77, f"SKIP: {text}")


def framework_failure(text):
    _leave(99, f"ERROR: {text}")


def check(truth, text):
    if not truth:
        fail(text)


def equal(actual, expected, what):
    if actual != expected:
        fail(f"{what}:\n  expected {expected!r}\n  got      {actual!r}")


def wait_for(condition, what):
    """The first true answer; a machine that is busy gets its time."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    return fail(f"waited {LIMIT} s for {what}")


def needs(*tools):
    for tool in tools:
        if not shutil.which(tool):
            skip(f"{tool} is not installed")


def python_with(module):
    """An interpreter that has the module; the one in PATH may not."""
    for python in (os.environ.get("PYTHON"), "python3", "/usr/bin/python3"):
        if python and shutil.which(python) and subprocess.run(
                [python, "-c", f"import {module}"],
                stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return python
    return skip(f"no python3 has {module}")


def run(*command, status=0, **more):
    """Runs a command, checks its exit status, returns its output."""
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=300,
                          stderr=subprocess.PIPE, check=False, **more)
    sys.stdout.write(f"$ {' '.join(command)}\n")
    sys.stdout.write(done.stderr.decode(errors="replace"))
    if done.returncode != status:
        print(done.stdout.decode(errors="replace"))
        fail(f"{' '.join(command)}: status {done.returncode}, not {status}")
    return done.stdout.decode(errors="replace")


def pedigree(*words, **more):
    return run("pedigree", *words, **more)


def answer(*words, **more):
    """The JSON that a query prints."""
    return json.loads(pedigree(*words, "--json", **more))


def kind(vertex):
    """A word for what a vertex of a trace is: its Type, else the lineage's."""
    return vertex.get("Type") or vertex["LineageType"]


def short(vertex):
    """What a vertex is called in a test: the last part of its URI or name."""
    return os.path.basename((vertex.get("SourceUri") or
                             vertex.get("Name")).rstrip("/"))
