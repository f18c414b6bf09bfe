# SPDX-License-Identifier: Apache-2.0
"""A log that is unlinked, cut or overwritten with noise while the program
writes it, and programs that are killed at any time: the program is as it is
bare, and the record says what is missing."""

import glob
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from fault import (FULL, HOME, blind, environment, folder_of, fresh, outcome,
                   record_of)
from support import LIMIT, check, equal, passed, wait_for, work

# Opens files, stops until it is told to go on, and opens more.
TWICE = """
import os
def many(prefix):
    for i in range(500):
        name = prefix + "x" * 100 + str(i)
        with open(name, "w") as file:
            file.write("x" * 100)
        os.rename(name, "last")
many("a")
open("half", "w").close()
while not os.path.exists("go"):
    pass
many("b")
os.system("cat in.txt")
print("unharmed", flush=True)
os._exit(9)
"""

# Something happens in several processes, for as long as it may.
BUSY = """
for i in 1 2 3; do
    (while :; do cat in.txt >out-$i.txt; mv out-$i.txt was-$i.txt; done) &
done
wait
"""


def bare_twice():
    fresh(os.path.join(work, "bare"))
    with open("bare/go", "w", encoding="ascii"):
        pass
    return outcome([sys.executable, "-c", TWICE], cwd="bare")


def damaged(name, damage, said):
    """Damages the log in the middle of the run."""
    fresh(os.path.join(work, name))
    process = subprocess.Popen(
        ["pedigree", "run", "-q", "--name", name, "--", sys.executable, "-c",
         TWICE], cwd=name, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment())
    wait_for(lambda: os.path.exists(name + "/half"), "the first half")
    logs = glob.glob(f"{HOME}/spool/runs/{name}-??????/*.events")
    equal(len(logs), 1, "logs")
    damage(logs[0])
    with open(name + "/go", "w", encoding="ascii"):
        pass
    out, err = process.communicate(timeout=LIMIT)
    equal((process.returncode, out, err.decode()), BARE, name)
    record = record_of(name)
    found = set(blind(record))
    check(found & said, f"{name}: {said} are not among {found}")
    print(f"{name}: {record['Capture']['Events']} events, {sorted(found)}")


def noise(log, start, size):
    random.seed(start)
    with open(log, "r+b") as file:
        file.seek(start)
        file.write(random.randbytes(size))


def unlinked(log):
    os.unlink(log)


def body_is_noise(log):
    noise(log, 4096, 20000)


def header_is_noise(log):
    noise(log, 0, 4096)


def all_is_noise(log):
    noise(log, 0, 40000)


def replaced(log):
    """By another file of the name, as a copy put back is."""
    with open(log, "rb") as file:
        text = file.read(20000)
    os.unlink(log)
    with open(log, "wb") as file:
        file.write(text)


def killed_at_any_time():
    # Git's answer, which is killed with the rest, is not waited for.
    settings = environment(PEDIGREE_CAPTURE_GIT="no")
    """The program, a child of it, or the wrapper, after a random time."""
    for number in range(60 if FULL else 6):
        name = f"killed-{number}"
        who = ("program", "child", "wrapper")[number % 3]
        fresh(os.path.join(work, name))
        process = subprocess.Popen(
            ["pedigree", "run", "-q", "--name", name, "--", "sh", "-c", BUSY],
            cwd=name, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=settings,
            start_new_session=True)
        wait_for(lambda: os.path.exists(name + "/was-1.txt"), "its start")
        time.sleep(random.random() / 20)
        victims = {"wrapper": [process.pid]}
        for line in outcome(["ps", "-s", str(process.pid), "-o",
                             "pid=,ppid=,comm="])[1].decode().split("\n"):
            words = line.split()
            if len(words) == 3 and words[2] in ("sh", "cat", "mv"):
                which = "program" if words[1] == str(process.pid) else "child"
                victims.setdefault(which, []).append(int(words[0]))
        for pid in victims.get(who, [])[:2]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if who == "program":
            equal(process.wait(LIMIT), -signal.SIGKILL, f"{name}: status")
        # The rest of the session, which nothing ends by itself.
        if who != "wrapper":
            for pid in victims.get("program", []):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait(LIMIT)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait(LIMIT)
        wait_for(lambda: outcome(["pgrep", "-s", str(process.pid)])[0] == 1,
                 "the end of the session")
        status, _, err = outcome(["pedigree", "push"], env=settings)
        equal(status, 0, f"{name}: the next command: {err}")
        record = wait_for(lambda: glob.glob(
            f"{HOME}/spool/runs/{name}-??????/record.json") and
            record_of(name), f"{name}: its record")
        check(record["Capture"]["Events"] > 5, f"{name}: events")
        equal(record["Capture"]["Dropped"], 0, f"{name}: dropped")
        # Who dies in the midst of writing an event has not written it, and
        # that is told: at most one of each process.
        equal(set(blind(record)) - {"NotLoaded", "TornLog"}, set(),
              f"{name}: blind spots")
        torn = sum(spot["Count"] for spot in record["Capture"]["BlindSpots"]
                   if spot["Kind"] == "TornLog")
        check(torn <= 7, f"{name}: {torn} events were torn")


def emptied():
    """The one damage that a program does not survive: it writes to memory
    that is the file's (ARCHITECTURE.md, "What is known to be missing")."""
    fresh(os.path.join(work, "emptied"))
    process = subprocess.Popen(
        ["pedigree", "run", "-q", "--name", "emptied", "--", sys.executable,
         "-c", TWICE], cwd="emptied", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment())
    wait_for(lambda: os.path.exists("emptied/half"), "the first half")
    log, = glob.glob(f"{HOME}/spool/runs/emptied-??????/*.events")
    os.truncate(log, 0)
    with open("emptied/go", "w", encoding="ascii"):
        pass
    process.wait(LIMIT)
    check("TornLog" in blind(record_of("emptied")), "it is told")


def folder_is_gone():
    """With all that was captured: nothing is left to make a record of."""
    fresh(os.path.join(work, "gone"))
    process = subprocess.Popen(
        ["pedigree", "run", "--name", "gone", "--", sys.executable, "-c",
         TWICE], cwd="gone", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment())
    wait_for(lambda: os.path.exists("gone/half"), "the first half")
    shutil.rmtree(folder_of("gone"))
    with open("gone/go", "w", encoding="ascii"):
        pass
    out, err = process.communicate(timeout=LIMIT)
    equal((process.returncode, out), BARE[:2], "the run's folder is gone")
    check(b"no record could be made" in err, f"it is said: {err}")


BARE = bare_twice()
equal(BARE[:2], (9, b"one line\nunharmed\n"), f"bare: {BARE[2]}")
LOST = {"TornLog", "DroppedEvents", "NotLoaded", "NoCapture", "PathLost"}
for test in (unlinked, body_is_noise, header_is_noise,
             all_is_noise, replaced):
    damaged(test.__name__.replace("_", "-"), test, LOST)
emptied()
folder_is_gone()
killed_at_any_time()
passed()
