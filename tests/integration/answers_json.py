#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What prints as text prints as JSON, also when there is nothing to print."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

LISTS = ("runs", "artifacts", "actions", "contexts", "trials", "experiments",
         "associations")


def parsed(*words, status=0):
    return json.loads(t.pedigree(*words, "--json", status=status))


def nothing_yet():
    for what in LISTS:
        t.equal(parsed("list", what, status=1), [], f"no {what}")
    t.equal(parsed("gc", "--dry-run")["Items"], [], "nothing to remove")


def machine():
    found = parsed("doctor")
    t.check({"ledger", "spool", "shim"} <= {f["What"] for f in found}, found)
    t.check(all(f["Health"] in ("Ok", "Note") and f["Sentence"]
                for f in found), found)
    t.check(parsed("config"), "settings")
    t.equal(parsed("config", "--check"), [], "mistakes")
    t.check("LD_PRELOAD" in parsed("env")["Environment"], "an environment")


def outbox():
    t.equal(parsed("push", "--status"), [], "what waits")
    t.equal(parsed("push"), {"Delivered": 0, "Waiting": 0, "Rejected": 0},
            "what was delivered")
    t.equal(parsed("push", "-q")["Waiting"], 0, "JSON is no count")
    for plan in parsed("push", "--dry-run"):
        t.equal(list(plan), ["Plan"], "a plan")
    for more in ((), ("--dry-run",), ("--status",)):
        t.pedigree("push", "--backend", "nosuch", *more, status=2)


def record():
    with open("in.csv", "w", encoding="utf-8") as file:
        file.write("1,2\n" * 30)
    for name in ("one", "two"):
        t.pedigree("run", "-q", "--name", name, "--", "cp", "in.csv",
                   "model.pkl")
    for words in (("show", "one"), ("trace", "model.pkl"),
                  ("downstream", "in.csv"), ("graph", "one"),
                  ("verify", "model.pkl"), ("diff", "one", "two"),
                  ("diff", "--last"), ("explain", "one", "in.csv"),
                  ("rerun", "one", "--dry-run")):
        t.check(parsed(*words), f"{words} prints nothing")
    for line in t.pedigree("events", "one", "--json").splitlines():
        json.loads(line)


nothing_yet()
machine()
outbox()
record()
outbox()
t.passed()
