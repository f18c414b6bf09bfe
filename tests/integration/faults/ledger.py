# SPDX-License-Identifier: Apache-2.0
"""A ledger that is locked, corrupt or from a later version, and one that two
hundred runs write into at once: what is wrong is said, and nothing is lost."""

import glob
import json
import os
import sqlite3
import subprocess
import time

from fault import FULL, environment, outcome
from support import LIMIT, check, equal, passed, wait_for, work

CROWD = 200
AT_ONCE = 20


def run(home, name, **settings):
    status, out, err = outcome(
        ["pedigree", "run", "--name", name, "--", "echo", "x"],
        env=environment(home, **settings))
    equal((status, out), (0, b"x\n"), f"{name}: {err}")
    return err


def waiting(home):
    return sorted(os.path.basename(path) for path in glob.glob(
        os.path.join(home, "spool", "outbox", "ledger", "*.json")))


def delivered(home, *names):
    status, out, err = outcome(["pedigree", "push"], env=environment(home))
    equal((status, out),
          (0, b"%d delivered, 0 waiting, 0 rejected\n" % len(names)),
          f"once it was put right: {err}")
    equal(waiting(home), [], "the outbox")
    for name in names:
        equal(outcome(["pedigree", "show", name], env=environment(home))[0],
              0, f"show {name}")


def kept(home, name, err, *words):
    for word in ("1 record waiting in the outbox", *words):
        check(word in err, f"{name}: '{word}' is not in: {err}")
    equal(len(waiting(home)), 1, f"{name}: records in the outbox")


def locked():
    home = os.path.join(work, "locked")
    run(home, "before")
    ledger = os.path.join(home, "ledger.db")
    holder = sqlite3.connect(ledger, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    # The wrapper need not wait as long as who writes does (30 s).
    err = run(home, "during", PEDIGREE_RUN_FINISH_TIMEOUT="100ms")
    check("still being made" in err, f"the line: {err}")
    wait_for(lambda: waiting(home), "the record in the outbox")
    # Reading goes on.
    equal(outcome(["pedigree", "show", "--no-recover", "before"],
                  env=environment(home))[0], 0, "show while it is locked")
    # A question tries to deliver first, does not wait for it, and says so.
    before = time.monotonic()
    status, _, err = outcome(["pedigree", "trace", "before"],
                             env=environment(home))
    took = time.monotonic() - before
    equal(status, 0, f"trace while it is locked: {err}")
    check("1 record waits" in err, f"trace while it is locked: {err}")
    check(took < 10, f"trace while it is locked took {took:.1f} s")
    if FULL:
        status, _, err = outcome(["pedigree", "push"], env=environment(home))
        equal(status, 2, f"push while it is locked: {err}")
        check(ledger in err and "held by another process" in err,
              f"push while it is locked: {err}")
        equal(len(waiting(home)), 1, "records in the outbox")
    holder.execute("ROLLBACK")
    holder.close()
    # By the finisher, or by whoever comes next.
    wait_for(lambda: outcome(["pedigree", "push"],
                             env=environment(home))[0] == 0 and
             not waiting(home), "the delivery")
    equal(outcome(["pedigree", "show", "during"],
                  env=environment(home))[0], 0, "show what was delivered")


def corrupt():
    home = os.path.join(work, "corrupt")
    run(home, "before")
    ledger = os.path.join(home, "ledger.db")
    for extra in glob.glob(ledger + "-*"):
        os.unlink(extra)
    with open(ledger, "rb") as file:
        whole = file.read()
    with open(ledger, "r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * (len(whole) - 100))
    err = run(home, "during")
    kept(home, "during", err, ledger)
    for command in (["list", "runs"], ["trace", "before"]):
        status, _, err = outcome(["pedigree", *command],
                                 env=environment(home))
        equal(status, 2, f"{command}: {err}")
        check(ledger in err, f"{command}: {err}")
    for path in glob.glob(ledger + "*"):
        os.unlink(path)
    with open(ledger, "wb") as file:
        file.write(whole)
    delivered(home, "during")


def cut_short():
    home = os.path.join(work, "cut")
    run(home, "before")
    ledger = os.path.join(home, "ledger.db")
    with open(ledger, "rb") as file:
        whole = file.read()
    os.truncate(ledger, len(whole) // 2 + 17)
    err = run(home, "during")
    kept(home, "during", err, ledger)
    for path in glob.glob(ledger + "*"):
        os.unlink(path)
    delivered(home, "during")


def later_version():
    home = os.path.join(work, "later")
    run(home, "before")
    ledger = os.path.join(home, "ledger.db")
    with sqlite3.connect(ledger) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = %d" % (version + 1))
    db.close()
    err = run(home, "during")
    kept(home, "during", err, ledger, "version")
    status, _, err = outcome(["pedigree", "list", "runs"],
                             env=environment(home))
    equal(status, 2, f"list: {err}")
    check("version" in err and ledger in err, f"list: {err}")
    with sqlite3.connect(ledger) as db:
        db.execute("PRAGMA user_version = %d" % version)
    db.close()
    delivered(home, "during")


def crowd():
    """Some may have to wait in the outbox; after a push all are there."""
    home = os.path.join(work, "crowd")
    todo = list(range(CROWD))
    alive = []
    while todo or alive:
        while todo and len(alive) < AT_ONCE:
            number = todo.pop()
            alive.append(subprocess.Popen(
                ["pedigree", "run", "-q", "--name", f"one-{number}", "--",
                 "sh", "-c", f"echo {number} >crowd-{number}.out"],
                env=environment(home), stdin=subprocess.DEVNULL))
        equal(alive.pop(0).wait(LIMIT), 0, "one of the crowd")
    status, out, err = outcome(["pedigree", "push"], env=environment(home))
    equal(status, 0, f"push: {out} {err}")
    equal(waiting(home), [], "the outbox")
    runs = json.loads(outcome(["pedigree", "list", "runs", "--json"],
                              env=environment(home))[1])
    found = {one["TrialComponentName"] for one in runs}
    equal(found, {f"one-{i}" for i in range(CROWD)}, "runs in the ledger")
    status, out, _ = outcome(["pedigree", "list", "associations", "--json"],
                             env=environment(home))
    made = [one for one in json.loads(out)
            if one["AssociationType"] == "Produced"]
    equal(len(made), CROWD, "outputs in the ledger")


for test in (locked, corrupt, cut_short, later_version, crowd):
    print(test.__name__, flush=True)
    test()
passed()
