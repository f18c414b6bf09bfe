#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""[dataset NAME]: trees that are one data set, and how much of them was read."""

import hashlib
import os
import shutil
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

CONFIG = """\
[dataset events]
root = {project}/lake/events
partition = dt=*/hour=*

[dataset lake]
root = lake
min = 2

[dataset frozen]
root = frozen
digest = size+mtime

[dataset huge]
root = huge
digest = none

[dataset images]
root = /nowhere {project}/images **/other/pictures
portable = yes

[dataset drawn]
root = drawn
role = input
portable = yes

[dataset linked]
root = linked

[dataset scarce]
root = scarce
min = 20
"""


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def files(folder, n):
    for i in range(n):
        put(f"{folder}/{i:02}.csv", f"{folder[-1]}{i}\n" * (i + 1))


def run(name, *read):
    """A run that reads these files; its inputs by name."""
    t.pedigree("run", "-q", "--name", name, "--", "cat", *read)
    inputs = t.answer("show", name)["Inputs"]
    return {a["ArtifactName"]: a for a in inputs}


def numbers(artifact, *keys):
    properties = artifact["Properties"]
    return [int(properties[k]) if k in properties else None for k in keys]


def version(artifact):
    return [s["Value"] for s in artifact["Source"]["SourceTypes"]]


def uri(path):
    return "file://" + os.path.abspath(path)


def partitions():
    for day in range(5):
        for hour in range(4):
            files(f"lake/events/dt={day}/hour={hour}", 3)
    put("lake/events/_SUCCESS", "")
    put("lake/note.txt", "n")
    put("lake/other.txt", "o")
    read = [f"lake/events/dt={d}/hour={h}/0{i}.csv"
            for d in range(2) for h in range(4) for i in range(2)]
    got = run("part", *read, "lake/note.txt")
    t.equal(sorted(got), ["events", "note-txt"], "the inputs")
    events = got["events"]
    t.equal(events["Source"]["SourceUri"], uri("lake/events"), "the URI")
    t.equal(numbers(events, "Files", "FilesPresent", "Partitions",
                    "PartitionsPresent"), [16, 60, 8, 20], "what was read")
    manifest = t.answer("show", "events", "--manifest")
    t.equal([f["Path"] for f in manifest],
            [r[len("lake/events/"):].replace("=", "%3D") for r in read], "the manifest")

    got = run("both", *read, "lake/note.txt", "lake/events/_SUCCESS")
    t.equal(sorted(got), ["events", "lake"], "two in one another")
    t.equal(version(got["events"]), version(events), "the same version")
    t.equal(numbers(got["lake"], "Files", "FilesPresent"), [2, 3],
            "what the outer one is")
    text = t.pedigree("explain", "both", read[0])
    t.check("[dataset events] says (./pedigree.conf:2)" in text, text)


def partial_reads_are_told_by_every_query():
    part = "16 of 60 files"
    for words in (["show", "part"], ["trace", "part"], ["trace", "part", "--wide"],
                  ["list", "artifacts", "--wide"],
                  ["graph", "part", "--wide", "--format", "dot"]):
        text = t.pedigree(*words)
        t.check(part in text, f"{words}: {text}")
    vertices = t.answer("trace", "part")["Vertices"]
    t.equal([(v["Files"], v["FilesPresent"]) for v in vertices if "Files" in v],
            [(16, 60)], "the trace's numbers")


def what_is_present_is_told_as_the_newest_run_found_it():
    files("grows", 11)
    read = [f"grows/{i:02}.csv" for i in range(10)]
    one = run("grows-one", *read)["grows"]
    files("grows", 15)
    two = run("grows-two", *read)["grows"]
    t.equal(one["ArtifactArn"], two["ArtifactArn"], "the same files read")
    t.equal([numbers(a, "Files", "FilesPresent") for a in (one, two)],
            [[10, 11], [10, 15]], "of how many")


def whole_reads_are_told_as_nothing_less():
    files("whole", 12)
    got = run("all", *[f"whole/{i:02}.csv" for i in range(12)])["whole"]
    t.equal(numbers(got, "Files", "FilesPresent"), [12, 12], "all of it")
    for words in ("show", "trace"):
        text = t.pedigree(words, "all")
        t.check(" of 12 files" not in text, text)


def digests():
    files("frozen", 4)
    files("huge", 4)
    got = run("cheap", "frozen/00.csv", "frozen/01.csv", "huge/02.csv")
    frozen, huge = got["frozen"], got["huge"]
    t.equal(len(version(frozen)), 1, "a version of times")
    t.check("size+mtime" in frozen["Properties"]["NotHashed"], frozen)
    t.equal(version(huge), [], "no version")
    t.check("digest = none" in huge["Properties"]["VersionAbsent"], huge)
    line, = t.answer("show", "huge", "--manifest")
    t.equal((line["Path"], line["Size"]), ("02.csv", 9), "its manifest")
    os.utime("frozen/00.csv", (1, 1))
    again = run("again", "frozen/00.csv", "frozen/01.csv")["frozen"]
    t.check(version(again) != version(frozen), "a time is part of it")


def equal_target(target, artifact):
    start = t.answer("downstream", target)["StartArn"]
    t.equal(start, artifact["ArtifactArn"], f"what {target} is")


def portable():
    files("images/cats", 12)
    shutil.copytree("images", "../other/pictures")
    read = [f"cats/{i:02}.csv" for i in range(10)]
    here = run("here", *["images/" + r for r in read])["images"]
    there = run("there", *["../other/pictures/" + r for r in read])["images"]
    t.equal(here["ArtifactArn"], there["ArtifactArn"], "one artifact")
    t.equal(here["Source"]["SourceUri"], "dataset://images", "its URI")
    t.equal(numbers(here, "Files", "FilesPresent"), [10, 12], "how much")
    shown = t.answer("show", "dataset://images")
    t.equal({r["TrialComponentName"] for r in shown["ContributedTo"]},
            {"here", "there"}, "who read it")
    equal_target("../other/pictures", here)
    for place in ("images", "../other/pictures", "dataset://images"):
        equal_target(place + "/cats/03.csv", here)
    put("images/cats/absent.csv", "not read by anybody")
    done = t.pedigree("trace", "images/cats/absent.csv", status=1)
    done = t.pedigree("verify", "here")
    t.check("changed 0" in done, done)
    put("../other/pictures/cats/00.csv", "new")
    other = run("new", *["../other/pictures/" + r for r in read])["images"]
    t.check(other["ArtifactArn"] != here["ArtifactArn"], "other bytes")


def ancestors(target):
    up = t.answer("trace", target, "--direction", "up")
    return {v["Arn"].rsplit("/", 1)[1] for v in up["Vertices"]
            if v["LineageType"] == "TrialComponent"}


def portable_and_made():
    t.pedigree("run", "-q", "--name", "draw", "--", "sh", "-c",
               "mkdir drawn; for i in 1 2 3; do echo $i >drawn/$i; done")
    run("look", "drawn/1", "drawn/2")
    t.equal(ancestors("look"), {"look", "draw"}, "files became a data set")
    t.pedigree("run", "-q", "--name", "paint", "--", "sh", "-c",
               "mkdir images/new; for i in 1 2 3; do echo $i >images/new/$i;"
               " done")
    run("some", "images/new/1", "images/new/2")
    t.equal(ancestors("some"), {"some", "paint"}, "part of a data set")


def not_declared():
    files("free", 30)
    put("free/script.py", "")
    files("busy", 12)
    got = run("loose", *[f"free/{i:02}.csv" for i in range(20)])["free"]
    t.equal(numbers(got, "Files", "FilesPresent"), [20, 30], "a roll-up")
    t.pedigree("run", "-q", "--name", "worker", "--", "sh", "-c",
               "cat busy/0?.csv busy/10.csv >busy/new.csv")
    got, = [a for a in t.answer("show", "worker")["Inputs"]
            if a["ArtifactName"] == "busy"]
    t.equal(numbers(got, "Files", "FilesPresent"), [11, 12],
            "what the run itself wrote was not there to be read")


def written_and_read():
    os.makedirs("lake/events/dt=9/hour=9")
    t.pedigree("run", "-q", "--name", "write", "--", "sh", "-c",
               "for i in 1 2 3; do echo $i >lake/events/dt=9/hour=9/$i; done")
    output, = t.answer("show", "write")["Outputs"]
    t.equal(numbers(output, "Files", "FilesPresent", "Partitions"),
            [3, None, 1], "the output")
    run("one", "lake/events/dt=9/hour=9/2")
    t.equal(ancestors("one"), {"one", "write"},
            "part of what was written was read")


def linked():
    files("store/v7", 12)
    os.symlink("store/v7", "linked")
    got = run("link", "linked/00.csv", "linked/11.csv")["linked"]
    t.equal(got["Source"]["SourceUri"], uri("store/v7"), "where it leads to")
    t.equal(numbers(got, "Files", "FilesPresent"), [2, 12], "how much")


def below_the_minimum():
    files("scarce", 40)
    got = run("few", *[f"scarce/{i:02}.csv" for i in range(3)])
    t.equal(len(got), 3, "too few to be the data set")
    got = run("more", *[f"scarce/{i:02}.csv" for i in range(15)])
    t.equal(numbers(got["scarce"], "Files", "FilesPresent"), [15, 40],
            "what is no data set by the rule is rolled up without it")
    t.check("DataSet" not in got["scarce"]["Properties"], got["scarce"])


def stored_once():
    path = os.path.join(os.environ["PEDIGREE_HOME"], "ledger.db")
    with sqlite3.connect(path) as ledger:
        rows = ledger.execute("SELECT digest, typeof(text), length(text) "
                              "FROM manifest").fetchall()
    t.check(len(rows) > 8, rows)
    t.equal(len({row[0] for row in rows}), len(rows), "one of a digest")
    t.equal({row[1] for row in rows}, {"blob"}, "all are compressed")
    text = t.pedigree("show", "events", "--manifest")
    digest = hashlib.sha256(text.encode()).hexdigest()
    size, = [row[2] for row in rows if row[0] == digest]
    t.check(size < len(text), f"{size} of {len(text)} bytes")


os.makedirs("w/project")
os.chdir("w/project")
put("./pedigree.conf", CONFIG)
t.pedigree("config", "--check")
partitions()
partial_reads_are_told_by_every_query()
what_is_present_is_told_as_the_newest_run_found_it()
whole_reads_are_told_as_nothing_less()
digests()
portable()
portable_and_made()
not_declared()
linked()
below_the_minimum()
stored_once()
written_and_read()
t.passed()
