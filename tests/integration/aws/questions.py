#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the service answers is what the ledger answers: trace, list and show
with --backend sagemaker, past ten steps and past fifty vertices."""

import collections
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402
sys.path.insert(0, os.path.join(t.TOP, "tests", "integration", "aws"))
sys.path.insert(0, os.path.join(t.TOP, "tests", "helper"))
import aws  # noqa: E402

aws.with_botocore()
import fake_sagemaker as fake  # noqa: E402
from pushing import configure, push  # noqa: E402

STEPS = 14  # of a chain: twice as many edges
FAN = 60  # files that one run reads, one by one
REMOTE = ("--backend", "sagemaker")


def record():
    configure()
    with open(os.path.join(t.work, "config", "pedigree", "pedigree.conf"), "a",
              encoding="ascii") as file:
        file.write("[capture]\nrollup_min = 0\n")
    with open("step0.csv", "w", encoding="ascii") as file:
        file.write("1,2\n")
    for step in range(STEPS):
        t.pedigree("run", "-q", "--name", f"step{step}", "--", "sh", "-c",
                   f"cat step{step}.csv > step{step + 1}.csv;"
                   f"echo {step} >> step{step + 1}.csv")
    os.mkdir("many")
    for number in range(FAN):
        with open(f"many/{number:03}.csv", "w", encoding="ascii") as file:
            file.write(f"{number}\n")
    t.pedigree("run", "-q", "--name", "wide", "--param", "lr=0.1", "--tag",
               "team=shop", "--", "sh", "-c", "cat many/* > model.pkl")
    t.pedigree("run", "-q", "--name", "cloud", "--input", "s3://bucket/key",
               "--", "true")
    t.pedigree("deploy", "-q", "--endpoint", "churn", "--model", "model.pkl",
               "--", "true")


def named(answer):
    """A lineage without ARNs, which differ between ledger and service."""
    names = {v["Arn"]: (v["LineageType"], v["Name"])
             for v in answer["Vertices"]}
    return (sorted(names.values()),
            sorted((names[e["SourceArn"]], names[e["DestinationArn"]],
                    e.get("AssociationType")) for e in answer["Edges"]))


def traces():
    for target in (["trace", f"step{STEPS}.csv"], ["trace", "churn"],
                   ["downstream", "step0.csv"],
                   ["trace", "wide", "--direction", "both"],
                   ["trace", f"step{STEPS}.csv", "--depth", "13"],
                   ["trace", f"step{STEPS - 1}", "--depth", "1"]):
        ours = named(t.answer(*target))
        theirs = named(t.answer(*target, *REMOTE))
        t.equal(theirs, ours, f"{target} of the service")
    t.check(len(named(t.answer("trace", f"step{STEPS}.csv"))[0]) > 2 * STEPS,
            "the chain's vertices")
    t.check(len(named(t.answer("trace", "churn"))[0]) > FAN, "the fan's")
    arn = t.answer("trace", "churn", *REMOTE)["StartArn"]
    t.check("us-east-1:000000000000" in arn or ":local:" not in arn, arn)
    t.equal(named(t.answer("trace", arn, *REMOTE)),
            named(t.answer("trace", "churn")), "by the service's ARN")


def pages(service):
    """The service has more than one page, and more than ten steps."""
    lineage = [request for operation, request, _ in service.requests
               if operation == "QueryLineage"]
    t.check(any("NextToken" in request for request in lineage),
            "no second page was asked for")
    starts = collections.Counter(request["StartArns"][0]
                                 for request in lineage)
    t.check(len(starts) > 4, f"only {starts} were asked about")


def texts():
    text = t.pedigree("trace", "churn", *REMOTE)
    for part in ("churn", "wide", "model.pkl", "059.csv"):
        t.check(part in text, f"no {part} in {text}")


    done = subprocess.run(["pedigree", "trace", "cloud", *REMOTE], check=True,
                          capture_output=True, timeout=120)
    t.check(b"identity = uri" in done.stderr, done.stderr)
    done = subprocess.run(["pedigree", "trace", "churn", *REMOTE], check=True,
                          capture_output=True, timeout=120)
    t.equal(done.stderr, b"", "notes on local files")


def shows():
    ours, theirs = t.answer("show", "wide"), t.answer("show", "wide", *REMOTE)
    for member in ("TrialComponentName", "Parameters", "Status"):
        t.equal(theirs["TrialComponent"][member],
                ours["TrialComponent"][member], member)
    t.check({"Key": "team", "Value": "shop"}
            in theirs["TrialComponent"]["Tags"], "tags")
    for side in ("Inputs", "Outputs"):
        t.equal(sorted(a["Source"]["SourceUri"] for a in theirs[side]),
                sorted(a["Source"]["SourceUri"] for a in ours[side]), side)
    t.check("model.pkl" in t.pedigree("show", "model.pkl", *REMOTE), "show")


def lists():
    for words, key in ((("runs",), "TrialComponentName"),
                       (("artifacts", "--type", "Model"), "ArtifactName"),
                       (("contexts",), "ContextName"),
                       (("actions",), "ActionName"),
                       (("runs", "--tag", "team=shop"), "TrialComponentName"),
                       (("artifacts", "--name", "step1"), "ArtifactName")):
        ours = t.answer("list", *words)
        theirs = t.answer("list", *words, *REMOTE)
        t.check(ours, f"no {words}")
        t.equal(sorted(one[key] for one in theirs),
                sorted(one[key] for one in ours), f"list {words}")
    t.equal(len(t.answer("list", "associations", *REMOTE)),
            len(t.answer("list", "associations")), "associations")
    t.equal(len(t.answer("list", "artifacts", "--limit", "3", *REMOTE)), 3,
            "a limit")


def refused(*words, status, says):
    done = subprocess.run(["pedigree", *words, *REMOTE], check=False,
                          capture_output=True, timeout=120)
    t.equal(done.returncode, status, f"{words}: {done.stderr.decode()}")
    t.check(says in done.stderr.decode(), done.stderr.decode())
    t.equal(done.stdout, b"", "output of a failure")


def trouble(service):
    refused("trace", "nothing-of-the-kind", status=1, says="nothing")
    refused("trace", "arn:aws:sagemaker:us-east-1:123456789012:artifact/x",
            status=1, says="arn:aws")
    expected = named(t.answer("trace", "churn", *REMOTE))
    for how in ("500", "503", "throttle", "drop-before", "drop-after"):
        service.faults.every, service.faults.how = 5, how
        t.equal(named(t.answer("trace", "churn", *REMOTE)), expected, how)
    service.faults.every = 0
    keys = {name: os.environ.pop(name) for name in list(os.environ)
            if name.startswith("AWS_ACCESS") or name.startswith("AWS_SECRET")}
    refused("trace", "churn", status=2, says="credentials")
    os.environ.update(keys)


record()
with fake.Service() as running:
    os.environ.update(running.environment())
    push()
    traces()
    pages(running)
    texts()
    shows()
    lists()
    trouble(running)
t.passed()
