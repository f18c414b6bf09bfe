#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`pedigree graph` for Graphviz and mermaid, with names that would like to be
a part of their languages, and what is said when something is in the way."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

NAMES = ["a\"];b [label=\"x", "`md`*_~ end graph; subgraph x",
         "#quot;#35;{}()[]|--> A", "click n0 href \"javascript:alert(1)\"",
         "%%{init: {}}%%", "class:::x;style n0", "\\N\\G\\n\\", "&amp;<b>&#60;",
         "\u202egnp.\u05d0\u05d1", "tab\tnew\nline\x1b[31m"]
SVG = "{http://www.w3.org/2000/svg}"

# What this flowchart may be made of, and nothing else.
TEXT = r"\"(?:[A-Za-z0-9 .,_+/\u0080-\U0010ffff-]|#\d+;|<br/>)*\""
LINES = [
    r"flowchart LR",
    rf"  n\d+(?:\[{TEXT}\]|\({TEXT}\)|\[\[{TEXT}\]\]):::\w+",
    rf"  cut\d+\[{TEXT}\]",
    r"  n\d+ (?:-->|-\.->)(?:\|\"[a-z ]+\"\|)? n\d+",
    r"  classDef \w+ (?:(?:fill|stroke|color):#[0-9a-f]{6},?)+",
]


def record():
    os.mkdir("in")
    with open("pedigree.conf", "w", encoding="ascii") as file:
        file.write("[capture]\nrollup_min = 1000\n")
    for i, name in enumerate(NAMES):
        with open(f"in/{name}.csv", "w", encoding="utf-8") as file:
            file.write(f"{i}\n")
    t.pedigree("run", "-q", "--name", "fit", "--", "sh", "-c",
               "cat in/* >new && mv new model.pkl")
    t.pedigree("deploy", "-q", "--endpoint", "shop", "--model", "model.pkl",
               "--", "true")


def draw(*words, status=0, **environment):
    done = subprocess.run(
        ["pedigree", "graph", *words], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
        timeout=300, env={**os.environ, **environment})
    t.equal(done.returncode, status, f"status of graph {' '.join(words)}: "
            f"{done.stderr.decode()}")
    return done.stdout.decode(), done.stderr.decode()


def shown(text):
    """What a name looks like where it cannot do harm, unless it is cut."""
    return "".join(
        "".join(f"\\x{byte:02x}" for byte in c.encode())
        if ord(c) < 32 or c == "\u202e" else c for c in text)


def mermaid():
    text, _ = draw("shop", "--format", "mermaid", "--wide")
    lines = text.splitlines()
    for line in lines:
        t.check(any(re.fullmatch(form, line) for form in LINES),
                f"no line of a flowchart: {line}")
    names = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)
    for name in NAMES:
        t.check(f"/{shown(name)}.csv" in names, f"{name!r} is not in {text}")
    t.equal(sum(" --> " in line for line in lines), len(NAMES) + 3 - 1,
            f"plain edges of {text}")
    t.check('-->|"current"| n0' in text, text)
    text, _ = draw("shop", "--format", "mermaid", "--type", "dataset")
    t.equal(text.count("-.->"), len(NAMES), f"indirect edges of {text}")


def graphviz():
    text, _ = draw("shop", "--wide")
    read = t.run("dot", "-Tplain", input=text.encode(), stdin=None)
    nodes = [line for line in read.splitlines() if line.startswith("node ")]
    t.equal(len(nodes), len(NAMES) + 4, f"nodes of {text}")
    # The picture has the names as text, and nothing in it is alive.
    svg, _ = draw("shop", "--format", "svg", "--wide")
    root = xml.etree.ElementTree.fromstring(svg)
    texts = [node.text.replace("\u00a0", " ")
             for node in root.iter(SVG + "text")]
    for name in NAMES:
        t.check(any(one.endswith(f"/{shown(name)}.csv") for one in texts),
                f"{name!r} is not in {texts}")
    alive = {node.tag for node in root.iter()} & {
        SVG + name for name in ("script", "image", "foreignObject")}
    t.equal(alive, set(), "what is alive")


def no_graphviz():
    os.mkdir("bin")
    os.symlink(os.path.join(t.BUILD, "pedigree"), "bin/pedigree")
    out, err = draw("shop", "--format", "svg", status=2,
                    PATH=os.path.join(t.work, "bin"))
    t.equal(out, "", "what is drawn without Graphviz")
    t.check("apt-get install graphviz" in err and "--format html" in err, err)
    with open("bin/dot", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexit 3\n")
    os.chmod("bin/dot", 0o755)
    _, err = draw("shop", "--format", "svg", status=2,
                  PATH=os.path.join(t.work, "bin"))
    t.check("`dot` failed, status 3" in err, err)


def output():
    with open("old.dot", "w", encoding="ascii") as file:
        file.write("old")
    draw("no such thing", "-o", "old.dot", status=1)
    with open("old.dot", encoding="ascii") as file:
        t.equal(file.read(), "old", "a picture of nothing")
    draw("shop", "-o", "old.dot")
    with open("old.dot", encoding="utf-8") as file:
        t.equal(file.read(), draw("shop")[0], "a picture in a file")
    t.equal(draw("shop", "-o", "-"), draw("shop"), "'-' is no file")
    for words in (("-o", "no/such/folder"), ("-o", "/dev/full")):
        _, err = draw("shop", *words, status=2)
        t.check("cannot write" in err, err)


def reach():
    t.equal(t.answer("graph", "shop", "--direction", "up", "--depth", "0"),
            t.answer("trace", "shop"), "the JSON of graph and trace")
    text, _ = draw("shop", "--limit", "3")
    t.check("there is more; --limit left it out" in text, text)
    t.equal(len(re.findall(r"^\tn\d+ \[", text, re.M)), 3, f"boxes of {text}")
    text, _ = draw("shop", "--depth", "1", "--format", "mermaid")
    t.check("there is more" in text, text)
    answer = t.answer("trace", "shop", "--kind", "artifact", "--kind", "run")
    t.equal({v["LineageType"] for v in answer["Vertices"][1:]},
            {"Artifact", "TrialComponent"}, "kinds")
    t.equal(answer["LeftOut"], 1, "what was left out")
    # One second later nothing was.
    for way, n in (("--since", 1), ("--until", len(NAMES) + 4)):
        answer = t.answer("trace", "shop", way, "2100-01-01")
        t.equal(len(answer["Vertices"]), n, way)
    for words in (("--kind", "runs"), ("--kind", "run|artifact"),
                  ("--since", "then"), ("--limit", "-1"),
                  ("--format", "png")):
        out, _ = draw("shop", *words, status=2)
        t.equal(out, "", f"output of {words}")
    for words in (("show", "--format"), ("list", "--format")):
        t.run("pedigree", words[0], "shop", words[1], "dot", status=2)


def circles():
    """By hand anything can be made of anything."""
    arns = [t.pedigree(
        "api", "create-artifact", "--artifact-type", "DataSet", "--source",
        f"SourceUri=s3://b/{name}", "--query", "ArtifactArn", "--output",
        "text").strip() for name in "abc"]
    for i, arn in enumerate(arns):
        t.pedigree("api", "add-association", "--source-arn", arn,
                   "--destination-arn", arns[(i + 1) % 3])
    for form in ("dot", "mermaid", "html", "text"):
        text, _ = draw("s3://b/a", "--depth", "0", "--format", form)
        t.check("DataSet" in text, text)
    svg, _ = draw("s3://b/a", "--format", "svg")
    t.check(svg.rstrip().endswith("</svg>"), svg)


t.needs("dot")
record()
mermaid()
graphviz()
no_graphviz()
output()
reach()
circles()
t.passed()
