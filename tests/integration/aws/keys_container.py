# SPDX-License-Identifier: Apache-2.0
"""Credentials from the endpoint that ECS and EKS Pod Identity give."""

import json

import aws
import server
import support

aws.with_botocore()

BASE = {"AWS_EC2_METADATA_DISABLED": "true"}
seen = []


def answer(request):
    seen.append(request)
    path, token = request.path, request.headers["Authorization"]
    good = json.dumps({"AccessKeyId": "AKCONTAINER",
                       "SecretAccessKey": "hush-secret", "Token": "session",
                       "Expiration": "2037-01-02T03:04:05Z"})
    if path == "/token" and token not in ("hush-1", "hush-2"):
        return 401, {}, "hush"
    if path == "/second" and len(seen) % 2:
        return 500, {}, "hush"
    if path == "/never":
        return 404, {}, "hush"
    if path == "/text":
        return 200, {}, "hush"
    if path == "/half":
        return 200, {}, '{"AccessKeyId": "hush"}'
    return 200, {"Content-Type": "application/json"}, good


def main():
    with server.Server(answer) as here:
        def full(path, **more):
            return dict(BASE, AWS_CONTAINER_CREDENTIALS_FULL_URI=path
                        if "://" in path else here.url + path, **more)

        found = aws.agree("open", full("/open?a=b"))
        support.equal((found["source"], found["expires"]),
                      ("the container's endpoint", 2114478245), "source")
        support.equal(seen[-1].path, "/open?a=b", "path")
        support.equal(seen[-1].headers["Authorization"], None, "no token")
        # Not through a proxy, wherever one is.
        support.equal(aws.keys(full("/open", HTTP_PROXY="http://127.0.0.1:1",
                                    http_proxy="http://127.0.0.1:1"))
                      ["access_key"], "AKCONTAINER", "no proxy")
        aws.agree("token", full("/token",
                                AWS_CONTAINER_AUTHORIZATION_TOKEN="hush-1"))
        path = aws.write("pod", "hush-2")
        in_file = full("/token", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=path,
                       AWS_CONTAINER_AUTHORIZATION_TOKEN="hush-wrong")
        if aws.at_hand((1, 34)):
            aws.agree("token in a file", in_file)
        support.equal(aws.keys(in_file)["access_key"], "AKCONTAINER", "file")
        support.equal(seen[-1].headers["Authorization"], "hush-2", "file")
        aws.agree("localhost", full(f"http://localhost:{here.port}/"))
        support.equal(aws.keys(full(f"http://127.1.2.3:{here.port}/"))
                      ["code"], -3, "all of 127 may be asked")
        del seen[:]
        support.equal(aws.keys(full("/second"))["access_key"], "AKCONTAINER",
                      "the second try")
        support.equal(len(seen), 2, "tries")

        # It is what was asked for: no other source is asked when it fails.
        files = aws.write("keys", "[default]\nregion = x\n")
        for name, changes in {
                "no answer": full("/never"),
                "no JSON": full("/text"),
                "no credentials": full("/half"),
                "another host": full("http://example.com/"),
                "a look-alike": full("http://127.0.0.1.example.com/"),
                "another scheme": full("ftp://127.0.0.1/"),
                "no file": full(
                    "/token",
                    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="/no/file"),
                "line break": full(
                    "/token",
                    AWS_CONTAINER_AUTHORIZATION_TOKEN="hush\nX: y"),
        }.items():
            changes["AWS_CONFIG_FILE"] = files
            ours = aws.keys(changes)
            print(f"{name}: {ours}")
            support.check("error" in ours and ours["code"] != -4, f"{ours}")
            aws.no_secret(ours, "hush")
        support.check("line break" in ours["error"], f"{ours}")
    support.passed()


main()
