#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A run inside a SageMaker job joins the trial component that SageMaker made
for that job, instead of making one beside it."""

import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402
sys.path.insert(0, os.path.join(t.TOP, "tests", "integration", "aws"))
sys.path.insert(0, os.path.join(t.TOP, "tests", "helper"))
import aws  # noqa: E402

aws.with_botocore()
import fake_sagemaker as fake  # noqa: E402
from pushing import configure, push  # noqa: E402

KINDS = ("Training", "Processing", "Transform")


def arn_of(kind, name):
    return f"{fake.PREFIX}{kind.lower()}-job/{name}"


def made_by_sagemaker(kind, name):
    """As SageMaker does: the ARNs have small letters only."""
    component = f"{name}-aws-{kind.lower()}-job"
    arn = f"{fake.PREFIX}experiment-trial-component/{component.lower()}"
    return arn, {
        "TrialComponentName": component, "TrialComponentArn": arn,
        "DisplayName": "as SageMaker left it",
        "Source": {"SourceArn": arn_of(kind, name).lower(),
                   "SourceType": f"SageMaker{kind}Job"},
        "CreationTime": 1700000000.0, "LastModifiedTime": 1700000000.0}


def tell(kind, arn):
    """What SageMaker tells a job's container about it."""
    if kind != "Processing":
        os.environ[f"{kind.upper()}_JOB_ARN"] = arn
        return
    os.environ["PEDIGREE_PROCESSING_JOB_CONFIG"] = aws.write(
        "processingjobconfig.json", json.dumps({"ProcessingJobArn": arn}))


def forget():
    for name in ("TRAINING_JOB_ARN", "TRANSFORM_JOB_ARN",
                 "PEDIGREE_PROCESSING_JOB_CONFIG"):
        os.environ.pop(name, None)


def run_in(kind, arn, home):
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, home)
    tell(kind, arn)
    t.pedigree("run", "-q", "--name", "work", "--experiment", "churn", "--",
               "sh", "-c", "cat data.csv >model.pkl")
    forget()


def components(service):
    return [a for a in list(service.lineage.entities)
            if ":experiment-trial-component/" in a]


def described():
    return json.loads(t.pedigree("api", "describe-trial-component",
                                 "--trial-component-name", "work"))


def local_source(kind, arn):
    """The ledger knows the job, too."""
    t.equal(described()["Source"], {"SourceArn": arn,
                                    "SourceType": f"SageMaker{kind}Job"},
            "source in the ledger")


def adopt(kind, late=False):
    name = "Shop-Train-ja5pJv"
    arn = arn_of(kind, name)
    run_in(kind, arn, f"{kind}{late}")
    local_source(kind, arn)
    with fake.Service() as service:
        os.environ.update(service.environment())
        theirs, entity = made_by_sagemaker(kind, name)
        other, another = made_by_sagemaker(kind, "another")
        service.lineage.entities[other] = another

        def appear():
            """Once it was looked for in vain."""
            while not any(r[0] == "ListTrialComponents"
                          for r in list(service.requests)):
                time.sleep(0.01)
            with service._lock:
                service.lineage.entities[theirs] = dict(entity)

        appearing = threading.Thread(target=appear)
        if late:
            appearing.start()
        else:
            service.lineage.entities[theirs] = dict(entity)
        push()
        if late:
            appearing.join()
        t.equal(sorted(components(service)), sorted([theirs, other]),
                "trial components")
        t.equal(service.lineage.entities[theirs], entity,
                "what SageMaker made, after the push")
        edges = list(service.lineage.edges)
        t.check(any(d == theirs for _, d in edges) and
                any(s == theirs for s, _ in edges), edges)
        t.check(not any(other in edge for edge in edges), edges)
        t.equal([c for c, _ in service.lineage.members], [theirs],
                "components in the trial")
        looks = [r for r in service.requests if r[0] == "ListTrialComponents"]
        t.equal({r[1]["SourceArn"] for r in looks}, {arn.lower()}, "asked for")
        t.check(len(looks) > 1 if late else len(looks) == 1, looks)
        seen = service.seen
        push()
        t.equal(service.seen, seen, "requests of nothing to do")
    print(f"{kind} job: adopted{', late' if late else ''}")


def without():
    """A job that SageMaker keeps no trial component of is not waited for
    for ever; what is no job's ARN is none."""
    run_in("Training", arn_of("Training", "gone"), "gone")
    with fake.Service() as service:
        os.environ.update(service.environment())
        push()
        [made] = components(service)
        t.check(made.endswith("/work"), made)
        looks = [r for r in service.requests if r[0] == "ListTrialComponents"]
        t.check(2 < len(looks) < 10, looks)
    for number, wrong in enumerate((
            "", "training-job", f"{fake.PREFIX}endpoint/churn",
            arn_of("Training", "x" * 300))):
        run_in("Training", wrong, f"wrong{number}")
        t.check("Source" not in described(), described())
    print("no job: a trial component of its own")


configure()
forget()
with open("data.csv", "w", encoding="ascii") as data:
    data.write("1,2\n" * 10)
for which in KINDS:
    adopt(which)
adopt("Training", late=True)
without()
t.passed()
