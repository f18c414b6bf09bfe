# SPDX-License-Identifier: Apache-2.0
"""Connections to other ports than that of TLS, over which nothing that is
hooked goes: by read and write, as wget and node do it. They are told, where
something came back, and others are not."""

import os
import signal
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402,F401 (for what follows)
import server  # noqa: E402
import support as t  # noqa: E402

CLIENT = """
import ctypes, os, socket, sys
here = socket.create_connection((sys.argv[1], int(sys.argv[2])))
fd = here.detach()
request = b"GET / HTTP/1.0\\r\\n\\r\\n"
way, end = sys.argv[3], sys.argv[4]
if way == "write":
    os.write(fd, request)
    assert os.read(fd, 9) == b"HTTP/1.1 "
elif way in ("send", "other", "dup"):
    with socket.socket(fileno=os.dup(fd) if way == "dup" else fd) as same:
        same.sendall(b"\\0" if way == "other" else request)
        assert way == "other" or same.recv(9) == b"HTTP/1.1 "
        fd = -1 if way == "other" else same.detach()
if end == "kill":
    os.kill(os.getpid(), 9)
if end == "syscall":
    ctypes.CDLL(None).syscall(3 if os.uname().machine == "x86_64" else 57, fd)
elif end == "close" and fd >= 0:
    os.close(fd)
"""


def low_port():
    """One that the kernel does not deal out by itself."""
    for port in range(23000 + os.getpid() % 5000, 32000):
        with socket.socket() as here:
            here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                here.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    return t.framework_failure("no port is free")


def told(name, *command, status=0, **more):
    t.run("pedigree", "run", "-q", "--name", name, "--", *command,
          status=status, env={**os.environ, **more})
    return [(spot["Kind"], spot["Path"])
            for spot in t.answer("show", name)["Capture"]["BlindSpots"]]


def client(name, port, way, end="close", host="127.0.0.1", **more):
    return told(name, sys.executable, "-c", CLIENT, host, str(port), way, end,
                **more)


low = low_port()
spot = [("UnseenConnection", f"127.0.0.1:{low}")]
with server.Server(lambda request: (200, {}, b"body"),
                   address=("127.0.0.1", low)) as here:
    for end in ("close", "syscall", "exit"):
        t.equal(client("by-" + end, low, "write", end), spot, end)
    t.equal(client("killed", low, "write", "kill", status=-signal.SIGKILL),
            spot, "of who is killed")
    t.equal(client("named", low, "write", host="localhost"),
            [("UnseenConnection", f"localhost:{low}")], "by its name")
    t.equal(client("sent", low, "send"), [], "HTTP that is seen")
    t.equal(client("dup", low, "dup"), [], "what is seen on a copy")
    t.equal(client("other", low, "other"), [], "messages that are seen")
    t.equal(client("silent", low, "nothing"), [], "nothing came back")
    t.equal(client("rank", low, "write", MASTER_PORT=str(low)), [],
            "where ranks meet")
    url = here.url + "/path"
    t.equal(told("wget", "wget", "-q", "-O", "got", url), spot, "wget")
    t.equal(told("curl", "curl", "-s", "-o", "got", url), [], "curl")
with server.Server(lambda request: (200, {}, b"body")) as here:
    if here.port > 32767:
        t.equal(client("dealt", here.port, "write"), [], "a port that is dealt")
t.passed()
