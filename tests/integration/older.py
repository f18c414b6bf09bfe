#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an older version recorded is answered from, and added to. The folder
older/ has what one of before the first release left: its ledger (as the
sqlite3 shell dumps it), and the folder of a run whose wrapper was killed."""

import base64
import json
import os
import shutil
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

DATA = os.path.join(os.environ["top_srcdir"], "tests", "integration", "older")
HOME = os.environ["PEDIGREE_HOME"]
RUN = os.path.join(HOME, "spool", "runs", "killed-47e498")
IDS = "PRAGMA user_version = 1; PRAGMA application_id = 1348822119;"


def restore():
    os.makedirs(RUN, 0o700)
    with open(os.path.join(DATA, "ledger.sql"), "rb") as dump:
        subprocess.run(["sqlite3", os.path.join(HOME, "ledger.db")],
                       input=dump.read() + IDS.encode(), check=True)
    shutil.copy(os.path.join(DATA, "begin.json"), RUN)
    with open(os.path.join(DATA, "events.b64"), "rb") as text:
        events = zlib.decompress(base64.b64decode(text.read()))
    with open(os.path.join(RUN, "older.events"), "wb") as log:
        log.write(events)
        log.truncate(32 << 30)
    with open(os.path.join(RUN, "pid.json"), "w", encoding="utf-8") as file:
        json.dump({"Pid": 16131, "PidStart": 5743143}, file)
    with open(os.path.join(RUN, "lock"), "wb"):
        pass


def said(status, *words):
    """What a command says, on both streams."""
    done = subprocess.run(["pedigree", *words], check=False, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    text = done.stdout.decode()
    t.equal(done.returncode, status, f"the status of {words}: {text}")
    return text


def has(text, *parts):
    for part in parts:
        t.check(part in text, f"{part!r} is not in:\n{text}")


def questions():
    has(said(0, "list", "runs"), "made", "summed", "killed")
    has(said(0, "trace", "file:///srv/older/model.pkl"), "made", "in.csv",
        "sha256:")
    has(said(0, "downstream", "made"), "model.pkl")
    has(said(0, "show", "made"), "/srv/older/model.pkl", "Completed")
    has(said(0, "graph", "made", "--format", "mermaid", "--direction", "both"),
        "model.pkl", "in.csv")
    has(said(0, "show", "--manifest", "file:///srv/older/set"), "100.csv")
    for form in ("openlineage", "prov-json", "in-toto"):
        has(said(0, "export", "made", "--format", form, "--direction", "both"),
            "model.pkl")


def a_killed_run_is_finished():
    has(said(0, "show", "killed"), "Stopped", "/srv/older/in.csv")
    has(said(0, "events", "killed"), "/srv/older/late.pkl")


def what_was_not_recorded_is_said():
    has(said(1, "diff", "made", "summed"), "sum.csv")
    has(said(2, "rerun", "made"), "an older version of pedigree")
    has(said(2, "verify", "made"), "it was recorded on another host")


def new_runs_are_added():
    with open("new.csv", "w", encoding="utf-8") as file:
        file.write("a,b\n1,2\n")    # the bytes of in.csv
    t.pedigree("run", "-q", "--name", "made", "--", "sh", "-c",
               "cat new.csv >model.pkl")
    has(said(0, "list", "runs"), "made-2", "summed")
    has(said(1, "diff", "made", "made-2"), "packages: not recorded of the old")
    has(said(0, "trace", "model.pkl"), "made-2")


restore()
questions()
a_killed_run_is_finished()
what_was_not_recorded_is_said()
new_runs_are_added()
t.passed()
