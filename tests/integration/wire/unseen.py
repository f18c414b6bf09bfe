#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A connection to port 443 on which no TLS library was seen is a blind spot
with the host's name; one of OpenSSL, GnuTLS or Python's asyncio is none, nor
is one that nobody answered.

In namespaces of its own, where port 443 is free, an address that is not the
loopback's leads to this machine, and /etc/hosts names it.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
HOST, ADDRESS = "store.example", "198.51.100.1"
NAMESPACES = ["unshare", "--user", "--map-root-user", "--mount", "--net"]


def enter():
    """Goes on in the namespaces."""
    import support
    support.needs("unshare", "mount", "openssl", "curl", "wget")
    if subprocess.run([*NAMESPACES, "mount", "--bind", "/etc/hosts",
                       "/etc/hosts"], check=False,
                      capture_output=True).returncode:
        support.skip("namespaces cannot be made here")
    done = subprocess.run([*NAMESPACES, sys.executable, __file__, "inside"],
                          check=False)
    if done.returncode == 77:
        support.skip("see above")
    support.equal(done.returncode, 0, "the test in its namespaces")
    support.passed()


if len(sys.argv) == 1:
    enter()

import wire  # noqa: E402
import server  # noqa: E402 (found by wire)
import support as t  # noqa: E402

# Something that looks like TLS and is not; the server says what it thinks.
HELLO = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
RAW = f"""
import socket, sys
with socket.create_connection((sys.argv[1], 443)) as here:
    here.sendall({HELLO!r})
    print(len(here.recv(100)) > 0)
"""
SILENT = """
import socket, sys
with socket.create_connection((sys.argv[1], 443)):
    print("no word")
"""
KILLED = RAW + """    import os, signal
    sys.stdout.flush()
    if sys.argv[2] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(0)
"""
LEFT = RAW + "    here.detach()\n"
AIOHTTP = """
import aiohttp, asyncio, sys
async def main():
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.get(sys.argv[1]) as answer:
                print(len(await answer.read()))
asyncio.run(main())
"""
REQUESTS = "import requests, sys\nprint(requests.get(sys.argv[1]).text)"


def prepare():
    """The address and its name."""
    def set_lo(name, request, value):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
            fcntl.ioctl(here, request, struct.pack("16s16s", name, value))

    def address(text):
        return struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(text))

    set_lo(b"lo", 0x8914, struct.pack("H", 0x41))         # up, running
    set_lo(b"lo:1", 0x8916, address(ADDRESS))             # SIOCSIFADDR
    with open("hosts", "w", encoding="utf-8") as file:
        file.write(f"127.0.0.1 localhost\n{ADDRESS} {HOST}\n")
    t.run("mount", "--bind", "hosts", "/etc/hosts")


def expect(run, command, *spots):
    wire.captured(run, *command)
    t.equal(wire.blind(run), [("UnseenTls", spot) for spot in spots], run)


def python(module, text, *words):
    return [t.python_with(module), "-c", text, *words]


prepare()
pair = server.certificate("store", f"DNS:{HOST}", f"IP:{ADDRESS}",
                          "DNS:localhost")
for variable in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
    os.environ[variable] = pair[0]
with server.Server(lambda request: (200, {}, b"body"), pair,
                   address=("0.0.0.0", 443)):
    url = f"https://{HOST}/path"
    expect("named", python("socket", RAW, HOST), HOST)
    expect("address", python("socket", RAW, ADDRESS), ADDRESS)
    expect("twice", python("socket", RAW + RAW, HOST), HOST)
    expect("at-the-end", python("socket", LEFT, HOST), HOST)
    expect("silent", python("socket", SILENT, HOST))
    expect("loopback", python("socket", RAW, "localhost"), "localhost")
    expect("curl", ["curl", "-s", "--http1.1", url])
    expect("curl-address", ["curl", "-s", f"https://{ADDRESS}/path"])
    expect("wget", ["wget", "-q", "--ca-certificate", pair[0], "-O-", url])
    expect("requests", python("requests", REQUESTS, url))
    expect("aiohttp", python("aiohttp", AIOHTTP, url))
    expect("untrusted", ["sh", "-c", f"! curl -s --cacert /dev/null {url}"])
    # Whoever is killed, or leaves by _exit, says nothing at its end.
    for way in ("exit", "kill"):
        t.run("sh", "-c", "pedigree run -q --name \"$0\" -- \"$@\"; :", way,
              *python("socket", KILLED, HOST, way))
        [spot] = t.answer("show", way)["Capture"]["BlindSpots"]
        t.equal((spot["Kind"], spot["Path"]), ("UnseenTls", HOST), way)
    t.run("sh", "-c", "pedigree run -q --name seen -- \"$@\"; :", "sh",
          *python("requests", REQUESTS + "\nimport os\nos.kill(os.getpid(), 9)",
                  url))
    t.equal(t.answer("show", "seen")["Capture"]["BlindSpots"], [], "seen")
    # One beside the other: the name tells them apart.
    expect("beside", python("requests", REQUESTS + RAW.replace(
        "sys.argv[1]", repr(ADDRESS)), url), ADDRESS)
t.passed()
