# SPDX-License-Identifier: Apache-2.0
"""Objects that the AWS CLI and boto3 put and get over HTTPS: in one piece and
in parts, as one input and one output each, and the same bytes as the files.
"""

import os
import random
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/helper"))
import wire  # noqa: E402
import fake_s3  # noqa: E402
import support as t  # noqa: E402

AWS = next((aws for aws in ("/usr/bin/aws", shutil.which("aws"))
            if aws and os.access(aws, os.X_OK)), None)
if not AWS:
    t.skip("the AWS CLI is not installed")
PYTHON = t.python_with("boto3")

BOTO3 = """
import boto3, io, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
s3.upload_fileobj(io.BytesIO(open("small.bin", "rb").read()), "b", "small")
s3.download_file("b", "large", "by boto3.bin")
s3.copy_object(Bucket="b", Key="copy", CopySource="b/small")
s3.put_object(Bucket="b", Key="gone", Body=b"x" * 100)
s3.delete_object(Bucket="b", Key="gone")
s3.head_object(Bucket="b", Key="large")
"""


def file(name, size):
    with open(name, "wb") as out:
        out.write(random.Random(name).randbytes(size))


def put(record):
    """The URIs of a run's inputs and outputs that are objects."""
    return [sorted(a["Source"]["SourceUri"] for a in record[side]
                   if a["Source"]["SourceUri"].startswith("s3:"))
            for side in ("Inputs", "Outputs")]


def versions(record, uri):
    [found] = [a for side in ("Inputs", "Outputs") for a in record[side]
               if a["Source"]["SourceUri"] == uri]
    return found["Source"]["SourceTypes"], found["Properties"]


def same(trace, one, other):
    """Are two URIs of a trace tied?"""
    arns = {v["Arn"]: v.get("SourceUri") for v in trace["Vertices"]}
    pairs = [{arns.get(e["SourceArn"]), arns.get(e["DestinationArn"])}
             for e in trace["Edges"] if e["AssociationType"] == "SameAs"]
    t.check({one, other} in pairs, f"{one} and {other} are not tied: {pairs}")


def aws(run, url, *words):
    t.pedigree("run", "-q", "--name", run, "--", AWS, "--endpoint-url", url,
               "s3", *words)
    return t.answer("show", run)


def in_parts(url, store):
    file("large.bin", 20 << 20)
    record = aws("up", url, "cp", "large.bin", "s3://b/large")
    t.equal(put(record), [[], ["s3://b/large"]], "what was put")
    kinds, more = versions(record, "s3://b/large")
    etag = store.objects["b", "large"][1].strip('"')
    t.check(etag.endswith("-3"), f"not in three parts: {etag}")
    t.equal(kinds, [{"SourceIdType": "S3ETag", "Value": etag}], "its version")
    t.equal(more["Bytes"], str(20 << 20), "its size")
    t.equal(more["Endpoint"], url, "where it is")
    record = aws("down", url, "cp", "s3://b/large", "back.bin")
    t.equal(put(record), [["s3://b/large"], []], "what was got")
    trace = t.answer("trace", "back.bin", "--direction", "both")
    here = f"file://{t.work}/"
    arns = {v.get("SourceUri") for v in trace["Vertices"]}
    t.check({here + "large.bin", here + "back.bin",
             "s3://b/large"} <= arns, f"the chain is broken: {arns}")
    same(trace, here + "large.bin", "s3://b/large")


def by_boto3(url):
    file("small.bin", 5000)
    t.pedigree("run", "-q", "--name", "boto3", "--", PYTHON, "-c", BOTO3, url)
    record = t.answer("show", "boto3")
    t.equal(put(record), [["s3://b/large"], ["s3://b/copy", "s3://b/small"]],
            "what was got and put")
    same(t.answer("trace", "small.bin", "--direction", "both"),
         f"file://{t.work}/small.bin", "s3://b/small")


def with_versions(certificate):
    with fake_s3.Store(certificate, versions=True) as store:
        record = aws("v", store.url, "cp", "small.bin", "s3://b/small")
        kinds, _ = versions(record, "s3://b/small")
        t.equal(kinds, [{"SourceIdType": "S3Version",
                         "Value": store.objects["b", "small"][2]}],
                "the version")


TRAILER = """
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
with open("small.bin", "rb") as file:
    s3.put_object(Bucket="b", Key="sum", Body=file, ChecksumAlgorithm="CRC32")
"""


def behind_the_body(certificate):
    """A checksum that the client sends when it has read the file."""
    with fake_s3.Store(certificate, opaque=True) as store:
        t.pedigree("run", "-q", "--name", "trailer", "--", PYTHON, "-c",
                   TRAILER, store.url)
        _, more = versions(t.answer("show", "trailer"), "s3://b/sum")
        t.equal(more["Bytes"], "5000", "bytes without their frames")
        t.check(more["ETag"] != more.get("MD5"), "an ETag that is a digest")
        same(t.answer("trace", "small.bin", "--direction", "both"),
             f"file://{t.work}/small.bin", "s3://b/sum")


LAKE = """
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
keys = ["dt=1/a", "dt=1/b", "dt=2/a", "_SUCCESS"]
for key in keys:
    if sys.argv[2] == "put":
        s3.put_object(Bucket="b", Key="lake/" + key, Body=key.encode())
    elif key != "dt=1/b":
        s3.get_object(Bucket="b", Key="lake/" + key)["Body"].read()
"""


def partitions_of_a_prefix_are_a_data_set(url):
    with open("pedigree.conf", "w", encoding="ascii") as config:
        config.write("[dataset lake]\nroot = s3://b/lake\npartition = dt=*\n")
    for name, side in (("put", "Outputs"), ("get", "Inputs")):
        t.pedigree("run", "-q", "--name", f"lake-{name}", "--", PYTHON, "-c",
                   LAKE, url, name)
        found = {a["Source"]["SourceUri"]: a["Properties"]
                 for a in t.answer("show", f"lake-{name}")[side]
                 if a["Source"]["SourceUri"].startswith("s3:")}
        t.equal(set(found), {"s3://b/lake", "s3://b/lake/_SUCCESS"}, name)
        more = found["s3://b/lake"]
        t.equal((more["DataSet"], more["Files"], more["Partitions"]),
                ("lake", "3" if name == "put" else "2", "2"), name)
        t.check("FilesPresent" not in more, "a bucket was not counted")
    os.unlink("pedigree.conf")


with fake_s3.Store(wire.certificate) as served:
    in_parts(served.url, served)
    by_boto3(served.url)
    partitions_of_a_prefix_are_a_data_set(served.url)
with_versions(wire.certificate)
behind_the_body(wire.certificate)
t.passed()
