# SPDX-License-Identifier: Apache-2.0
"""Calls of the API through everything that can go wrong on the way. The
server checks each signature with botocore."""

import calendar
import email.utils
import json
import subprocess
import threading
import time

import aws
import server
import support

aws.with_botocore()

TYPE = {"Content-Type": "application/x-amz-json-1.1"}
SECRETS = {"AKGOOD": "hush-secret", "AKNEW": "hush-new"}
ENV = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-west-1",
       "AWS_ACCESS_KEY_ID": "AKGOOD", "AWS_SECRET_ACCESS_KEY": "hush-secret",
       "AWS_SESSION_TOKEN": "hush/token+=="}


def error(status, code, message=None, **headers):
    return status, dict(TYPE, **{"x-amzn-RequestId": "id-" + code}, **headers), \
        json.dumps({"__type": f"com.amazon#{code}:http://x", "message":
                    message or "Text of " + code})


class Service:
    """Answers; `trouble` may answer first, given the request, what was asked,
    and how often this was asked before."""

    def __init__(self, trouble=lambda *_: None, skew=0):
        self.trouble, self.skew = trouble, skew
        self.lock, self.asked = threading.Lock(), {}

    def answer(self, request):
        body = json.loads(request.body)
        with self.lock:
            before = self.asked[body["n"]] = self.asked.get(body["n"], -1) + 1
        now = time.time() + self.skew
        answer = self.trouble(request, body, before)
        if answer is None:
            signed = calendar.timegm(time.strptime(
                request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
            who = aws.signed_by(request, SECRETS)
            if who not in SECRETS:
                answer = error(403, "InvalidSignatureException", who)
            elif abs(signed - now) > 300:
                answer = error(403, "InvalidSignatureException",
                               "Signature expired")
            else:
                answer = 200, dict(TYPE, **{"x-amzn-RequestId": "id"}), \
                    json.dumps({"n": body["n"], "target":
                                request.headers["X-Amz-Target"]})
        if answer == "drop":
            return None
        answer[1]["Date"] = email.utils.formatdate(now, usegmt=True)
        return answer


def calls(count, *words, trouble=lambda *_: None, skew=0, env=None,
          path="/", operation="ListArtifacts"):
    """Makes calls; their answers by number, the last line, the server."""
    service = Service(trouble, skew)
    with server.Server(service.answer) as here:
        done = subprocess.run(
            [aws.program("call"), *words], text=True, timeout=300,
            input="".join(json.dumps({"operation": operation,
                                      "body": {"n": n, "text": "\u00fc"}}) +
                          "\n" for n in range(count)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            env=aws.environment(**dict(
                ENV, AWS_ENDPOINT_URL=here.url + path, **(env or {}))))
        support.equal((done.returncode, done.stderr), (0, ""), "call")
        support.check("hush" not in done.stdout, done.stdout)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        end = lines.pop()
        lines.sort(key=lambda line: line["id"])
        return lines, end, here


def outcomes(lines):
    return [line["outcome"] for line in lines]


def all_is_well():
    for path in ("/", "/a%20b/c=d/"):
        lines, end, here = calls(100, path=path)
        support.equal(outcomes(lines), ["ok"] * 100, "outcomes")
        for n, line in enumerate(lines):
            support.equal(json.loads(line["body"]), {
                "n": n, "target": "SageMaker.ListArtifacts"}, "body")
            support.equal((line["attempts"], line["repeated"], line["error"]),
                          (1, False, ""), "attempts")
        support.check(here.connections <= 16, f"{here.connections}")
        support.equal((end["region"], end["endpoint"], end["source"]),
                      ("eu-west-1", here.url + path,
                       "the environment (AWS_ACCESS_KEY_ID)"), "end")
        support.check(end["clock"] and abs(end["difference"]) < 5, "clock")


def passing_trouble():
    """Whatever fails twice succeeds in the end."""
    kinds = [lambda: error(500, "InternalFailure"), lambda: "drop",
             lambda: (503, {}, "<html>"), lambda: (200, {}, "<html>"),
             lambda: (502, {}, "")]

    def trouble(_, body, before):
        return kinds[body["n"] % len(kinds)]() if before < 2 else None

    lines, _, _ = calls(20, trouble=trouble)
    support.equal(outcomes(lines), ["ok"] * 20, "outcomes")
    for line in lines:
        support.equal(line["repeated"], True, f"{line}")
        # libcurl itself may have sent the dropped one once more.
        if line["id"] % len(kinds) != 1:
            support.equal(line["attempts"], 3, f"{line}")

    for kind in (lambda: error(400, "ThrottlingException"),
                 lambda: (429, {"x-amz-retry-after": "10"}, "")):
        (line,), _, _ = calls(1, trouble=lambda _, body, before, kind=kind:
                              kind() if before < 1 else None)
        support.equal((line["outcome"], line["repeated"], line["attempts"]),
                      ("ok", False, 2), "throttled")
    # Who waits for a service that asks for an hour would hold up a job.
    for asked in ("3600000", "9" * 30):
        (line,), _, _ = calls(1, trouble=lambda *_, asked=asked:
                              (429, {"x-amz-retry-after": asked}, ""))
        support.equal((line["outcome"], line["attempts"]), ("later", 1),
                      "asked for an hour")


def lasting_trouble():
    (line, more), _, here = calls(
        2, "3", trouble=lambda *_: error(500, "InternalFailure"))
    support.equal((line["outcome"], line["attempts"], line["code"]),
                  ("later", 3, "InternalFailure"), "500")
    support.equal(len(here.requests), 6, "attempts")
    (line,), _, _ = calls(1, "2", trouble=lambda *_: "drop")
    support.equal((line["outcome"], line["status"], line["repeated"]),
                  ("later", 0, True), "drop")
    (line,), _, _ = calls(1, trouble=lambda *_: error(
        400, "ValidationException", "1 \u00fc validation"))
    support.equal(
        (line["outcome"], line["attempts"], line["code"], line["message"],
         line["request_id"]),
        ("refused", 1, "ValidationException", "1 \u00fc validation",
         "id-ValidationException"), "refusal")
    support.check("ValidationException" in line["error"], line["error"])
    for strange in ((302, {"Location": "http://x/"}, ""),
                    (404, {}, "<html>not found</html>"), (403, {}, "{}")):
        (line,), _, _ = calls(1, trouble=lambda *_, s=strange: (
            s[0], dict(s[1]), s[2]))
        support.equal(line["outcome"], "stopped", f"{strange}")
        support.check("endpoint" in line["error"], line["error"])
    (line,), _, _ = calls(1, trouble=lambda *_: (
        200, {"Content-Length": str(100 << 20)}, "x"))
    support.equal((line["outcome"], line["attempts"]), ("later", 1), "100 MB")
    (line,), _, _ = calls(1, env={"AWS_ENDPOINT_URL_SAGEMAKER":
                                  "http://127.0.0.1:1"})
    support.equal((line["outcome"], line["repeated"], line["attempts"]),
                  ("later", False, 8), "nobody")


def clock():
    """20 minutes off either way, in the middle of many."""
    for skew in (1200, -1200, 86400 * 400):
        lines, end, here = calls(40, skew=skew)
        support.equal(outcomes(lines), ["ok"] * 40, f"skew {skew}")
        support.check(abs(end["difference"] - skew) < 30, f"{end}")
        support.check(len(here.requests) <= 40 + 16, f"{len(here.requests)}")


def wrong_keys():
    """They stop everything, and nothing says them."""
    token = ENV["AWS_SESSION_TOKEN"]
    lines, _, _ = calls(3, env={"AWS_SECRET_ACCESS_KEY": "hush-wrong"})
    support.equal(outcomes(lines), ["stopped"] * 3, "outcomes")
    support.check("InvalidSignatureException" in lines[0]["error"], "error")
    # A service explains what it would have signed, with the token.
    (line,), _, _ = calls(1, trouble=lambda *_: error(
        403, "InvalidSignatureException",
        f"No. The Canonical String should be POST\nx-amz-security-token:"
        f"{token}\n"))
    support.equal((line["outcome"], line["message"]), ("stopped", "No. "),
                  "message")
    (line,), _, _ = calls(1, trouble=lambda *_: error(
        400, "UnrecognizedClientException", f"What is {token}?"))
    support.equal(line["outcome"], "stopped", "unknown key")
    for missing in ({"AWS_ACCESS_KEY_ID": ""},
                    {"AWS_SECRET_ACCESS_KEY": ""}):
        lines, _, here = calls(2, env=missing)
        support.equal(outcomes(lines), ["stopped"] * 2, "missing")
        support.equal(here.requests, [], "nothing sent")


def expired_keys():
    """Renewed where that is possible, once for all that were under way."""
    count = aws.write("count", "")
    aws.write("new", '{"Version": 1, "AccessKeyId": "AKNEW", '
              '"SecretAccessKey": "hush-new"}')
    aws.write("old", '{"Version": 1, "AccessKeyId": "AKGOOD", '
              '"SecretAccessKey": "hush-secret"}')
    aws.write("renew", f"#!/bin/sh\necho >>{count}\n"
              f"cat \"$(test $(wc -l <{count}) -gt 1 && echo new || echo old)\""
              "\n", mode=0o755)
    aws.write(".aws/config", "[default]\ncredential_process = ./renew\n")

    def trouble(request, body, _):
        if "AKGOOD" in request.headers["Authorization"] and body["n"] > 5:
            return error(400, "ExpiredTokenException")
        return None

    env = {name: "" for name in ENV if "KEY" in name or "TOKEN" in name}
    lines, _, here = calls(60, trouble=trouble, env=env)
    support.equal(outcomes(lines), ["ok"] * 60, "outcomes")
    with open(count, encoding="utf-8") as file:
        support.equal(len(file.readlines()), 2, "renewals")
    support.check(len(here.requests) <= 60 + 16, f"{len(here.requests)}")
    # Those of the environment cannot be renewed.
    (line, other), _, _ = calls(2, trouble=lambda *_: error(
        400, "ExpiredTokenException"))
    support.equal(line["outcome"], "stopped", "environment")
    support.check("renew them" in line["error"], line["error"])


def limited():
    """10 requests a second: all get through, few are throttled for long."""
    times, lock, throttled = [], threading.Lock(), []
    start = time.monotonic()

    def trouble(*_):
        now = time.monotonic()
        with lock:
            times[:] = [t for t in times if t > now - 1]
            if len(times) < 10:
                times.append(now)
                return None
            throttled.append(now - start)
            return error(400, "ThrottlingException", "Rate exceeded")

    lines, _, here = calls(60, "50", trouble=trouble)
    took = time.monotonic() - start
    late = sum(1 for t in throttled if t > 5)
    print(f"60 calls at 10/s: {took:.1f} s, {len(throttled)} throttled, "
          f"{late} of them after 5 s, {len(here.requests)} requests")
    support.equal(outcomes(lines), ["ok"] * 60, "outcomes")
    support.check(len(throttled) < 60, "throttled")


def half_way():
    """A client that is freed with calls under way and waiting."""
    service = Service(lambda *_: time.sleep(1))
    with server.Server(service.answer) as here:
        done = subprocess.run(
            [aws.program("call"), "1", "stop"], text=True, timeout=60,
            input="".join(json.dumps({"operation": "X", "body": {"n": n}}) +
                          "\n" for n in range(30)), check=False,
            stderr=subprocess.PIPE,
            env=aws.environment(AWS_ENDPOINT_URL=here.url, **ENV))
        support.equal((done.returncode, done.stderr), (0, ""), "half-way")


def configuration():
    """What is wrong with it is said before anything is sent."""
    for changes, word in (({"AWS_REGION": ""}, "AWS_REGION"),
                          ({"AWS_REGION": "a/b"}, "a/b"),
                          ({"AWS_ENDPOINT_URL": "x"}, "endpoint"),
                          ({"AWS_PROFILE": "nobody"}, "nobody"),
                          ({"AWS_CA_BUNDLE": "/no/such"}, "/no/such")):
        done = subprocess.run([aws.program("call")], input="", text=True,
                              stdout=subprocess.PIPE, check=False, timeout=60,
                              env=aws.environment(**dict(ENV, **changes)))
        support.check(word in json.loads(done.stdout).get("error", ""),
                      f"{changes}: {done.stdout}")


for test in (all_is_well, passing_trouble, lasting_trouble, clock, wrong_keys,
             expired_keys, limited, half_way, configuration):
    begun = time.monotonic()
    test()
    print(f"{test.__name__}: {time.monotonic() - begun:.1f} s")
support.passed()
