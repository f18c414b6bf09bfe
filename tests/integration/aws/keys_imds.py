# SPDX-License-Identifier: Apache-2.0
"""Credentials from an EC2 instance's metadata service, version 2."""

import json
import threading
import time

import aws
import server
import support

aws.with_botocore()

ROLES = "/latest/meta-data/iam/security-credentials/"
expiration = ["2037-01-02T03:04:05Z"]
stop = threading.Event()


def answer(request):
    prefix, slash, path = request.path[1:].partition("/")
    path = slash + path
    if prefix == "silent":
        stop.wait(60)
        return None
    if path == "/latest/api/token":
        ttl = request.headers["x-aws-ec2-metadata-token-ttl-seconds"]
        if request.method != "PUT" or ttl != "21600":
            return 400, {}, ""
        return (403, {}, "") if prefix == "off" else (200, {}, "hush-token")
    if request.headers["x-aws-ec2-metadata-token"] != "hush-token":
        return 401, {}, ""
    if path == ROLES:
        return (404, {}, "") if prefix == "roleless" else (200, {}, "a.Role-1")
    if path != ROLES + "a.Role-1":
        return 404, {}, ""
    if prefix == "refused":
        return 200, {}, '{"Code": "AssumeRoleUnauthorizedAccess"}'
    return 200, {}, json.dumps({
        "Code": "Success", "AccessKeyId": "AKIMDS",
        "SecretAccessKey": "hush-imds", "Token": "session",
        "Expiration": expiration[0]})


def main():
    with server.Server(answer) as here:
        def at(prefix, **more):
            return dict(AWS_EC2_METADATA_SERVICE_ENDPOINT=f"{here.url}/"
                        f"{prefix}", **more)

        found = aws.agree("instance", at("on"))
        support.equal((found["source"], found["expires"]),
                      ("the EC2 metadata service", 2114478245), "source")
        aws.agree("slash", at("on/"))
        for name in ("roleless", "refused"):
            aws.agree(name, at(name))
        asked = len(here.requests)
        aws.agree("disabled", at("on", AWS_EC2_METADATA_DISABLED="True"))
        support.equal(len(here.requests), asked, "requests when disabled")
        # Where version 2 is switched off, version 1 is not asked.
        support.equal(aws.keys(at("off"))["code"], -4, "version 1 alone")

        before = time.monotonic()
        support.equal(aws.keys(at("silent"))["code"], -4, "silent")
        support.check(time.monotonic() - before < 30, "patience")
        stop.set()
        support.equal(aws.keys({"AWS_EC2_METADATA_SERVICE_ENDPOINT":
                                "http://127.0.0.1:1"})["code"], -4, "nobody")
        support.check("AWS_EC2_METADATA_SERVICE_ENDPOINT" in aws.keys(
            {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "x y"})["error"], "no URL")

        # What the service cannot renew is used on.
        now = int(time.time())
        for seconds in (-3600, 60, 600):
            expiration[0] = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                          time.gmtime(now + seconds))
            found = aws.agree(f"{seconds} s left", at("on"))
            support.check(found["expires"] - now > 16 * 60, f"{found}")
        first, second = aws.keys(at("on"), str(now), str(now + 3600))
        support.equal(second["access_key"], "AKIMDS", "an hour later")
        support.check(second["expires"] > first["expires"], "and extended")
    support.passed()


main()
