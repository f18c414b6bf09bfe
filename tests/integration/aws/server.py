# SPDX-License-Identifier: Apache-2.0
"""Small HTTP servers for the tests of lib/aws.

    with server.Server(answer) as here:
        … here.url …

answer(request) returns (status, headers, body); `request` has method, path,
headers and body. It may also act on request.socket itself and return None,
and the connection is closed then. Every request is kept in here.requests,
every connection counted in here.connections.
"""

import http.server
import os
import subprocess
import sys
import threading

import support

sys.path.insert(0, os.path.join(support.TOP, "tests/helper"))
import loopback  # noqa: E402


class Request:
    def __init__(self, handler, body):
        self.method = handler.command
        self.path = handler.path
        self.headers = handler.headers
        self.pairs = handler.headers.items()
        self.body = body
        self.socket = handler.connection


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        here = self.server.owner
        with here.lock:
            here.connections += 1

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self, self.rfile.read(length))
        here = self.server.owner
        with here.lock:
            here.requests.append(request)
        answer = here.answer(request)
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        if isinstance(body, str):
            body = body.encode()
        # Without the Date that send_response adds: it may be the answer's.
        self.send_response_only(status)
        if "Date" not in headers:
            self.send_header("Date", self.date_time_string())
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = do_CONNECT = do_DELETE = handle_any

    def log_message(self, *_):
        pass


class Server(loopback.Server):
    def __init__(self, answer, certificate=None, **more):
        self.answer = answer
        self.requests = []
        self.connections = 0
        self.lock = threading.Lock()
        super().__init__(Handler, certificate, **more)


def certificate(name, *subjects):
    """A self-signed certificate for these names, and its key."""
    support.needs("openssl")
    cert, key = (os.path.join(support.work, name + end)
                 for end in (".pem", ".key"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", cert, "-subj", "/CN=pedigree test",
         "-addext", "subjectAltName=" + ",".join(subjects)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key
