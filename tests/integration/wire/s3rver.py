#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The AWS CLI and boto3 over HTTPS against a server of S3 that others wrote,
npm's s3rver (`make s3rver` puts it into the build folder): what each call
leaves in the record, with the versions that the server told.
"""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import support as t  # noqa: E402

SERVER = os.path.join(t.BUILD, "s3rver", "node_modules", ".bin", "s3rver")
if not os.path.exists(SERVER):
    t.skip("npm's s3rver is not installed: make s3rver")
AWS = next((aws for aws in ("/usr/bin/aws", shutil.which("aws"))
            if aws and os.access(aws, os.X_OK)), None)
if not AWS:
    t.skip("the AWS CLI is not installed")
t.needs("node", "openssl", "curl")
PYTHON = t.python_with("boto3")
BUCKET = "models"
# The server checks signatures, by the one pair of keys that it knows.
os.environ.update(AWS_ACCESS_KEY_ID="S3RVER", AWS_SECRET_ACCESS_KEY="S3RVER")


class Server:
    """It chooses a port itself and says which."""

    def __enter__(self):
        cert, key = wire.certificate
        os.mkdir("store")
        with open("server.log", "wb") as log:
            self.process = subprocess.Popen(
                ["node", SERVER, "-d", "store", "-a", "127.0.0.1", "-p", "0",
                 "--cert", cert, "--key", key, "--configure-bucket", BUCKET],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.url = f"https://127.0.0.1:{self.port()}"
        return self

    def port(self):
        said = ""
        for _ in range(1200):
            with open("server.log", encoding="utf-8") as log:
                said = log.read()
            found = re.search(r"listening on \S+:(\d+)", said)
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(.05)
        return t.framework_failure(f"s3rver does not start: {said}")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def write(name, size):
    with open(name, "wb") as out:
        out.write(random.Random(name).randbytes(size))


def etag_of(name):
    with open(name, "rb") as file:
        return hashlib.md5(file.read()).hexdigest()


def objects(artifacts):
    """{key: artifact} of those that are in the bucket."""
    start = f"s3://{BUCKET}/"
    return {a["Source"]["SourceUri"][len(start):]: a for a in artifacts
            if a["Source"]["SourceUri"].startswith(start)}


def expect(run, inputs=(), outputs=()):
    """The record of a run has these keys with these ETags and no others;
    None: any."""
    record = t.answer("show", run)
    for side, wanted in (("Inputs", dict(inputs)), ("Outputs", dict(outputs))):
        found = objects(record[side])
        t.equal(sorted(found), sorted(wanted), f"{run}: {side}")
        for key, etag in wanted.items():
            if etag is None:
                continue
            t.equal(found[key]["Source"]["SourceTypes"],
                    [{"SourceIdType": "S3ETag", "Value": etag}],
                    f"{run}: the version of {key}")
            t.equal(found[key]["Properties"]["ETag"], etag,
                    f"{run}: the ETag of {key}")
            t.equal(found[key]["Properties"]["Endpoint"], here.url,
                    f"{run}: where {key} is")
    t.equal(record["Capture"]["Dropped"], 0, f"{run}: events dropped")
    t.equal(record["Capture"]["BlindSpots"], [], f"{run}: blind spots")
    return record


def aws(run, *words, status=0):
    t.pedigree("run", "-q", "--name", run, "--", AWS, "--endpoint-url",
               here.url, *words, status=status)


def tied(name, key):
    """A file and an object are the same bytes, and the graph says so."""
    trace = t.answer("trace", name, "--direction", "both")
    uris = {v["Arn"]: v.get("SourceUri") for v in trace["Vertices"]}
    pairs = [{uris.get(e["SourceArn"]), uris.get(e["DestinationArn"])}
             for e in trace["Edges"] if e["AssociationType"] == "SameAs"]
    t.check({f"file://{t.work}/{name}", f"s3://{BUCKET}/{key}"} in pairs,
            f"{name} and {key} are not tied: {pairs}")


def by_cli():
    write("small.bin", 5000)
    write("large.bin", 20_000_000)
    small, large = etag_of("small.bin"), etag_of("large.bin")
    s3 = f"s3://{BUCKET}"
    aws("cli-put", "s3", "cp", "small.bin", f"{s3}/a/small.bin")
    expect("cli-put", outputs={"a/small.bin": small})
    tied("small.bin", "a/small.bin")
    aws("cli-get", "s3", "cp", f"{s3}/a/small.bin", "small.back")
    expect("cli-get", inputs={"a/small.bin": small})
    aws("cli-parts", "s3", "cp", "large.bin", f"{s3}/large.bin")
    # This server's ETag of parts is that of the whole: what it tells counts.
    expect("cli-parts", outputs={"large.bin": large})
    tied("large.bin", "large.bin")
    aws("cli-ranges", "s3", "cp", f"{s3}/large.bin", "large.back")
    expect("cli-ranges", inputs={"large.bin": large})
    aws("cli-range", "s3api", "get-object", "--bucket", BUCKET, "--key",
        "large.bin", "--range", "bytes=100-199", "range.back")
    expect("cli-range", inputs={"large.bin": large})
    aws("cli-copy", "s3", "cp", f"{s3}/a/small.bin", f"{s3}/copy.bin")
    expect("cli-copy", {"a/small.bin": None}, {"copy.bin": small})
    aws("cli-head", "s3api", "head-object", "--bucket", BUCKET, "--key",
        "large.bin")
    expect("cli-head")
    aws("cli-list", "s3", "ls", "--recursive", s3)
    expect("cli-list")
    aws("cli-missing", "s3api", "get-object", "--bucket", BUCKET, "--key",
        "nowhere", "none.back", status=254)
    expect("cli-missing")
    aws("cli-refused", "s3api", "get-object", "--bucket", BUCKET, "--key",
        "large.bin", "--range", "bytes=99999999-", "none.back", status=254)
    expect("cli-refused")
    aws("cli-remove", "s3", "rm", f"{s3}/copy.bin")
    expect("cli-remove")
    os.mkdir("folder")
    for name in ("b one.csv", "ä%41+.csv"):
        write(f"folder/{name}", 300)
    aws("cli-sync", "s3", "sync", "folder", f"{s3}/folder")
    expect("cli-sync", outputs={f"folder/{name}": etag_of(f"folder/{name}")
                                for name in ("b one.csv", "ä%41+.csv")})


BOTO3 = """
import boto3, io, sys
from boto3.s3.transfer import TransferConfig
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
bucket, what = sys.argv[2:]
parts = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)
if what == "put":
    with open("other.bin", "rb") as file:
        print(s3.put_object(Bucket=bucket, Key="b/other", Body=file)["ETag"])
elif what == "get":
    print(len(s3.get_object(Bucket=bucket, Key="b/other")["Body"].read()))
elif what == "range":
    for at in (0, 100, 200):
        s3.get_object(Bucket=bucket, Key="large.bin",
                      Range=f"bytes={at}-{at + 99}")["Body"].read()
elif what == "parts":
    s3.upload_file("large2.bin", bucket, "large2.bin", Config=parts)
elif what == "part-range":
    s3.download_file(bucket, "large2.bin", "large2.back", Config=parts)
elif what == "abandoned":
    upload = s3.create_multipart_upload(Bucket=bucket, Key="abandoned")
    s3.upload_part(Bucket=bucket, Key="abandoned", PartNumber=1,
                   UploadId=upload["UploadId"], Body=b"x" * 1000)
elif what == "copy":
    s3.copy_object(Bucket=bucket, Key="b/copy",
                   CopySource={"Bucket": bucket, "Key": "b/other"})
elif what == "delete":
    s3.put_object(Bucket=bucket, Key="b/short", Body=b"y" * 200)
    s3.delete_object(Bucket=bucket, Key="b/short")
elif what == "list":
    s3.head_object(Bucket=bucket, Key="large.bin")
    s3.list_objects_v2(Bucket=bucket)
    s3.list_buckets()
elif what == "presign":
    print(s3.generate_presigned_url("get_object", dict(
        Bucket=bucket, Key="b/other")))
"""


def boto3(what):
    t.pedigree("run", "-q", "--name", f"boto3-{what}", "--", PYTHON, "-c",
               BOTO3, here.url, BUCKET, what)
    return f"boto3-{what}"


def by_boto3():
    write("other.bin", 70_000)
    write("large2.bin", 17_000_000)
    other, large = etag_of("other.bin"), etag_of("large2.bin")
    expect(boto3("put"), outputs={"b/other": other})
    tied("other.bin", "b/other")
    expect(boto3("get"), inputs={"b/other": other})
    expect(boto3("range"), inputs={"large.bin": etag_of("large.bin")})
    expect(boto3("parts"), outputs={"large2.bin": large})
    tied("large2.bin", "large2.bin")
    expect(boto3("part-range"), inputs={"large2.bin": large})
    expect(boto3("abandoned"))
    expect(boto3("copy"), {"b/other": None}, {"b/copy": other})
    expect(boto3("delete"))
    expect(boto3("list"))
    url = t.run(PYTHON, "-c", BOTO3, here.url, BUCKET, "presign").strip()
    with open("curl.conf", "w", encoding="utf-8") as file:
        file.write(f'url = "{url}"\noutput = "signed.back"\nfail\n')
    t.pedigree("run", "-q", "--name", "presigned", "--", "curl", "-s", "-K",
               "curl.conf")
    expect("presigned", inputs={"b/other": other})
    secret = re.search(r"[?&](?:X-Amz-)?Signature=([^&]+)", url)[1]
    done = subprocess.run(["grep", "-rlF", secret,
                           os.environ["PEDIGREE_HOME"]], check=False)
    t.equal(done.returncode, 1, "the URL's signature in the state")
    for name, back in (("small", "small"), ("large", "large"),
                       ("large2", "large2")):
        t.equal(etag_of(f"{back}.back"), etag_of(f"{name}.bin"), back)


with Server() as here:
    by_cli()
    by_boto3()
t.passed()
