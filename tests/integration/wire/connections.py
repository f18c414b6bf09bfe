#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients in C that do what clients rarely do, over OpenSSL, GnuTLS and plain
sockets: bytes one by one, pipelines, threads, a fork in the middle of an
exchange, upgrades, descriptors that become others', requests before the
handshake is over, HTTP/2 with headers in buffers.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import server  # noqa: E402
import support as t  # noqa: E402

t.needs("openssl")
program = wire.build("connection", wire.source("connection.c"),
                     wire.source("ways.c"), "-lssl", "-lcrypto", "-lgnutls",
                     "-lpthread")

early = wire.build("early", wire.source("early.c"), "-lssl", "-lcrypto",
                   "-lpthread")
http2 = wire.build("http2", wire.source("http2.c"), "-lnghttp2")


def answer(request):
    if request.path == "/close":
        return None
    if request.path == "/upgrade":
        request.socket.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                               b"Upgrade: echo\r\n\r\n")
        said = b""
        while not said.endswith(b"\r\n\r\n"):
            said += request.socket.recv(4096)
        request.socket.sendall(said)
        return None
    return 200, {"ETag": f'"{request.path}"'}, b"0123456789"


def expect(way, what, port, url, *lines):
    name = f"{way}-{what}"
    found = wire.briefly(wire.captured(name, program, way, what, str(port)))
    t.equal(sorted(found), sorted(line.replace("URL", url)
                                  for line in lines), name)


def ok(*paths):
    return [f'GET URL{path} 200 "{path}"' for path in paths]


def each(way, here):
    def go(what, *lines):
        expect(way, what, here.port,
               here.url.replace("127.0.0.1", "localhost"), *lines)

    scheme = here.url.split(":")[0]
    go("bytes", f'GET {scheme}://localhost/bytes 200 "/bytes"')
    go("pipelined", *ok("/first", "/second"))
    go("threads", *(ok(*(f"/t{n}" for n in range(8))) * 25))
    go("forked", *ok("/parent", "/child", "/again"))
    go("upgraded", "GET URL/upgrade 101 -")
    go("unanswered", "GET URL/close 0 -")
    go("foreign", *ok("/client"))


with server.Server(answer, wire.certificate) as secure:
    each("openssl", secure)
    each("gnutls", secure)
with server.Server(answer) as plain:
    for name in ("send", "message", "messages"):
        each(name, plain)
        expect(name, "reused", plain.port, f"http://localhost:{plain.port}",
               "GET URL/left 0 -",
               *ok("/socket", "/socket-again", "/behind-stdio",
                   "/before-dup2", "/behind-dup2"))
t.equal(wire.briefly(wire.captured("early", early, *wire.certificate)),
        ['GET https://localhost/first 200 "/first"',
         'GET https://localhost/early 200 "/early"',
         "GET https://localhost/refused 0 -",
         'GET https://localhost/refused 200 "/refused"'], "early data")
found = wire.captured("http2", http2)
t.equal(wire.briefly(found), ['GET https://localhost/two 200 "two"'],
        "headers in buffers")
t.equal(found[0][3]["received"], "5", "bytes over HTTP/2")
t.passed()
