# SPDX-License-Identifier: Apache-2.0
"""Files with names of every kind and length come back from every question
that is asked about them: run, show, trace, explain."""

import json
import os
import sys
from urllib.parse import unquote_to_bytes

from fault import both, outcome
from support import check, equal, passed, work

COPY = """
import os, sys
with open(sys.argv[1], "rb") as file, open("out.txt", "wb") as out:
    out.write(file.read())
"""
LONGEST = 4095  # with the NUL behind it, what the kernel takes

NAMES = {
    "spaces": b" a  b ",
    "quotes": b"'\"`$(x)\\",
    "newlines": b"\na\n\nb\r\n",
    "controls": b"\x1b[31m\x07\x7f\t",
    "invalid": b"\xff\xfe\xc3(",
    "surrogates": b"\xed\xa0\x80",
    "percent": b"100%25%2e#?;a=b&c",
    "leading-dash": b"-rf",
    "longest-name": b"n" * 255,
}


def deep(size):
    """An absolute path of so many bytes."""
    path = os.fsencode(work) + b"/deep"
    while size - len(path) > 260:
        path += b"/" + b"d" * 200
    os.makedirs(path, exist_ok=True)
    rest = size - len(path) - 1
    if rest > 255:
        path += b"/" + b"e" * (rest - 201)
        os.makedirs(path, exist_ok=True)
        rest = 200
    path += b"/" + b"f" * rest
    equal(len(path), size, "the length of the path")
    return path


def uris(artifacts):
    return [one["Source"]["SourceUri"] for one in artifacts]


def plain(uri):
    check(uri.isascii() and uri.isprintable(), f"a URI of plain letters: {uri}")
    check(uri.startswith("file://"), uri)
    return unquote_to_bytes(uri.split("file://", 1)[1])


def asked(*words):
    status, out, err = outcome(["pedigree", *words])
    equal(status, 0, f"{words}: {err}")
    return out


def comes_back(name, path):
    with open(path, "wb") as file:
        file.write(b"of " + name.encode() + b"\n")
    both(name, [sys.executable, "-c", COPY, os.path.abspath(path)])
    shown = json.loads(asked("show", name, "--json"))
    equal([plain(uri) for uri in uris(shown["Inputs"])],
          [os.path.abspath(path)], f"{name}: input of show --json")
    uri, = uris(shown["Inputs"])
    equal(shown["Capture"]["BlindSpots"], [], f"{name}: blind spots")
    made, = uris(shown["Outputs"])
    for start, other, way in ((made, uri, "up"), (uri, made, "down")):
        traced = json.loads(asked("trace", start, "--direction", way,
                                  "--json"))
        found = [one.get("SourceUri") for one in traced["Vertices"]]
        check(other in found, f"{name}: {way} of {start}: {found}")
    # The same by its path, and for people: no byte that a terminal obeys.
    for words in (("explain", name, path), ("trace", path, "--direction",
                                            "down"),
                  ("show", name), ("events", name)):
        text = asked(*words)
        check(text and not any(c < 32 and c not in b"\n\t" or c == 127
                              for c in text), f"{words[:2]}: {text}")
        text.decode()


os.mkdir("in")
for name, odd in NAMES.items():
    comes_back(name, os.path.join(os.fsencode(work), b"in", odd))
for length in (1023, 4000, 4094, LONGEST):
    comes_back(f"length-{length}", deep(length))
passed()
