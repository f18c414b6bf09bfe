#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No value of a query, no header but the listed ones, and no body is anywhere
in the state folder, whichever way it went: secrets are pushed through every
part of requests and answers that has no business on the disk.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import server  # noqa: E402
import support as t  # noqa: E402

WORD = "hush" + os.urandom(8).hex()
t.needs("openssl", "curl", "wget")

CLIENT = """
import http.client, ssl, sys, urllib.parse
exec(open("said").read())
url = urllib.parse.urlsplit(sys.argv[1])
way = (http.client.HTTPSConnection if url.scheme == "https"
       else http.client.HTTPConnection)
here = way(url.hostname, url.port)
for method, target, headers, body in said:
    here.request(method, target, body, headers)
    print(here.getresponse().read().count(WORD.encode()))
"""
SIGNATURE = ("AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/s3/"
             f"aws4_request, SignedHeaders=host, Signature={WORD}")
HEADERS = {"Authorization": SIGNATURE, "Cookie": f"session={WORD}",
           "X-Amz-Security-Token": WORD, "X-Auth-Token": WORD,
           "x-amz-meta-note": WORD, "Proxy-Authorization": f"Basic {WORD}",
           f"X-{WORD}": "1", "Referer": f"https://x/{WORD}?{WORD}",
           "x-amz-copy-source": f"/bucket/key?versionId={WORD}",
           "User-Agent": WORD}
CONTROL = {"Authorization": SIGNATURE.replace("/s3/", "/sagemaker/"),
           "X-Amz-Target": "SageMaker.CreateModel",
           "Content-Type": "application/x-amz-json-1.1"}
QUERY = f"?X-Amz-Signature={WORD}&X-Amz-Credential={WORD}&{WORD}=1&{WORD}"
BODY = f'{{"Secret": "{WORD}", "Environment": {{"{WORD}": "{WORD}"}}}}'
SAID = [("GET", "/bucket/a" + QUERY, HEADERS, None),
        ("PUT", "/bucket/b" + QUERY, HEADERS, BODY),
        ("POST", "/", CONTROL, BODY),
        ("GET", "/moved" + QUERY, {}, None),
        ("DELETE", "/bucket/a" + QUERY, HEADERS, None)]


def answer(request):
    headers = {"Set-Cookie": f"session={WORD}", "X-Request": WORD,
               f"X-{WORD}": "1", "ETag": '"abc"'}
    if request.path.startswith("/moved"):
        return 302, {**headers, "Location": f"/there?token={WORD}"}, WORD
    return 200, headers, BODY


def search(run, least):
    """Every file of the state, and that there was something to be found."""
    t.check(len(wire.exchanges(run) + wire.events(run, "control")) >= least,
            f"{run}: exchanges")
    paths = 0
    for folder, _, names in os.walk(os.environ["PEDIGREE_HOME"]):
        for name in names:
            path = os.path.join(folder, name)
            t.check(WORD not in name, f"a secret in the name {path}")
            if os.path.islink(path):
                continue
            with open(path, "rb") as file:
                content = file.read()
            t.check(WORD.encode() not in content, f"{run}: a secret in {path}")
            paths += b"/bucket/" in content
    t.check(paths, f"{run}: what may be kept is nowhere")


def curl_config(url):
    """What curl shall do, out of its arguments."""
    with open("curl.conf", "w", encoding="utf-8") as file:
        for name, value in HEADERS.items():
            file.write(f'header = "{name}: {value}"\n')
        file.write(f'url = "{url}/bucket/c{QUERY}"\ndata = "{WORD}"\n')


def wget_config(url):
    with open("wget.conf", "w", encoding="utf-8") as file:
        for name, value in HEADERS.items():
            file.write(f"header = {name}: {value}\n")
        file.write(f"ca_certificate = {wire.certificate[0]}\n"
                   f"post_data = {WORD}\n")
    with open("urls", "w", encoding="utf-8") as file:
        file.write(f"{url}/bucket/d{QUERY}\n")


def over_http2():
    """What nghttp2 is handed, and gives."""
    os.makedirs("www/bucket")
    with open("www/bucket/c", "w", encoding="ascii") as file:
        file.write(WORD)
    with wire.Http2("www", "--trailer", f"x-{WORD}: {WORD}") as here:
        curl_config(here.url)
        wire.captured("curl-http2", "curl", "-s", "-K", "curl.conf")
        search("curl-http2", 1)


with open("said", "w", encoding="utf-8") as out:
    out.write(f"WORD = {WORD!r}\nsaid = {SAID!r}\n")
with server.Server(answer, wire.certificate) as secure, \
        server.Server(answer) as plain:
    for word, url in (("https", f"https://localhost:{secure.port}"),
                      ("http", f"http://localhost:{plain.port}")):
        wire.captured(word, t.python_with("ssl"), "-c", CLIENT, url)
        search(word, len(SAID))
        curl_config(url)
        wire.captured(f"curl-{word}", "curl", "-s", "-K", "curl.conf")
        search(f"curl-{word}", 1)
    wget_config(f"https://localhost:{secure.port}")
    wire.captured("wget", "wget", "-q", "--config", "wget.conf", "-i", "urls",
                  "-O", "got")
    search("wget", 1)
over_http2()
t.passed()
