#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real clients fetch and send over TLS and without is seen: one exchange
each, with its method, origin, path, status and ETag, whatever library speaks
TLS, and however it came into the process.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import server  # noqa: E402
import support as t  # noqa: E402

BODY = b"0123456789abcdef" * 20000
t.needs("openssl", "curl", "wget")


def answer(request):
    if request.method == "PUT":
        return 201, {"ETag": f'"put-{len(request.body)}"'}, b""
    if request.path.startswith("/missing"):
        return 404, {}, b"no"
    return 200, {"ETag": '"abc"', "x-amz-version-id": "v7"}, BODY


def expect(run, command, *lines):
    t.equal(wire.briefly(wire.captured(run, *command)), list(lines), run)


def python(module, text, *words):
    return [t.python_with(module), "-c", text, *words]


REQUESTS = """
import requests, sys
with requests.Session() as session:
    for url in sys.argv[1:]:
        print(session.get(url).status_code)
    print(session.put(sys.argv[1] + "-up?token=secret", data=b"x" * 70000))
"""
URLLIB = """
import ssl, sys, urllib.request
for url in sys.argv[1:]:
    print(len(urllib.request.urlopen(url).read()))
"""
AIOHTTP = """
import aiohttp, asyncio, ssl, sys
async def main():
    trust = ssl.create_default_context()
    async with aiohttp.ClientSession() as session:
        async def get(url):
            async with session.get(url, ssl=trust) as answer:
                return answer.status, len(await answer.read())
        print(await asyncio.gather(*map(get, sys.argv[1:])))
asyncio.run(main())
"""
BOTO3 = """
import boto3, sys
s3 = boto3.client("s3", endpoint_url=sys.argv[1])
s3.put_object(Bucket="bucket", Key="model.bin", Body=b"y" * 1000)
print(len(s3.get_object(Bucket="bucket", Key="data/part 1.csv")["Body"].read()))
"""


def each(url):
    expect("curl", ["curl", "-s", "--http1.1", "-o", "o1", f"{url}/a?q=1",
                    "-o", "o2", f"{url}/missing"],
           f'GET {url}/a 200 "abc"', f"GET {url}/missing 404 -")
    expect("curl-up", ["curl", "-s", "-T", "o1", f"{url}/up"],
           f'PUT {url}/up 201 "put-{len(BODY)}"')
    expect("requests", python("requests", REQUESTS, f"{url}/a", f"{url}/b"),
           f'GET {url}/a 200 "abc"', f'GET {url}/b 200 "abc"',
           f'PUT {url}/a-up 201 "put-70000"')
    expect("urllib", python("ssl", URLLIB, f"{url}/a", f"{url}/b"),
           f'GET {url}/a 200 "abc"', f'GET {url}/b 200 "abc"')
    found = wire.captured("aiohttp", *python(
        "aiohttp", AIOHTTP, f"{url}/a", f"{url}/b", f"{url}/c"))
    t.equal(sorted(wire.briefly(found)),
            [f'GET {url}/{name} 200 "abc"' for name in "abc"], "aiohttp")
    expect("boto3", python("boto3", BOTO3, url),
           f'PUT {url}/bucket/model.bin 201 "put-1000"',
           f'GET {url}/bucket/data/part%201.csv 200 "abc"')
    got = wire.exchanges("boto3")[1][3]
    t.equal((got["received"], got["x-amz-version-id"]), (str(len(BODY)), "v7"),
            "bytes and version")


def http2():
    os.mkdir("www")
    with open("www/f", "wb") as file:
        file.write(BODY)
    with wire.Http2("www") as here:
        url = here.url
        found = wire.captured("http2", "curl", "-s", "-o", "o1", f"{url}/f",
                              "-o", "o2", f"{url}/f?a=b", "-o", "o3",
                              f"{url}/none")
        t.equal([line.rsplit(" ", 1)[0] for line in wire.briefly(found)],
                [f"GET {url}/f 200", f"GET {url}/f 200",
                 f"GET {url}/none 404"], "curl over HTTP/2")
        t.equal(found[0][3]["received"], str(len(BODY)), "bytes received")
        t.check("last-modified" in found[0][3], "a header of the answer")
        found = wire.captured("http2-up", "curl", "-s", "-T", "o1",
                              f"{url}/up")
        t.equal([found[0][0], found[0][3]["sent"]], ["PUT", str(len(BODY))],
                "bytes sent over HTTP/2")
        t.equal(len(found), 1, "exchanges of an upload")


with server.Server(answer, wire.certificate) as secure:
    base = f"https://localhost:{secure.port}"
    each(base)
    # In the clear it reads and writes, which is not looked at.
    expect("wget", ["wget", "-q", "--ca-certificate", wire.certificate[0],
                    "-O", "o4", f"{base}/w"], f'GET {base}/w 200 "abc"')
with server.Server(answer) as plain:
    os.environ["PEDIGREE_HOME"] += "-plain"
    each(f"http://localhost:{plain.port}")
http2()
t.passed()
