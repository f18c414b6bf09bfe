# SPDX-License-Identifier: Apache-2.0
"""The command and the unit tests make no error that valgrind sees.

    memcheck.py [PROGRAM...]    unit tests; without any, a few quick ones

Zero errors of memcheck, and no block that is definitely lost. A process that
was forked and ends by _exit() lets go of nothing and is not asked for leaks,
only for errors. What the command starts runs outside of valgrind. The long
form, with all unit tests, is `make check-valgrind`.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

from support import BUILD, check, needs, passed, skip, work

UNIT = os.path.join(BUILD, "tests", "unit")
QUICK = [os.path.join(UNIT, "test_" + name) for name in (
    "buf", "evlog", "glob", "json", "params", "path", "redact", "run")]
LIMIT = 1800
# Slower by tens, what waits for others would wait too long.
SLOWER = {"PEDIGREE_TEST_WRITERS": "4"}

VALGRIND = ["valgrind", "-q", "--leak-check=full",
            "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
            "--num-callers=30"]

# Reads behind a block and loses it; so does its child.
WRONG = """
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	volatile char *p = malloc(10);
	int child = fork(), is = p[10] == 'x';
	p = NULL;
	if (child == 0)
		_exit(0);
	wait(NULL);
	return is && p;
}
"""


def errors(text, leaks):
    """The errors of a process: texts without the process's number."""
    text = re.sub(r"(?m)^==\d+== ?", "", text)
    found = [part.strip() for part in re.split(r"\n\s*\n", text)]
    return [part for part in found if part and
            (leaks or "lost in loss record" not in part)]


def judged(name, command, **more):
    """Runs a command under valgrind; what it printed, and what is wrong."""
    logs = os.path.join(work, f"valgrind-{name}")
    os.mkdir(logs)
    process = subprocess.Popen(
        [*VALGRIND, f"--log-file={logs}/%p", *command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env={**os.environ, **SLOWER}, **more)
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        return b"", [f"no end in {LIMIT} s"]
    wrong = []
    if process.returncode:
        wrong.append(f"status {process.returncode}\n"
                     f"{out.decode(errors='replace')[-4000:]}"
                     f"{err.decode(errors='replace')[-4000:]}")
    processes = glob.glob(f"{logs}/*")
    if f"{logs}/{process.pid}" not in processes:
        wrong.append("valgrind kept no log")
    for path in processes:
        with open(path, encoding="utf-8", errors="replace") as log:
            wrong += errors(log.read(),
                            os.path.basename(path) == str(process.pid))
    return out, wrong


def told(name, wrong, started):
    print(f"{name}: {len(wrong)} errors "
          f"({time.monotonic() - started:.1f} s)", flush=True)
    for text in wrong[:20]:
        print("  " + text.replace("\n", "\n  "), flush=True)
    return bool(wrong)


def unit(program):
    started = time.monotonic()
    name = os.path.basename(program)
    _, wrong = judged(name, [program])
    return told(name, wrong, started)


def command(name, *words, text=b"", **more):
    started = time.monotonic()
    out, wrong = judged(name, [os.path.join(BUILD, "pedigree"), *words],
                        **more)
    check(text in out, f"{name}: {text} is not in {out}")
    return told("pedigree " + words[0], wrong, started)


def commands(pool):
    """A run, a deployment and every question there is."""
    with open("in.csv", "w", encoding="ascii") as file:
        file.write("1,2,3\n")
    bad = command("run", "run", "-q", "--name", "fit", "--param", "lr=0.1",
                  "--", "sh", "-c", "cat in.csv >new; mv new model.pkl")
    bad += command("deploy", "deploy", "-q", "--endpoint", "shop", "--model",
                   "model.pkl", "--", "true")
    asked = (
        (b"in.csv", "trace", "shop"),
        (b"shop", "trace", "in.csv", "--direction", "down", "--json"),
        (b"in.csv", "upstream", "model.pkl"),
        (b"model.pkl", "show", "fit"),
        (b"model.pkl", "show", "fit", "--json"),
        (b"in.csv", "explain", "fit", "in.csv"),
        (b"in.csv", "events", "fit"),
        (b"fit", "list", "runs"),
        (b"", "config"),
        (b"", "push"))
    return bad + sum(pool.map(
        lambda words: command("-".join(words[1:]), *words[1:],
                              text=words[0]), asked))


def control():
    """Errors that are made are seen, or nothing here means anything."""
    with open("wrong.c", "w", encoding="ascii") as file:
        file.write(WRONG)
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-O0", "-o", "wrong", "wrong.c"], check=True)
    _, wrong = judged("control", [os.path.join(work, "wrong")])
    words = sorted(text.split()[0] for text in wrong)
    check(words == ["10", "Invalid", "Invalid"], f"the control: {wrong}")


def main():
    needs("valgrind")
    with open(os.path.join(BUILD, "pedigree"), "rb") as file:
        if b"__asan_init" in file.read():
            skip("built with AddressSanitizer, which valgrind cannot run")
    programs = [os.path.join(BUILD, path) for path in sys.argv[1:]] or \
        [path for path in QUICK if os.path.exists(path)]
    control()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = commands(pool) + sum(pool.map(unit, programs))
    check(not bad, f"{bad} programs have errors")
    passed()


main()
