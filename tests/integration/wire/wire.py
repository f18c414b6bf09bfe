# SPDX-License-Identifier: Apache-2.0
"""What the tests of the tap share.

Importing it leaves no proxy in the environment, and makes a certificate for
localhost that OpenSSL, GnuTLS and Python's clients are told to trust.
"""

import os
import re
import socket
import subprocess
import sys
import time

for _name in ("tests", "tests/integration/aws"):
    sys.path.insert(0, os.path.join(os.environ["top_srcdir"], _name))
import support as t  # noqa: E402
import server  # noqa: E402

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.lower(), None)

HERE = os.path.dirname(os.path.abspath(__file__))
certificate = server.certificate("localhost", "DNS:localhost",
                                 "IP:127.0.0.1")
for _name in ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "SSL_CERT_FILE",
              "CURL_CA_BUNDLE"):
    os.environ[_name] = certificate[0]
os.environ.update(AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                  AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI",
                  AWS_DEFAULT_REGION="eu-west-1", HOME=t.work,
                  # Newer ones send chunks that the tests' servers do not read.
                  AWS_REQUEST_CHECKSUM_CALCULATION="when_required")


def build(output, *words):
    """Compiles; without a compiler or a library there is nothing to test."""
    done = subprocess.run(
        [*os.environ.get("CC", "cc").split(), "-o", output, "-Wall", *words],
        check=False, capture_output=True, text=True)
    if done.returncode:
        t.skip(f"cannot build {output}: {done.stderr}")
    return os.path.join(t.work, output)


class Http2:
    """nghttp2's own server of the files in a folder."""

    def __init__(self, folder, *words):
        t.needs("nghttpd", "curl")
        cert, key = certificate
        port = free_port()
        self.url = f"https://localhost:{port}"
        self.words = ["nghttpd", *words, "-d", folder, str(port), key, cert]

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(600):
            done = subprocess.run(["curl", "-s", "-o", os.devnull, self.url],
                                  check=False)
            if done.returncode == 0:
                return self
            time.sleep(.05)
        return t.framework_failure(f"nothing answers at {self.url}")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def free_port():
    """For a server that cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def source(name):
    return os.path.join(HERE, name)


def events(run, word):
    """The events of a kind."""
    lines = t.pedigree("events", run, "--json").splitlines()
    return [event for event in map(t.json.loads, lines)
            if event["Event"] == word]


def exchanges(run):
    """(method, URL, status, fields) of each exchange, as they ended."""
    found = []
    for event in events(run, "exchange"):
        method, status, *_ = event["Detail"].split(" ")
        fields = dict(re.findall(r"(?:^| )([a-z0-9-]+)=(\S*)",
                                 event["Detail"]))
        found.append((method, event["Path"], int(status), fields))
    return found


def briefly(found):
    """Exchanges as lines that can be compared."""
    return [f"{method} {url} {status} {fields.get('etag', '-')}"
            for method, url, status, fields in found]


def captured(run, *command, **more):
    """Runs a command bare and captured: its output is the same. Answers its
    exchanges."""
    bare = t.run(*command, **more)
    t.equal(t.pedigree("run", "-q", "--name", run, "--", *command, **more),
            bare, f"{run}: output")
    return exchanges(run)


def blind(run):
    """The blind spots: (kind, text)."""
    return [(event.get("Detail"), event.get("Path"))
            for event in events(run, "blind")]
