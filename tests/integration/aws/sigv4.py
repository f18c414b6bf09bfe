# SPDX-License-Identifier: Apache-2.0
"""What we sign, botocore signs alike: the cases of the published rules, each
by name, and many requests put together at random from their parts."""

import datetime
import hashlib
import random
import urllib.parse

import aws
import support

aws.with_botocore()

import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.credentials  # noqa: E402

KEYS = {"access_key": "AKIDEXAMPLE", "region": "us-east-1",
        "secret_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
TOKEN = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4=" * 9
UNRESERVED = ("-._~0123456789abcdefghijklmnopqrstuvwxyz"
              "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
UTF8 = "\u1234"
WHEN = 1440938160  # 2015-08-30T12:36:00Z


def encoded(text):
    return urllib.parse.quote(text, safe="-_.~")


def case(path="/", query="", headers=(), method="GET", body="", **more):
    """`query` is a text as on the wire, or pairs that are not encoded."""
    made = dict(KEYS, method=method, path=path, headers=list(headers),
                body=body, host="example.amazonaws.com", service="service",
                time=WHEN, **more)
    if isinstance(query, list):
        made["params"] = query
        query = "&".join(f"{encoded(k)}={encoded(v)}" for k, v in query)
    made["query"] = query
    return made


CASES = {
    "vanilla": case(),
    "empty path": case(path=""),
    "vanilla POST": case(method="POST"),
    "unreserved path": case(path="/" + UNRESERVED),
    "UTF-8 path": case(path="/" + encoded(UTF8)),
    "raw UTF-8 path": case(path="/" + UTF8),
    "space in path": case(path="/example%20space/"),
    "space not encoded": case(path="/example space/"),
    "reserved in path": case(path="/a=b:c@d,e;f!g*h'i(j)/"),
    "encoded slash": case(path="/a%2Fb"),
    "slash": case(path="//"),
    "slashes": case(path="//example//"),
    "dot": case(path="/./"),
    "pointless dot": case(path="/./example"),
    "dot at the end": case(path="/example/."),
    "relative": case(path="/example/.."),
    "relative twice": case(path="/example1/example2/../.."),
    "above the root": case(path="/../../a"),
    "back and on": case(path="/a/../b/"),
    "three dots": case(path="/a/.../b"),
    "path of a proxy": case(path="/proxy/v1/"),
    "path of S3": case(path="/a//b/../%20=", plain_path=True,
                       content_sha256=True),
    "empty query": case(query=""),
    "one parameter": case(query=[("Param1", "value1")]),
    "name order": case(query=[("Param2", "value2"), ("Param1", "value1")]),
    "value order": case(query=[("Param1", "value2"), ("Param1", "Value1"),
                               ("Param1", "")]),
    "order by encoded name": case(query=[("a~", "1"), ("a!", "2"), ("a", "3"),
                                         ("A", "4"), ("a-b", "5")]),
    "name that begins another": case(query=[("ab", "1"), ("a", "2"),
                                            ("a=", "3")]),
    "unreserved query": case(query=[(UNRESERVED, UNRESERVED)]),
    "UTF-8 query": case(query=[(UTF8, "bar"), ("bar", UTF8)]),
    "reserved query": case(query=[("@#$%^", "+&=/?:, ")]),
    "no value": case(query=[("foo", ""), ("bar", "")]),
    "duplicate header": case(headers=[["My-Header1", "value2"],
                                      ["my-header1", "value2"],
                                      ["MY-HEADER1", "value1"]]),
    "header order": case(headers=[["My-Header2", "value4"],
                                  ["My-Header1", "value1"],
                                  ["My-Header2", "value3"]]),
    "header value over lines": case(headers=[
        ["My-Header1", "value1\n  value2\n     value3"]]),
    "header trim": case(headers=[["My-Header1", " value1"],
                                 ["My-Header2", ' "a   b   c"\t']]),
    "empty header": case(headers=[["My-Header1", ""], ["My-Header2", "  "]]),
    "header that begins another": case(headers=[
        ["x-amz-meta-t-two", "2"], ["x-amz-meta-t", "1"],
        ["x-amz-meta-t_three", "3"]]),
    "UTF-8 header": case(headers=[["My-Header1", "b\u00e4r"]]),
    "header on the way": case(headers=[
        ["User-Agent", "x/1"], ["Expect", "100-continue"],
        ["X-Amzn-Trace-Id", "1"],
        ["My-Header1", "value1"]]),
    "POST of a form": case(method="POST", body="Param1=value1", headers=[
        ["Content-Type", "application/x-www-form-urlencoded"]]),
    "content type": case(method="POST", body="Param1=value1", headers=[
        ["Content-Type", "application/x-www-form-urlencoded; charset=utf8"]]),
    "body with NUL and UTF-8": case(method="POST", body="a\0b" + UTF8),
    "token": case(method="POST", session_token=TOKEN),
    "token after signing": case(method="POST", session_token=TOKEN,
                                token_unsigned=True),
    "empty token": case(method="POST", session_token=""),
    "digest in a header": case(method="PUT", body="x", content_sha256=True,
                               plain_path=True),
    "digest given": case(method="PUT", body="x", headers=[
        ["X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"]]),
    "SageMaker": case(
        method="POST", body='{"MaxResults":1,"N":"\u00fc"}',
        session_token=TOKEN, headers=[
            ["Content-Type", "application/x-amz-json-1.1"],
            ["X-Amz-Target", "SageMaker.ListArtifacts"]]),
    "another port": dict(case(), host="127.0.0.1:4566"),
    "IPv6": dict(case(), host="[::1]:4566"),
    "first of January 2000": dict(case(), time=946684800),
    "after 2038": dict(case(), time=4102444799),
}

# The same parameters, spelled in other ways on the wire.
SPELLINGS = [
    ("a=%7e%41", [("a", "~A")]),
    ("%61=b%2fc", [("a", "b/c")]),
    ("a=b/c:d", [("a", "b/c:d")]),
    ("&a=1&&b=2&", [("a", "1"), ("b", "2")]),
    ("b&a", [("a", ""), ("b", "")]),
    ("a=1=2", [("a", "1=2")]),
    ("a=%zz%2", [("a", "%zz%2")]),
    ("a+b=1+2", [("a+b", "1+2")]),
    ("a=" + UTF8, [("a", UTF8)]),
]


def random_text(dice, letters, most):
    return "".join(dice.choice(letters) for _ in range(dice.randrange(most)))


def random_case(dice):
    letters = "abcAZ09-._~ /=&+%,;:@!*'()?#[]\"\u00e4\u4e2d\U0001f600"
    words = ["", ".", "..", "...", "a", "b%20c", "~", "x=y", UTF8, "%2F"]
    path = "/" + "/".join(dice.choice(words)
                          for _ in range(dice.randrange(6)))
    query = [(random_text(dice, letters, 5), random_text(dice, letters, 9))
             for _ in range(dice.randrange(7))]
    names = ["A", "b", "My-Header", "my-header", "MY-HEADER-2", "x-amz-a",
             "X-Amz-Target", "Content-Type", "Expect", "zz"]
    values = ["", " ", "a  b", " a\t b ", "v,w", "\u00e4 \u4e2d", '" q  "']
    headers = [[dice.choice(names), dice.choice(values)]
               for _ in range(dice.randrange(8))]
    made = case(path=path, query=query, headers=headers,
                method=dice.choice(["GET", "POST", "PUT", "HEAD"]),
                body=random_text(dice, letters + "\0\n", 60))
    made["time"] = dice.randrange(1, 253402300799)
    made["host"] = dice.choice(["example.amazonaws.com", "localhost:8443",
                                "api.sagemaker.eu-west-1.amazonaws.com"])
    made["service"] = dice.choice(["sagemaker", "sts", "s3"])
    made["region"] = dice.choice(["eu-west-1", "us-gov-west-1", "local"])
    made["secret_key"] = random_text(dice, UNRESERVED + "/+", 130)
    if dice.random() < .5:
        made["session_token"] = random_text(dice, UNRESERVED + "/+=", 2000)
    made["plain_path"] = dice.random() < .2
    made["content_sha256"] = made["plain_path"]
    return made


class Clock(datetime.datetime):
    """datetime.datetime, whose clock stands."""
    stands = None

    @classmethod
    def utcnow(cls):
        return cls.stands

    @classmethod
    def now(cls, tz=None):
        return cls.stands.replace(tzinfo=tz)


class Time:
    """For botocore.auth: the module datetime, with that clock."""
    datetime = Clock


def by_botocore(what):
    """The Authorization that botocore makes, and the canonical request."""
    url = f"https://{what['host']}{what['path']}"
    if "params" not in what and what["query"]:
        url += "?" + what["query"]
    request = botocore.awsrequest.AWSRequest(
        method=what["method"], url=url, data=what["body"].encode())
    if "params" in what:
        request.params = [(k, v) for k, v in what["params"]]
    for name, value in what["headers"]:
        request.headers.add_header(name, value.replace("\n", " "))
    if what.get("content_sha256"):
        request.headers["X-Amz-Content-SHA256"] = \
            hashlib.sha256(what["body"].encode()).hexdigest()
    token = what.get("session_token")
    if what.get("token_unsigned"):
        token = None
    keys = botocore.credentials.Credentials(
        what["access_key"], what["secret_key"], token or None)
    signer = botocore.auth.SigV4Auth(keys, what["service"], what["region"])
    if what.get("plain_path"):
        signer._normalize_url_path = lambda path: path or "/"
    Clock.stands = Clock(1970, 1, 1) + \
        datetime.timedelta(seconds=what["time"])
    kept = []
    canonical = signer.canonical_request
    signer.canonical_request = \
        lambda asked: kept.append(canonical(asked)) or kept[-1]
    signer.add_auth(request)
    return request.headers["Authorization"], kept[-1], \
        request.headers["X-Amz-Date"]


def compare(name, what, answer):
    support.check("error" not in answer, f"{name}: {answer}")
    authorization, canonical, date = by_botocore(what)
    support.equal(answer["canonical"], canonical, f"{name}: canonical request")
    support.equal(answer["date"], date, f"{name}: X-Amz-Date")
    support.equal(answer["authorization"], authorization, name)


def main():
    # botocore reads the clock through either name, by its version.
    botocore.auth.datetime = Time
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: \
            Clock.stands

    for name, answer in zip(CASES, aws.ask("sign", CASES.values())):
        compare(name, CASES[name], answer)
    print(f"{len(CASES)} cases agree")

    for (wire, params), answer in zip(SPELLINGS, aws.ask(
            "sign", [case(query=wire) for wire, _ in SPELLINGS])):
        compare(wire, case(query=params), answer)
    print(f"{len(SPELLINGS)} spellings agree")

    dice = random.Random(20261123)
    made = [random_case(dice) for _ in range(600)]
    for number, answer in enumerate(aws.ask("sign", made)):
        compare(f"request {number}: {made[number]}", made[number], answer)
    print(f"{len(made)} random requests agree")

    for broken in (case(path="/a\nb"), dict(case(), host="a\r\nX: y"),
                   case(headers=[["a", "b\nX-Injected: c"]]),
                   case(headers=[["a", "b\n"]]), case(headers=[["a:", "b"]]),
                   dict(case(), time=253402300800),
                   dict(case(), session_token="a\nb")):
        answer, = aws.ask("sign", [broken])
        support.check("error" in answer, f"signed: {broken}")
    support.passed()


main()
