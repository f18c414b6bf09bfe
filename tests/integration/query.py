#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands that ask: exit statuses, JSON as promised, hostile names."""

import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

HOSTILE = b"data/a \xff\"\n\x1b[31m\xe2\x80\xae.csv"


def refused(status, text, *words):
    """The command ends so, says so on stderr and prints nothing."""
    done = subprocess.run(["pedigree", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    what = " ".join(words)
    t.equal(done.returncode, status, f"exit status of {what}")
    t.equal(done.stdout, b"", f"output of {what}")
    t.check(text in done.stderr.decode(), f"{what}: {done.stderr!r}")


def nothing_yet():
    hint = "put `pedigree run --` in front of a command"
    for words in (("trace", "x"), ("show", "x"), ("upstream", "x")):
        refused(1, hint, *words)
    t.equal(t.answer("list", "runs", status=1), [], "runs of nothing")
    refused(1, "there is no run 'x'", "events", "x")
    refused(1, "there is no run 'x'", "explain", "x", "y")


def record():
    os.mkdir("data")
    os.mkdir("many")
    with open(HOSTILE, "wb") as file:
        file.write(b"1,2,3\n" * 100)
    for i in range(40):
        with open(f"many/part-{i:02}.csv", "w", encoding="ascii") as file:
            file.write(f"{i}\n" * 50)
    t.pedigree("run", "-q", "--name", "fit", "--tag", "team=shop", "--param",
               "lr=0.5", "--", "sh", "-c",
               "cat data/* many/* >new && mv new model.pkl")
    t.pedigree("deploy", "-q", "--endpoint", "shop", "--model", "model.pkl",
               "--", "true")


def traces():
    up = t.answer("trace", "shop")
    t.equal(set(up) >= {"StartArn", "Direction", "Vertices", "Edges"}, True,
            "members of a trace")
    t.equal(up["Direction"], "Ascendants", "the direction")
    t.equal(up["Vertices"][0]["Arn"], up["StartArn"], "the first vertex")
    arns = {v["Arn"] for v in up["Vertices"]}
    for vertex in up["Vertices"]:
        t.check(vertex["LineageType"] in
                ("Artifact", "Context", "Action", "TrialComponent"), vertex)
        t.check(isinstance(vertex["CreationTime"], (int, float)), vertex)
        t.check(vertex["Type"], vertex)
    for edge in up["Edges"]:
        t.check({edge["SourceArn"], edge["DestinationArn"]} <= arns, edge)
        t.check(edge["AssociationType"] in
                ("ContributedTo", "Produced", "AssociatedWith", "SameAs",
                 "DerivedFrom"), edge)
    uris = {v.get("SourceUri", "") for v in up["Vertices"]}
    t.check(any(uri.endswith("/model.pkl") for uri in uris), uris)
    t.check(any(uri.rstrip("/").endswith("/many") for uri in uris), uris)
    # A valid URI, whatever the file is called.
    t.check(any("a%20%FF%22%0A%1B" in uri for uri in uris), uris)

    t.equal(t.answer("upstream", "shop"), up, "upstream")
    down = t.answer("downstream", "many")
    t.equal(down["Direction"], "Descendants", "the direction down")
    t.check("shop" in {v.get("Name") for v in down["Vertices"]}, down)
    t.equal(t.answer("trace", "many", "--direction", "down"), down, "down")
    t.equal(t.answer("downstream", "many/part-07.csv"), down,
            "down from one of the files")
    here = "file://" + os.getcwd()
    t.equal(t.answer("downstream", here + "/many/part-07.csv"), down,
            "down from its URI")
    shutil.copy("many/part-07.csv", "copy of a part")
    t.equal(t.answer("downstream", "copy of a part"), down,
            "down from a copy of one of the files")
    t.check("has the bytes of part-07.csv, one of the files of " in
            t.run("sh", "-c", "pedigree trace 'copy of a part' 2>&1"),
            "what the copy is of")
    refused(1, "in the folders it is in", "trace", "many/part-99.csv")
    t.equal(t.answer("trace", "fit", "--direction", "both")["Direction"],
            "Both", "both ways")
    t.equal(len(t.answer("trace", "shop", "--depth", "1")["Vertices"]) <
            len(up["Vertices"]), True, "a depth limit")
    t.equal(t.answer("trace", up["StartArn"]), up, "by ARN")

    os.link("model.pkl", "elsewhere")
    of_copy = t.answer("trace", "elsewhere")
    t.check("fit" in {v.get("Name") for v in of_copy["Vertices"]}, of_copy)

    text = t.pedigree("trace", "shop")
    t.check("current" in text and "\x1b" not in text, text)
    t.check("\\xff" in text and "\\x0a" in text, text)


def overwritten():
    os.unlink("model.pkl")
    with open("model.pkl", "w", encoding="ascii") as file:
        file.write("other bytes\n" * 20)
    done = subprocess.run(["pedigree", "trace", "model.pkl"], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    t.equal(done.returncode, 0, "trace of a changed file")
    t.check(b"differ from every recorded version" in done.stderr, done.stderr)
    t.check(b"fit" in done.stdout, done.stdout)


def shows():
    shown = t.answer("show", "fit")
    t.equal(set(shown) >= {"TrialComponent", "Inputs", "Outputs", "Contexts",
                           "Capture"}, True, f"members of show: {list(shown)}")
    run = shown["TrialComponent"]
    t.equal(run["TrialComponentName"], "fit", "the name")
    t.equal(run["Status"]["PrimaryStatus"], "Completed", "the status")
    t.equal(run["Parameters"]["lr"], {"NumberValue": 0.5}, "a parameter")
    t.check(run["EndTime"] >= run["StartTime"], run)
    t.equal([c["ContextName"] for c in shown["Contexts"]], ["shop"],
            "the contexts")
    model, = shown["Outputs"]
    t.equal(model["ArtifactType"], "Model", "the output")
    version, = model["Source"]["SourceTypes"]
    t.check(version["Value"].startswith("sha256:"), version)
    t.check(shown["Capture"]["Processes"] >= 2, shown["Capture"])
    t.equal(shown["Capture"]["StillRunning"], [], "what still runs")

    shown = t.answer("show", model["ArtifactArn"])
    t.equal([r["TrialComponentName"] for r in shown["ProducedBy"]], ["fit"],
            "who made it")
    t.equal(len(shown["ContributedTo"]), 1, "what it went into")
    shown = t.answer("show", "shop")
    t.equal(shown["Context"]["ContextType"], "Endpoint", "the context")
    action, = shown["Actions"]
    shown = t.answer("show", action["ActionName"])
    t.equal(shown["Action"]["ActionType"], "ModelDeployment", "the action")
    t.equal(len(shown["Inputs"]), 1, "what was deployed")

    files = t.answer("show", "many", "--manifest")
    t.equal([f["Path"] for f in files],
            [f"part-{i:02}.csv" for i in range(40)], "the manifest")
    t.check(all(f["Version"].startswith("sha256:") for f in files), files)
    t.equal(files[9]["Size"], 100, "a size")
    refused(1, "has no manifest", "show", "fit", "--manifest")
    text = t.pedigree("show", "fit")
    t.check("\x1b" not in text and "lr = 0.5" in text, text)


def lists():
    runs = t.answer("list", "runs")
    t.equal([r["TrialComponentName"] for r in runs], ["fit"], "runs")
    for words in (("--tag", "team"), ("--tag", "team=shop"), ("--name", "FI"),
                  ("--created-after", "2020-01-01"), ("--limit", "1"),
                  ("--created-before", str(int(time.time()) + 60))):
        t.equal(t.answer("list", "runs", *words), runs, words)
    for words in (("--tag", "team=other"), ("--name", "zz"),
                  ("--created-before", "2020-01-01T00:00:00Z"),
                  ("--created-after", str(int(time.time()) + 60))):
        t.equal(t.answer("list", "runs", *words, status=1), [], words)
    models = t.answer("list", "artifacts", "--type", "Model")
    t.equal(len(models), 1, "models")
    t.equal(t.answer("list", "artifacts", "--source-uri",
                     models[0]["Source"]["SourceUri"]), models, "by URI")
    t.equal(t.answer("list", "models"), models, "models by their own word")
    t.equal(t.answer("list", "endpoints"), t.answer("list", "contexts"),
            "the endpoints")
    t.equal(t.answer("list", "deployments"), t.answer("list", "actions"),
            "the deployments")
    t.check(t.answer("list", "datasets"), "data sets")
    refused(2, "models are of type Model, not DataSet",
            "list", "models", "--type", "DataSet")
    t.equal(len(t.answer("list", "contexts")), 1, "contexts")
    t.equal(len(t.answer("list", "actions")), 1, "actions")
    kinds = {a["AssociationType"] for a in t.answer("list", "associations")}
    t.check(kinds >= {"ContributedTo", "Produced", "AssociatedWith"}, kinds)
    names = [a.get("ArtifactName") or "" for a in
             t.answer("list", "artifacts", "--sort-by", "Name", "--ascending")]
    t.equal(names, sorted(names, key=str.lower), "sorted by name")
    refused(2, "cannot be listed", "list", "cats")
    refused(2, "--json: options stand behind the command",
            "--json", "list", "runs")
    refused(2, "--created-after is a date", "list", "runs", "--created-after",
            "2026-02-30")
    refused(2, "--sort-by is", "list", "runs", "--sort-by", "colour")


def explains():
    why = t.answer("explain", "fit", "new")
    t.equal((why["Touched"], why["Output"]), (True, True), f"new: {why}")
    t.check(why["RenamedTo"].endswith("/model.pkl"), why)
    t.check(why["Rule"] and why["File"] and why["Line"] > 0, why)
    why = t.answer("explain", "fit", "nowhere", status=1)
    t.equal(why["Touched"], False, "an untouched path")
    text = t.pedigree("explain", "fit", "model.pkl")
    t.check("builtin.conf:" in text, text)


def events():
    lines = [json.loads(line) for line in
             t.pedigree("events", "fit", "--json").splitlines()]
    words = {line["Event"] for line in lines}
    t.check(words >= {"process", "open", "rename"}, words)
    moved, = [line for line in lines if line["Event"] == "rename"]
    t.check(moved["Path"].endswith("/new"), moved)
    t.check(moved["NewPath"].endswith("/model.pkl"), moved)
    t.check(all(line["Pid"] > 0 and line["Time"] > 0 for line in lines), lines)
    text = t.pedigree("events", "fit")
    t.check("\x1b" not in text and "\\x1b" in text, text)
    t.equal(len(text.splitlines()), len(lines), "a line an event")


def under_way():
    """A run is listed and its events are readable while it goes on."""
    read, write = os.pipe()
    with subprocess.Popen(["pedigree", "run", "-q", "--name", "slow", "--",
                           "sh", "-c", "cat data/* >/dev/null; cat >seen"],
                          stdin=read) as going:
        os.close(read)
        deadline = time.monotonic() + 60
        while not os.path.exists("seen"):
            t.check(time.monotonic() < deadline, "the run does not begin")
            time.sleep(0.01)
        listed = {r["TrialComponentName"]: r["Status"]["PrimaryStatus"]
                  for r in t.answer("list", "runs")}
        t.equal(listed, {"fit": "Completed", "slow": "InProgress"}, "runs")
        t.check("seen" in t.pedigree("events", "slow"), "events of a live run")
        refused(1, "has not ended yet", "trace", "slow")
        os.close(write)
        t.equal(going.wait(), 0, "the end of the run")
    t.equal(len(t.answer("list", "runs")), 2, "runs at the end")


def usage():
    refused(2, "one target", "trace")
    refused(2, "one target", "show", "a", "b")
    refused(2, "--direction is", "trace", "--direction", "sideways", "fit")
    refused(2, "--depth is", "trace", "--depth", "-1", "fit")
    refused(2, "--format is", "trace", "--format", "xml", "fit")
    refused(1, "nothing is recorded of 'nonesuch'", "trace", "nonesuch")
    home = os.path.join(t.work, "broken")
    os.mkdir(home)
    with open(os.path.join(home, "ledger.db"), "wb") as file:
        file.write(b"this is no ledger" * 100)
    os.environ["PEDIGREE_HOME"] = home
    refused(2, "ledger.db", "trace", "fit")


nothing_yet()
record()
traces()
shows()
lists()
explains()
events()
overwritten()
under_way()
usage()
t.passed()
