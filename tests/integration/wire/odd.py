#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Conversations that are rare, or broken, over TLS and in the clear: the
program sees what it saw without us, what was an exchange is one, and nothing
else becomes one.
"""

import base64
import hashlib
import os
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import support as t  # noqa: E402

t.needs("openssl", "curl")
PYTHON = t.python_with("ssl")
OK = b"HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 4\r\n\r\nbody"

# usage: PORT TLS HEX…: sends each in one write, then reads to the end.
RAW = """
import socket, ssl, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as here:
    if sys.argv[2] == "https":
        here = ssl.create_default_context().wrap_socket(
            here, server_hostname="localhost")
    for text in sys.argv[3:]:
        if text.isdigit():
            print(len(here.recv(int(text), socket.MSG_WAITALL)
                      if sys.argv[2] == "http" else here.read(int(text))))
            continue
        here.sendall(eval(text))
    n = 0
    while piece := here.recv(65536):
        n += len(piece)
    print(n)
"""
SOCKET = """
import aiohttp, asyncio, ssl, sys
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(sys.argv[1]) as here:
            await here.send_str("GET /frame HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n")
            print((await here.receive()).data)
asyncio.run(main())
"""


class Server:
    """Hands each connection, with the head of its first request, to `talk`."""

    def __init__(self, talk, secure):
        self.talk, self.secure = talk, secure
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.scheme = "https" if secure else "http"
        self.url = f"{self.scheme}://localhost:{self.port}"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*wire.certificate)

    def __enter__(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def listen(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(here,),
                             daemon=True).start()

    def serve(self, here):
        try:
            if self.secure:
                here = self.context.wrap_socket(here, server_side=True)
            with here:
                self.talk(here)
                here.shutdown(socket.SHUT_WR)
                while here.recv(65536):
                    pass
        except OSError:
            pass


def head_of(here):
    text = b""
    while b"\r\n\r\n" not in text:
        piece = here.recv(65536)
        if not piece:
            break
        text += piece
    return text


def talking(*pieces, first=b""):
    """Answers with pieces, each in a write of its own."""
    def talk(here):
        here.sendall(first)
        head_of(here)
        for piece in pieces:
            here.sendall(piece)
    return talk


def expect(run, talk, command, *lines):
    """The same with TLS and without."""
    for secure in (True, False):
        with Server(talk, secure) as here:
            words = [word.format(url=here.url, port=here.port,
                                 scheme=here.scheme) for word in command]
            name = f"{run}-{here.scheme}"
            found = wire.briefly(wire.captured(name, *words))
            t.equal(found, [line.replace("URL", here.url) for line in lines],
                    name)
            t.pedigree("show", name)


def raw(*texts):
    return [PYTHON, "-c", RAW.replace("{", "{{").replace("}", "}}"),
            "{port}", "{scheme}", *texts]


def heads():
    million = "x" * (1 << 20)
    big = (f"HTTP/1.1 200 OK\r\nX-Big: {million}\r\nETag: \"e\"\r\n"
           "Content-Length: 4\r\n\r\nbody").encode()
    expect("big-answer", talking(big),
           raw("b'GET /a HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n'"),
           'GET URL/a 200 "e"')
    expect("big-request", talking(OK),
           raw("b'GET /a HTTP/1.1\\r\\nX-Big: '", "b'x' * (1 << 20)",
               "b'\\r\\nHost: localhost:{port}\\r\\n\\r\\n'"),
           'GET URL/a 200 "e"')
    # A megabyte of a header that is kept does not fit.
    expect("big-etag", talking(big.replace(b"X-Big: ", b"ETag: ")),
           raw("b'GET /a HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n'"),
           'GET URL/a 200 "e"')
    for n, host in enumerate(("localhost:notaport", "localhost:99999",
                              "localhost:-1", "a b", "")):
        expect(f"host-{n}", talking(OK),
               raw(f"b'GET /a HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n'"),
               'GET /a 200 "e"')


def orders():
    get = "b'GET /{} HTTP/1.1\\r\\nHost: localhost:{{port}}\\r\\n\\r\\n'"
    # The server speaks first: nobody asked.
    expect("unasked", talking(OK, first=OK), raw(str(len(OK)),
                                                 get.format("a")))
    # Twice as many answers as requests.
    expect("twice", talking(OK, OK), raw(get.format("a")),
           'GET URL/a 200 "e"')
    # An answer in the middle of the request.
    expect("early", talking(OK), raw(
        "b'PUT /a HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n"
        "Content-Length: 8\\r\\n\\r\\nhalf'", "b'done'"),
           'PUT URL/a 200 "e"')
    expect("torn", talking(OK[:-2]), raw(get.format("a")),
           'GET URL/a 200 "e"')
    # Something was asked for, and what came of it nobody can tell.
    expect("garbage", talking(b"\0\xff" * 1000), raw(get.format("a")))
    t.equal(wire.blind("garbage-https"), [("LostExchange", None)], "garbage")


def bodies():
    """Of curl and python3-requests, in chunks and with 100-continue."""
    with open("up", "wb") as file:
        file.write(b"z" * 100000)
    chunked = (b"HTTP/1.1 200 OK\r\nETag: \"e\"\r\n"
               b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n"
               b"a\r\n0123456789\r\n0\r\nX-Trailer: hush\r\n\r\n")
    split = [chunked[at:at + 1] for at in range(len(chunked))]
    expect("chunks", talking(*split), ["curl", "-s", "{url}/a"],
           'GET URL/a 200 "e"')
    t.equal(wire.exchanges("chunks-https")[0][3]["received"], "14", "bytes")
    expect("requests", talking(*split),
           [t.python_with("requests"), "-c", "import requests, sys\n"
            "print(requests.get(sys.argv[1]).text)", "{url}/a"],
           'GET URL/a 200 "e"')

    def go_on(here):
        text = head_of(here)
        here.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        left = 100000 - len(text.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(here.recv(65536))
        here.sendall(OK)

    expect("continue", go_on, ["curl", "-s", "-T", "up", "-H",
                               "Expect: 100-continue", "{url}/up"],
           'PUT URL/up 200 "e"')
    t.equal(wire.exchanges("continue-https")[0][3]["sent"], "100000", "bytes")
    expect("refused", talking(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n"
                              b"Connection: close\r\n\r\n"),
           ["curl", "-s", "-T", "up", "-H", "Expect: 100-continue",
            "--expect100-timeout", "60", "{url}/up"], "PUT URL/up 403 -")

    def in_chunks(here):
        text = head_of(here)
        while not text.endswith(b"\r\n0\r\n\r\n"):
            text += here.recv(65536)
        here.sendall(OK)

    expect("up-chunks", in_chunks,
           ["sh", "-c", "curl -s --http1.1 -T - -H 'Expect:' \"$0\" <up",
            "{url}/up"], 'PUT URL/up 200 "e"')
    t.equal(wire.exchanges("up-chunks-https")[0][3]["sent"], "100000", "bytes")


def upgraded():
    """A websocket whose frames look like HTTP."""
    def talk(here):
        lines = head_of(here).decode().split("\r\n")
        [key] = [line.split(": ")[1] for line in lines
                 if line.lower().startswith("sec-websocket-key")]
        accept = base64.b64encode(hashlib.sha1(
            (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        here.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket"
                     b"\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                     + accept + b"\r\n\r\n")
        here.recv(65536)
        here.sendall(bytes([0x81, len(OK)]) + OK)

    expect("websocket", talk, [t.python_with("aiohttp"), "-c", SOCKET,
                               "{url}/socket"], "GET URL/socket 101 -")


heads()
orders()
bodies()
upgraded()
t.passed()
