# SPDX-License-Identifier: Apache-2.0
"""From the data to the endpoint in commands that know nothing of each other:
train, tar, aws s3 cp, aws sagemaker, then boto3; one unbroken chain.
"""

import os
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"],
                                "tests/integration/wire"))
sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/helper"))
import wire  # noqa: E402
import support as t  # noqa: E402

PYTHON = t.python_with("boto3")
if PYTHON != sys.executable and "boto3" not in sys.modules:
    try:
        import botocore  # noqa: F401
    except ImportError:
        os.execvp(PYTHON, [PYTHON, *sys.argv])
import fake_s3  # noqa: E402
import fake_sagemaker  # noqa: E402

AWS = next((aws for aws in ("/usr/bin/aws", shutil.which("aws"))
            if aws and os.access(aws, os.X_OK)), None)
if not AWS:
    t.skip("the AWS CLI is not installed")
shutil.copytree(os.path.join(t.EXAMPLES, "deploy"), "code")


def fake_aws(s3, sagemaker):
    """The CLI of Debian 12 reads no endpoint from the environment."""
    os.mkdir("bin")
    with open("bin/aws", "w", encoding="ascii") as file:
        file.write(f"#!/bin/sh\ncase $1 in\ns3) url={s3} ;;\n"
                   f"*) url={sagemaker} ;;\nesac\n"
                   f'exec {AWS} --endpoint-url "$url" "$@"\n')
    os.chmod("bin/aws", 0o755)
    os.environ["PATH"] = os.path.abspath("bin") + ":" + os.environ["PATH"]


def data(name, seed):
    numbers = random.Random(seed)
    with open(name, "w", encoding="ascii") as file:
        file.write("age,calls,left\n")
        for _ in range(200):
            file.write(f"{numbers.randint(18, 90)},{numbers.randint(0, 9)},"
                       f"{numbers.randint(0, 1)}\n")


def train(customers, name):
    t.pedigree("run", "-q", "--name", f"train-{name}", "--", PYTHON,
               "code/train.py", customers, "model.pkl")
    t.pedigree("run", "-q", "--name", f"pack-{name}", "--", "code/pack.sh",
               "model.pkl", f"{name}.tar.gz")


def names(trace):
    return {vertex.get("Name") for vertex in trace["Vertices"]}


def uris(trace):
    return {vertex.get("SourceUri") for vertex in trace["Vertices"]}


def has(found, *wanted):
    for one in wanted:
        t.check(one in found, f"no {one} in {sorted(map(str, found))}")


def each_by_itself():
    data("customers.csv", 1)
    train("customers.csv", "first")
    t.pedigree("run", "-q", "--name", "upload", "--", "code/upload.sh",
               "first.tar.gz", "s3://models/churn/first.tar.gz")
    t.pedigree("deploy", "-q", "--name", "deploy-1", "--", "code/deploy.sh",
               "s3://models/churn/first.tar.gz", "churn")
    shown = t.answer("show", "upload")
    t.equal([o["Source"]["SourceUri"] for o in shown["Outputs"]],
            ["s3://models/churn/first.tar.gz"], "what was uploaded")
    trace = t.answer("trace", "churn")
    has(names(trace), "train-first", "pack-first", "upload", "deploy-1")
    has(uris(trace), "s3://models/churn/first.tar.gz",
        f"file://{t.work}/customers.csv", f"file://{t.work}/model.pkl",
        f"file://{t.work}/code", fake_sagemaker.PREFIX + "endpoint/churn")
    t.equal(t.answer("trace", fake_sagemaker.PREFIX + "endpoint/churn"),
            trace, "the trace by the endpoint's ARN")


def in_one_script():
    data("others.csv", 2)
    train("others.csv", "second")
    t.pedigree("deploy", "-q", "--name", "deploy-2", "--", PYTHON,
               "code/update.py", "second.tar.gz", "models",
               "churn/second.tar.gz", "churn", "2")
    trace = t.answer("trace", "churn")
    has(names(trace), "train-first", "train-second", "deploy-1", "deploy-2")
    [endpoint] = t.answer("list", "contexts")
    t.check(endpoint["Properties"]["CurrentDeployment"].endswith("deploy-2"),
            f"the current deployment is {endpoint['Properties']}")
    made = [edge for edge in trace["Edges"]
            if edge["DestinationArn"] == endpoint["ContextArn"]]
    t.equal(sorted(edge["SourceArn"].rpartition("/")[2] for edge in made),
            ["deploy-1", "deploy-2", "pack-first", "pack-second", "upload"],
            "what is associated with the endpoint")


def deleted():
    t.pedigree("run", "-q", "--name", "tidy", "--", "aws", "sagemaker",
               "delete-endpoint", "--endpoint-name", "churn")
    [endpoint] = t.answer("list", "contexts")
    t.check("CurrentDeployment" not in endpoint["Properties"],
            f"something is behind it: {endpoint['Properties']}")
    t.check(endpoint["Properties"]["DeletedTime"].endswith("Z"),
            "when it was deleted")
    trace = t.answer("trace", "churn")
    has(names(trace), "tidy-undeploy-churn", "deploy-1", "deploy-2")
    t.equal({edge.get("Deployment") for edge in trace["Edges"]},
            {"Replaced", None}, "what the deployments are now")
    t.check("deleted 20" in t.pedigree("trace", "churn"), "the trace says so")


def downstream():
    found = t.answer("downstream", "customers.csv")
    has(uris(found), "s3://models/churn/first.tar.gz",
        fake_sagemaker.PREFIX + "endpoint/churn")
    t.check("s3://models/churn/second.tar.gz" not in uris(found),
            "the second model was not made of the first data")


with fake_s3.Store(wire.certificate) as store, \
        fake_sagemaker.Service(wire.certificate) as service:
    os.environ.update(service.environment())
    os.environ["AWS_ENDPOINT_URL_S3"] = store.url
    fake_aws(store.url, service.url)
    each_by_itself()
    in_one_script()
    downstream()
    deleted()
t.passed()
