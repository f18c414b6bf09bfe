# SPDX-License-Identifier: Apache-2.0
"""The shell pipeline: as three runs, and as one."""

import os
import shutil

import support as t

shutil.copytree(os.path.join(t.EXAMPLES, "pipeline"), "code")
os.mkdir("files")


def names(vertices, what):
    return sorted(t.short(v) for v in vertices if v["LineageType"] == what)


def data_names(vertices):
    """Artifacts that are not code."""
    return sorted(t.short(v) for v in vertices
                  if v["LineageType"] == "Artifact" and t.kind(v) != "Code")


def three_runs():
    shutil.copy("code/raw.csv", "files")
    out = t.run("code/pipeline.sh", "files",
                env={**os.environ, "RUN": "pedigree run --"})
    t.check("mse" in out, f"no metrics in {out!r}")
    vertices = t.answer("trace", "files/metrics.json")["Vertices"]
    t.equal(data_names(vertices),
            ["clean.csv", "line.model", "metrics.json", "raw.csv"],
            "what is upstream of the metrics")
    t.equal(len(names(vertices, "TrialComponent")), 3, "how many runs")
    down = t.answer("trace", "files/raw.csv", "--direction", "down")
    t.equal(data_names(down["Vertices"]),
            ["clean.csv", "line.model", "metrics.json", "raw.csv"],
            "what became of the raw data")


def one_run():
    """Files written and read again by the same run are outputs only."""
    os.mkdir("others")
    with open("files/raw.csv", encoding="utf-8") as raw, \
            open("others/raw.csv", "w", encoding="utf-8") as out:
        out.write(raw.read() + "130,270\n")
    t.pedigree("run", "--name", "whole", "--", "code/pipeline.sh", "others")
    shown = t.answer("show", "whole")
    t.equal(data_names_of(shown["Inputs"]), ["raw.csv"], "inputs")
    t.equal(data_names_of(shown["Outputs"]),
            ["clean.csv", "line.model", "metrics.json"], "outputs")


def data_names_of(artifacts):
    return sorted(os.path.basename(a["Source"]["SourceUri"])
                  for a in artifacts if a["ArtifactType"] != "Code")


three_runs()
one_run()
t.passed()
