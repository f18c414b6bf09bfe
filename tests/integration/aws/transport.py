# SPDX-License-Identifier: Apache-2.0
"""The HTTP transport: many requests over few connections, and every way in
which one can go wrong."""

import json
import os
import socket
import struct
import subprocess
import threading

import aws
import server
import support

HEADERS = {"Content-Type": "application/x-amz-json-1.1"}


def fetch(*requests, **changes):
    """Responses in the order of the requests; "wait" waits for those before
    it. Also the most memory, in KiB."""
    text = "".join("wait\n" if request == "wait" else
                   json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([aws.program("fetch")], input=text, text=True,
                          stdout=subprocess.PIPE, timeout=120, check=False,
                          env=aws.environment(**changes))
    support.equal(done.returncode, 0, "status of fetch")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    memory = lines.pop()["maxrss"] if "maxrss" in lines[-1] else 0
    lines.sort(key=lambda line: line["id"])
    return lines, memory


def post(url, body="{}", **more):
    return dict(method="POST", url=url, body=body, headers=[
        ["Content-Type", "application/x-amz-json-1.1"], ["X-Empty", ""],
        ["Authorization", "hush"]], **more)


def whole():
    """What is sent arrives as it is, and so does the answer."""
    def answer(request):
        return 400, {"x-amzn-RequestId": "id-1", "x-amz-retry-after": "1500",
                     "Retry-After": "7", "Server": "x"}, request.body

    with server.Server(answer) as here:
        (one, two, three), _ = fetch(
            post(f"{here.url}/a%20b/../c?x=%7e", "ab\0\u00fc"),
            dict(method="PUT", url=here.url, headers=[], body=""),
            dict(method="GET", url=here.url + "/get", headers=[]))
        support.equal((one["outcome"], one["status"]), ("answered", 400), "one")
        support.equal(one["size"], 5, "size")
        support.equal((one["request_id"], one["retry_after"]), ("id-1", 1500),
                      "headers")
        support.check(one["date"] > 1600000000, "date")
        support.equal([r["outcome"] for r in (two, three)], ["answered"] * 2,
                      "others")
        by_method = {r.method: r for r in here.requests}
        sent = by_method["POST"]
        support.equal(sent.path, "/a%20b/../c?x=%7e", "path")
        support.equal(sent.body, "ab\0\u00fc".encode(), "body")
        support.equal(sent.headers["X-Empty"], "", "empty header")
        support.equal(sent.headers["Expect"], None, "Expect")
        support.equal(sent.headers.get_all("Content-Type"),
                      ["application/x-amz-json-1.1"], "Content-Type")
        support.equal(by_method["PUT"].headers["Content-Length"], "0", "PUT")
        support.equal(by_method["PUT"].headers["Content-Type"], None, "PUT")
        support.equal(by_method["GET"].path, "/get", "GET")


def left_alone():
    """For how long, in seconds, until a date, or in AWS's own words."""
    then = "Fri, 31 Dec 9999 23:59:59 GMT"
    for headers, ms in (({"Retry-After": "7"}, 7000),
                        ({"retry-after": then}, 2 ** 31 - 1),
                        ({"Retry-After": "9" * 40}, 2 ** 31 - 1),
                        ({"Retry-After": "soon"}, -1),
                        ({"x-amz-retry-after": "9" * 40}, 2 ** 31 - 1),
                        ({"Retry-After": "7", "x-amz-retry-after": "10"}, 10),
                        ({"x-amz-retry-after": "10", "Retry-After": "7"}, 10),
                        ({}, -1)):
        with server.Server(lambda _, headers=headers:
                           (503, headers, "")) as here:
            (one,), _ = fetch(post(here.url))
            support.equal(one["retry_after"], ms, f"{headers}")


def no_header_of_two_lines():
    """What a configuration or a server of credentials made up is not sent."""
    with server.Server(lambda _: (200, {}, "")) as here:
        for value in ("a\r\nX-Smuggled: 1", "a\nb", "a\rb", "a\x7fb"):
            (one,), _ = fetch(dict(method="GET", url=here.url, body="",
                                   headers=[["Authorization", value]]))
            support.equal(one["outcome"], "refused", repr(value))
        support.equal(here.requests, [], "requests")


def parallel():
    """16 at once, no more, and 200 requests over these 16 connections."""
    gate = threading.Barrier(16)
    at_once, most, lock = [0], [0], threading.Lock()

    def answer(request):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        if request.path == "/first":
            gate.wait(60)
        with lock:
            at_once[0] -= 1
        return 200, HEADERS, "{}"

    with server.Server(answer) as here:
        lines, _ = fetch(*[post(here.url + "/first")] * 16, "wait",
                         *[post(here.url + "/later")] * 200)
        support.equal({line["status"] for line in lines}, {200}, "statuses")
        support.equal(len(lines), 216, "responses")
        support.equal(here.connections, 16, "connections")
        support.equal(most[0], 16, "at once")


def sent_again():
    """libcurl sends once more when a kept connection is dropped: it is
    told."""
    dropped = []

    def answer(request):
        if request.path == "/drop" and not dropped:
            dropped.append(True)
            return None
        return 200, HEADERS, "{}"

    with server.Server(answer) as here:
        lines, _ = fetch(post(here.url), "wait", post(here.url + "/drop"))
        support.equal([line["status"] for line in lines], [200] * 2, "status")
        support.equal([line["sent"] for line in lines], [1, 2], "sent")
        support.equal(len(here.requests), 3, "requests")


def no_answer():
    """No connection, a lost one, one that is too slow."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/?hush"
        (line,), _ = fetch(post(nobody))
    support.equal((line["outcome"], line["status"]), ("not sent", 0), "refused")
    support.check("127.0.0.1" in line["error"] and
                  "hush" not in line["error"], line["error"])

    stop = threading.Event()

    def answer(request):
        if request.path == "/reset":
            request.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      struct.pack("ii", 1, 0))
        elif request.path == "/cut":
            request.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9"
                                   b"\r\n\r\n{}")
        elif request.path == "/stall":
            request.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9"
                                   b"\r\n\r\n{}")
            stop.wait(60)
        elif request.path == "/silent":
            stop.wait(60)
        elif request.path == "/garbage":
            request.socket.sendall(b"\0\1\2\3\r\n\r\n")

    with server.Server(answer) as here:
        paths = ["/drop", "/reset", "/cut", "/garbage", "/silent", "/stall"]
        lines, _ = fetch(*[post(here.url + path, total_ms=15000, stalled_s=1)
                           for path in paths[:-1]],
                         post(here.url + "/stall", total_ms=500))
        stop.set()
        support.equal([line["outcome"] for line in lines],
                      ["lost"] * len(paths), "outcomes")
        for path, line in zip(paths, lines):
            print(path, line["error"])
            support.check(line["error"], path)

    lines, _ = fetch(post("gopher://127.0.0.1/"), post("http://"),
                     post("file:///etc/passwd"))
    support.equal([line["outcome"] for line in lines], ["impossible"] * 3,
                  "URLs")


def too_large():
    """100 MB are refused, announced or not, without being read."""
    size = 100 << 20

    def answer(request):
        if request.path == "/announced":
            return 200, {"Content-Length": str(size)}, b"x" * 1000
        request.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                               b"\r\n\r\n")
        try:
            for _ in range(size >> 20):
                request.socket.sendall(b"100000\r\n" + b"x" * (1 << 20) +
                                       b"\r\n")
        except OSError:
            pass
        return None

    with server.Server(answer) as here:
        _, before = fetch(post("http://"))
        lines, memory = fetch(post(here.url + "/announced"),
                              post(here.url + "/chunked", most=1000000))
        support.equal([line["outcome"] for line in lines], ["too large"] * 2,
                      "outcomes")
        support.check("16777216 bytes" in lines[0]["error"], f"{lines[0]}")
        support.check(memory - before < 16 << 10, f"{before}, {memory} KiB")


def trust():
    """Certificates are checked, and it is said how to trust one."""
    def answer(_):
        return 200, HEADERS, "{}"

    good = server.certificate("good", "IP:127.0.0.1")
    other = server.certificate("other", "DNS:example.com")
    with server.Server(answer, good) as here:
        (line,), _ = fetch(post(here.url + "/?hush"))
        print(line["error"])
        support.equal(line["outcome"], "untrusted", "unknown authority")
        support.check("AWS_CA_BUNDLE" in line["error"], line["error"])
        support.check("hush" not in line["error"], line["error"])
        support.equal(here.requests, [], "requests before trust")
        (line,), _ = fetch(post(here.url), AWS_CA_BUNDLE=good[0])
        support.equal(line["status"], 200, "trusted")
        (line,), _ = fetch(post(here.url), AWS_CA_BUNDLE=other[0])
        support.equal(line["outcome"], "untrusted", "another authority")
        support.check(other[0] in line["error"], line["error"])
        (line,), _ = fetch(post(here.url), AWS_CA_BUNDLE=good[1])
        support.equal(line["outcome"], "untrusted", "no certificate")
        (line,), _ = fetch(post(here.url), AWS_CA_BUNDLE="/no/such")
        support.check("/no/such" in line["error"], line["error"])
    with server.Server(answer, other) as here:
        (line,), _ = fetch(post(here.url), AWS_CA_BUNDLE=other[0])
        support.equal(line["outcome"], "untrusted", "another host")
        support.equal(here.requests, [], "requests to another host")


def proxy():
    """HTTPS_PROXY is asked, unless NO_PROXY or the caller says otherwise."""
    def tunnel(request):
        host, port = request.path.split(":")
        with socket.create_connection((host, int(port))) as far:
            request.socket.sendall(b"HTTP/1.1 200 Connection established\r\n"
                                   b"Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n"
                                   b"\r\n")
            back = threading.Thread(target=pump, args=(far, request.socket))
            back.start()
            pump(request.socket, far)
            back.join(60)

    def pump(source, target):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def answer(_):
        return 200, HEADERS, "{}"

    good = server.certificate("good", "IP:127.0.0.1")
    with server.Server(answer, good) as here, server.Server(tunnel) as between:
        changes = dict(AWS_CA_BUNDLE=good[0], HTTPS_PROXY=between.url)
        (line,), _ = fetch(post(here.url), **changes)
        support.equal(line["status"], 200, "by proxy")
        support.check(line["date"] > 1600000000, "date is not the proxy's")
        support.equal(len(between.requests), 1, "asked the proxy")
        support.equal(between.requests[0].headers["Authorization"], None,
                      "the proxy sees no header")
        (line,), _ = fetch(post(here.url), NO_PROXY="127.0.0.1", **changes)
        (line2,), _ = fetch(post(here.url, no_proxy=True), **changes)
        support.equal((line["status"], line2["status"]), (200, 200), "direct")
        support.equal(len(between.requests), 1, "did not ask the proxy")


for _name in ("HTTPS_PROXY", "NO_PROXY"):
    os.environ.pop(_name, None)
whole()
left_alone()
no_header_of_two_lines()
parallel()
sent_again()
no_answer()
too_large()
trust()
proxy()
support.passed()
