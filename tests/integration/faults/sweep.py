# SPDX-License-Identifier: Apache-2.0
"""System calls of the wrapper, the finisher and the shim go wrong, one by
one, or they are killed there: the command runs once and as it would, and what
can be recorded is, when nothing is wrong any more. "full": each call."""

import errno
import glob
import json
import os
import platform
import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

from fault import FULL, compiled, environment, outcome
from support import check, equal, fail, passed, skip, work

TEXT = b"one line\n" * 100
JOB = "echo x >>ran; cat in.txt; echo err >&2; cp in.txt out.txt; exit 3"
COMMAND = ["pedigree", "run", "--name", "job", "--", "sh", "-c", JOB]
SHIM = "libpedigree-preload.so"
# The ends of processes and threads; what cannot fail but by a broken kernel.
SPARED = ("exit", "exit_group", "execve", "futex", "rt_sigreturn", "brk",
          "arch_prctl", "wait4", "rt_sigprocmask", "rt_sigaction", "poll")
WRITES = ("write", "pwrite64", "fsync", "fdatasync", "rename", "linkat",
          "mkdir", "symlink", "ftruncate", "openat")
# Whose, which calls, how they fail ("+": from there on), how many of each.
QUICK = (
    ("pedigree", ("signalfd4", "pipe2", "clone", "kill", "close_range"),
     "EPERM", 4),
    ("pedigree", ("openat", "pipe2"), "EMFILE+", 3),
    ("pedigree", WRITES, "ENOSPC+", 2),
    ("pedigree", ("pwrite64", "rename", "unlink", "fsync"), "kill", 2),
    (SHIM, ("mmap", "openat", "madvise"), "ENOMEM+", 2),
    (SHIM, ("getcwd", "pread64", "close"), "EIO", 1),
)
FAULTS = ("EIO", "ENOSPC+", "EDQUOT", "EMFILE+", "ENFILE", "ENOMEM", "EACCES",
          "EROFS+", "EINTR", "EAGAIN", "EPERM+", "ENOSYS+", "kill")


def numbers():
    """The system calls by name, as the kernel's header has them."""
    header = subprocess.run(
        [os.environ.get("CC", "cc").split()[0], "-E", "-dM", "-x", "c", "-"],
        input=b"#include <asm/unistd.h>\n", stdout=subprocess.PIPE,
        check=True).stdout.decode()
    words = (line.split() for line in header.splitlines())
    return {word[1][5:]: int(word[2]) for word in words
            if len(word) == 3 and word[1].startswith("__NR_") and
            word[2].isdigit() and int(word[2]) < 500}


def place(tag):
    where = os.path.join(work, tag)
    os.makedirs(os.path.join(where, "cwd"))
    if tag != "before":
        shutil.copytree(os.path.join(work, "before", "home"),
                        os.path.join(where, "home"), symlinks=True)
    with open(os.path.join(where, "cwd", "in.txt"), "wb") as file:
        file.write(TEXT)
    return where


def ask(where, *command):
    return outcome(command, cwd=os.path.join(where, "cwd"),
                   env=environment(os.path.join(where, "home")))


def occurrences(whose):
    """How often which call is made when nothing goes wrong."""
    where = place("count-" + whose)
    told = os.path.join(where, "told")
    status, _, err = ask(where, "sh", "-c", 'exec 3>"$0"; exec "$@"', told,
                         INJECT, EVERY, whose, "-1", "0", "0", *COMMAND)
    if status == 99 and "PTRACE" in err:
        skip("ptrace is not allowed here")
    equal(status, 3, f"nothing goes wrong: {err}")
    with open(told, encoding="ascii") as file:
        return {NAMES[int(number)]: int(count) for number, count in
                (line.split() for line in file)}


def recovered(where, err, killed, lost):
    """What there is to say against the state, once all is well again."""
    home = os.path.join(where, "home")
    status, out, told = ask(where, "pedigree", "push")
    if status or b" 0 waiting" not in out:
        yield f"push: {status} {out} {told}"
    status, out, told = ask(where, "pedigree", "list", "runs", "--json")
    found = [one["TrialComponentName"] for one in json.loads(out or b"[]")
             if one["TrialComponentName"].startswith("job")]
    if len(found) > 1 or (not found and not lost and
                          "without capture" not in err and
                          "not captured" not in err):
        yield f"runs: {found}"
    if found:
        status, out, told = ask(where, "pedigree", "show", "job", "--json")
        run = json.loads(out or b"null")
        sides = [[os.path.basename(one["Source"]["SourceUri"])
                  for one in run[side]] for side in ("Inputs", "Outputs")]
        said = run["Capture"]["Dropped"] or run["Capture"]["BlindSpots"]
        if not (said or killed or
                ("in.txt" in sides[0] and "out.txt" in sides[1])):
            yield f"missing, and not said: {sides}"
    with sqlite3.connect(os.path.join(home, "ledger.db")) as ledger:
        answer = ledger.execute("PRAGMA integrity_check").fetchall()
    if answer != [("ok",)]:
        yield f"ledger: {answer}"
    status, out, told = ask(where, "pedigree", "doctor")
    if status:
        yield f"doctor: {out} {told}"
    left = [path for path in glob.glob(home + "/**/*", recursive=True)
            if ".tmp" in path]
    if left:
        yield f"left behind: {left}"


def complaints(where, case, done):
    (status, out, err), killed = done, case[3] == "kill"
    try:
        with open(os.path.join(where, "cwd", "ran"), encoding="ascii") as file:
            ran = file.read()
    except FileNotFoundError:
        ran = ""
    lost = (killed and not ran) or case[1:] == ("write", "1+", case[3])
    if not (killed and not ran):
        if (ran, out) != ("x\n", TEXT) or "err\n" not in err:
            yield f"ran {ran!r}, said {out!r}"
        if status != 3 and not killed:
            yield f"status {status}"
    odd = [line for line in err.splitlines()
           if line != "err" and not line.startswith("pedigree: ")]
    if odd:
        yield f"not ours: {odd}"
    yield from recovered(where, err, killed, lost)


def goes_wrong(case):
    whose, call, nth, fault = case
    tag = " ".join(case)
    where = place(tag.replace("/", "_"))
    number = "0" if fault == "kill" else str(getattr(errno, fault))
    try:
        done = ask(where, INJECT, str(NUMBERS[call]), whose,
                   str(NUMBERS[call]), nth, number, *COMMAND)
        found = list(complaints(where, case, done))
    except subprocess.TimeoutExpired as hung:
        done, found = None, [f"hangs: {hung}"]
    if not found:
        shutil.rmtree(where)
        return None
    return "\n  ".join([tag, f"ended as {done}", *found])


def spread(count, most):
    """So many of the first `count` numbers, with both ends."""
    if count <= most or most < 2:
        return range(1, min(count, most) + 1)
    return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})


def cases():
    rows, counts = QUICK, {}
    if FULL:
        rows = [(whose, NUMBERS, fault, 1000)
                for whose in ("pedigree", SHIM) for fault in FAULTS]
    for whose, calls, fault, most in rows:
        if whose not in counts:
            counts[whose] = occurrences(whose)
        for call in calls:
            if call in SPARED or call not in counts[whose]:
                continue
            more = "+" if fault.endswith("+") else ""
            for nth in spread(counts[whose][call], most):
                yield whose, call, f"{nth}{more}", fault.rstrip("+")


if platform.machine() != "x86_64":
    skip("the injector knows the registers of x86-64 alone")
NUMBERS = numbers()
NAMES = {number: name for name, number in NUMBERS.items()}
EVERY = ",".join(str(number) for name, number in NUMBERS.items()
                 if name not in SPARED)
with open(os.path.join(os.environ["top_srcdir"], "tests", "integration",
                       "faults", "inject.c"), encoding="utf-8") as file:
    INJECT = compiled(file.read(), "inject")
check(INJECT, "the injector was not built")
equal(ask(place("before"), "pedigree", "run", "-q", "--name", "before", "--",
          "cat", "in.txt")[0], 0, "a run before")
todo = list(cases())
with ThreadPoolExecutor(os.cpu_count()) as several:
    wrong = [said for said in several.map(goes_wrong, todo) if said]
print(f"{len(todo)} faults")
check(len(todo) > 40, "hardly a call was found")
if wrong:
    fail("\n".join(wrong))
passed()
