#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every style of host that object stores have is one URI, as curl goes there:
told by the host, or by the signature, whatever the host is. What failed is
nothing, and what a request did to an object is what it is in the record.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import server  # noqa: E402
import support as t  # noqa: E402

t.needs("curl", "openssl")
REGION = "eu-west-1.amazonaws.com"
POINT = "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/point"
SIGNED = ["--aws-sigv4", "aws:amz:eu-west-1:s3", "-u", "AKID:hush"]
# Host, path as it is sent, URI; signed or not.
STYLES = [
    (f"b.s3.{REGION}", "/k", "s3://b/k"),
    (f"s3.{REGION}", "/b/k", "s3://b/k"),
    ("b.s3.amazonaws.com", "/k", "s3://b/k"),
    ("s3.amazonaws.com", "/b/k", "s3://b/k"),
    (f"with.dots.s3.{REGION}", "/k", "s3://with.dots/k"),
    (f"b.s3.dualstack.{REGION}", "/k", "s3://b/k"),
    (f"s3.dualstack.{REGION}", "/b/k", "s3://b/k"),
    (f"b.s3-fips.{REGION}", "/k", "s3://b/k"),
    ("b.s3-accelerate.amazonaws.com", "/k", "s3://b/k"),
    ("b.s3-accelerate.dualstack.amazonaws.com", "/k", "s3://b/k"),
    (f"b.s3-website.{REGION}", "/k", "s3://b/k"),
    (f"point-abc-s3alias.s3.{REGION}", "/k", "s3://point-abc-s3alias/k"),
    (f"point-123456789012.s3-accesspoint.{REGION}", "/k", f"{POINT}/k"),
    (f"point-123456789012.s3-accesspoint.dualstack.{REGION}", "/k",
     f"{POINT}/k"),
    ("b.s3.cn-north-1.amazonaws.com.cn", "/k", "s3://b/k"),
    (f"b.s3.{REGION}", "/a%20b/%C3%A4%2B%25.csv", "s3://b/a b/ä+%.csv"),
    (f"b.s3.{REGION}", "/a//../b", "s3://b/a//../b"),
    (f"b.s3.{REGION}", "/%0a%ff", "s3://b/%0A%FF"),
    ("storage.googleapis.com", "/b/k", "gs://b/k"),
    ("b.storage.googleapis.com", "/k", "gs://b/k"),
    ("storage.googleapis.com", "/storage/v1/b/b/o/a%2Fk?alt=media",
     "gs://b/a/k"),
    ("acc.blob.core.windows.net", "/c/k",
     "https://acc.blob.core.windows.net:PORT/c/k"),
    ("huggingface.co", "/org/name/resolve/main/f.bin", "hf://org/name/f.bin"),
]
OWN = "minio.example.org"
HOSTS = sorted({host for host, _, _ in STYLES} | {OWN})


def answer(request):
    status = 200
    for word, number in (("missing", 404), ("denied", 403), ("broken", 500)):
        if word in request.path:
            status = number
    return status, {"ETag": '"0123456789abcdef0123456789abcdef"'}, b"body"


def curl(run, host, path, *words):
    """The URIs of what a request left: inputs and outputs."""
    t.pedigree("run", "-q", "--name", run, "--", "curl", "-s", "-o",
               os.devnull, "--path-as-is", "--resolve",
               f"{host}:{here.port}:127.0.0.1", *words,
               f"https://{host}:{here.port}{path}")
    record = t.answer("show", run)
    return tuple([a["Source"]["SourceUri"] for a in record[side]
                  if not a["Source"]["SourceUri"].startswith("file:")]
                 for side in ("Inputs", "Outputs"))


def all_styles():
    for n, (host, path, uri) in enumerate(STYLES):
        uri = uri.replace("PORT", str(here.port))
        t.equal(curl(f"style-{n}", host, path), ([uri], []), host + path)
    # Hosts of Amazon's, signed as clients do.
    t.equal(curl("signed", f"b.s3.{REGION}", "/k", *SIGNED),
            (["s3://b/k"], []), "signed")


def elsewhere():
    """A store of one's own is one by the signature, and without one nothing
    is known of it."""
    t.equal(curl("own", OWN, "/b/k", *SIGNED), (["s3://b/k"], []), "own")
    [found] = t.answer("show", "own")["Inputs"][-1:]
    t.equal(found["Properties"]["Endpoint"], f"https://{OWN}:{here.port}",
            "where it is")
    t.equal(curl("unsigned", OWN, "/b/k"), ([], []), "unsigned")
    t.equal(curl("other", OWN, "/b/k", "--aws-sigv4",
                 "aws:amz:eu-west-1:execute-api", "-u", "AKID:hush"),
            ([], []), "signed for another service")


def acts():
    host = f"b.s3.{REGION}"
    for word in ("missing", "denied", "broken"):
        t.equal(curl(word, host, f"/{word}"), ([], []), word)
    t.equal(curl("head", host, "/k", "-I"), ([], []), "HEAD")
    t.equal(curl("list", host, "/?list-type=2&prefix=a"), ([], []), "list")
    t.equal(curl("acl", host, "/k?acl"), ([], []), "an ACL")
    t.equal(curl("put", host, "/k", "-X", "PUT", "-d", "text"),
            ([], ["s3://b/k"]), "PUT")
    t.equal(curl("put-denied", host, "/denied", "-X", "PUT", "-d", "text"),
            ([], []), "PUT that failed")
    t.equal(curl("delete", host, "/k", "-X", "DELETE"), ([], []), "DELETE")
    t.equal(curl("copy", host, "/new", "-X", "PUT", "-H",
                 "x-amz-copy-source: /other/a%20key?versionId=3"),
            (["s3://other/a key"], ["s3://b/new"]), "a copy")


pair = server.certificate("stores", *(f"DNS:{host}" for host in HOSTS))
os.environ["CURL_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = pair[0]
with server.Server(answer, pair) as here:
    all_styles()
    elsewhere()
    acts()
t.passed()
