#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An answer of 100,000 things is cut where it is to be looked at, which it says,
and whole where programs read it."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

MANY = 100000
# So many runs beside the first one that read what it did.
COPIES = f"""
CREATE TEMP TABLE one AS SELECT * FROM entity WHERE name = 'one';
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
                        WHERE i < {MANY})
INSERT INTO entity(arn, kind, name, created, modified, observed, latest, run,
                   doc)
SELECT arn || '-' || i, kind, name || '-' || i, created, modified, observed,
       latest, NULL, json_set(doc, '$.TrialComponentName', name || '-' || i,
                              '$.TrialComponentArn', arn || '-' || i)
FROM one, n;
INSERT INTO association(source, destination, type, created)
SELECT (SELECT id FROM entity WHERE name = 'hub.csv' OR name = 'hub-csv'), id,
       'ContributedTo', created FROM entity WHERE name LIKE 'one-%';
"""


def said(*words):
    done = subprocess.run(["pedigree", *words], check=False, timeout=240,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    t.equal(done.returncode, 0, f"the status of {words}: {done.stderr}")
    return done.stdout.decode(), done.stderr.decode()


def make():
    with open("hub.csv", "w", encoding="utf-8") as file:
        file.write("a\n")
    t.pedigree("run", "-q", "--name", "one", "--", "sh", "-c",
               "cat hub.csv >m.pkl")
    subprocess.run(["sqlite3", os.path.join(os.environ["PEDIGREE_HOME"],
                                            "ledger.db")],
                   input=COPIES.encode(), check=True)


def is_cut_for_the_eye():
    tree, told = said("downstream", "hub.csv")
    t.check(len(tree.splitlines()) < MANY / 5, "the tree is not cut")
    t.check("there is more; --limit left it out" in tree + told,
            f"nothing says that the tree is cut: {tree[-300:]}{told}")
    for form in ("html", "dot", "mermaid"):
        picture, told = said("graph", "hub.csv", "--direction", "down",
                             "--format", form)
        t.check(len(picture) < 4 << 20, f"{form} has {len(picture)} bytes")
        t.check("--limit left it out" in picture + told,
                f"nothing says that {form} is cut: {told}")


def is_whole_for_programs():
    answer, _ = said("downstream", "hub.csv", "--json")
    runs = [vertex for vertex in json.loads(answer)["Vertices"]
            if "trial-component" in vertex["Arn"]]
    t.equal(len(runs), MANY + 1, "runs in the JSON")


make()
is_cut_for_the_eye()
is_whole_for_programs()
t.passed()
