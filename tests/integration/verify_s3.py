#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Objects are verified by version and ETag, as their store tells them; what no
store tells is not known, and no failure."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/helper"))
import fake_s3  # noqa: E402
import support as t  # noqa: E402

# Puts and gets objects as clients of S3 do.
CLIENT = """
import http.client, sys, urllib.parse
signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261123/"
          "us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"}
for word in sys.argv[2:]:
    verb, _, key = word.partition(":")
    host = http.client.HTTPConnection(sys.argv[1].split("//")[1])
    host.request(verb, "/bucket/" + urllib.parse.quote(key),
                 key.encode() * 99 if verb == "PUT" else None, signed)
    host.getresponse().read()
"""
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_EC2_METADATA_DISABLED": "true"}
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ["HOME"] = os.environ["AWS_CONFIG_FILE"] = t.work
os.environ["AWS_CONFIG_FILE"] += "/none"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = t.work + "/none either"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


def run(name, url, *words):
    t.pedigree("run", "-q", "--name", name, "--", sys.executable, "client.py",
               url, *words)


def verify(target, status, *lines, env=None):
    """What verify says of a target, and with which exit status."""
    done = subprocess.run(["pedigree", "verify", target], check=False,
                          env={**os.environ, **(KEYS if env is None else env)},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)
    said = (done.stdout + done.stderr).decode()
    t.equal(done.returncode, status, f"verify {target}: {said}")
    for line in lines:
        t.check(line in said, f"verify {target} lacks {line!r}: {said}")


def etags():
    with fake_s3.Store() as store:
        run("plain", store.url, "PUT:in/a b&c+ä.csv", "GET:in/a b&c+ä.csv",
            "PUT:out")
        verify("plain", 0, "files as recorded 3")
        # The endpoint that the user names is asked instead, as ever.
        with fake_s3.Store() as other:
            verify("plain", 2, "another store was asked",
                   env={**KEYS, "AWS_ENDPOINT_URL_S3": other.url})
        verify("plain", 0,
               env={**KEYS, "AWS_ENDPOINT_URL_S3": store.url})
        kept = store.objects["bucket", "out"]
        store.keep(("bucket", "out"), b"other", "0" * 32)
        verify("plain", 1, "Changed  s3://bucket/out: it has another ETag now")
        del store.objects["bucket", "out"]
        verify("plain", 1, "Gone     s3://bucket/out: there is no such object")
        store.objects["bucket", "out"] = kept
        # Who may not ask cannot tell.
        verify("plain", 2, "Unknown  s3://bucket/out: no AWS credentials",
               "changed 0, gone 0, not to be checked 2", env={})
        store.refuses = 403
        verify("plain", 2, "S3 refuses to tell (HTTP 403)")
        store.refuses = 503
        verify("plain", 2, "S3 answered HTTP 503")
        store.refuses = None
        verify("plain", 0)
    verify("plain", 2, "Unknown  s3://bucket/out: cannot talk to")


def versions():
    with fake_s3.Store(versions=True) as store:
        run("versioned", store.url, "PUT:model", "GET:model")
        verify("versioned", 0)
        content, etag, version = store.objects["bucket", "model"]
        # The same bytes once more are the same.
        store.objects["bucket", "model"] = (content, etag, "v77")
        verify("versioned", 0)
        store.objects["bucket", "model"] = (b"x", '"e"', "v78")
        verify("versioned", 1, "Changed  s3://bucket/model: another version "
               "is current, and the recorded one was deleted")
        store.old = {("bucket", "model", version): (content, etag, version)}
        verify("versioned", 1, "another version is current; the recorded one "
               "is kept")
        del store.objects["bucket", "model"]
        verify("versioned", 1, "Gone     s3://bucket/model: it was deleted; "
               "the recorded version is kept")


def many():
    with fake_s3.Store() as store:
        run("many", store.url, *(f"PUT:set/part-{i}.csv" for i in range(30)))
        verify("many", 0, "files as recorded 31")
        store.keep(("bucket", "set/part-7.csv"), b"other", "0" * 32)
        del store.objects["bucket", "set/part-8.csv"]
        verify("many", 1, "Changed  s3://bucket/set/part-7.csv",
               "Gone     s3://bucket/set/part-8.csv",
               "files as recorded 29, changed 1, gone 1")


def region():
    """A bucket is asked for where it is."""
    with fake_s3.Store() as store:
        run("moved", store.url, "PUT:one")
        store.region = "eu-central-1"
        verify("moved", 0, env={**KEYS, "AWS_REGION": "us-west-2"})
        t.equal(store.regions[-2:], ["us-west-2", "eu-central-1"], "regions")


with open("client.py", "w", encoding="utf-8") as file:
    file.write(CLIENT)
etags()
versions()
many()
region()
t.passed()
