#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library that a program would have called without the shim is the one
that is called: with two of them in one process, after dlclose, and whatever a
session looks like. A program that only asks whether there is one is not
fooled.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wire  # noqa: E402
import support as t  # noqa: E402

MAPS = {"3": "OPENSSL_3.0.0 { global: SSL_*; local: *; };\n",
        "1": "OPENSSL_1_1_0 { global: SSL_*; local: *; };\n"}


def library(plugin, version, method):
    """A plugin and the library it is linked to, both found in this folder.
    The plugin's name is one letter."""
    soname = f"libssl-{plugin}.so"
    with open(f"{plugin}.map", "w", encoding="utf-8") as file:
        file.write(MAPS[version])
    shared = ["-shared", "-fPIC"]
    wire.build(soname, *shared, wire.source("fake.c"), f"-DMETHOD={method}",
               f'-DVERSION="{plugin}"', f"-Wl,-soname,{soname}",
               f"-Wl,--version-script={plugin}.map")
    wire.build(f"{plugin}.so", *shared, wire.source("plugin.c"),
               f"./{soname}", "-Wl,-rpath,$ORIGIN")


def seen(run, *words):
    """What a run of the loader leaves: (path, ETag) of each exchange."""
    return [(url.split("example.org")[1], fields["etag"])
            for _, url, _, fields in wire.captured(run, loader, *words)]


loader = wire.build("loader", wire.source("loader.c"), "-ldl")
library("a", "3", 1)
library("b", "3", 1)   # another copy of the same version
library("c", "1", 1)
library("d", "3", 3)   # a layout as since OpenSSL 3.2
library("e", "3", -1)  # one that tells nothing

t.equal(seen("one", "+a", "a/1", "a/2"), [("/1", '"a"'), ("/2", '"a"')],
        "one library")
# Sessions of two libraries, by turns.
two = ["+a", "+b", "+c", "a/1", "b/2", "c/3", "a/4", "b/5", "c/6"]
t.equal(seen("two", *two),
        [(f"/{n + 1}", f'"{"abc"[n % 3]}"') for n in range(6)],
        "several libraries")
t.equal(seen("layouts", "+a", "+d", "a/1", "d/2", "a/3"),
        [("/1", '"a"'), ("/2", '"d"'), ("/3", '"a"')], "layouts")
# Where a session does not tell, what the caller was linked to does.
t.equal(seen("untold", "+a", "+e", "e/1", "a/2", "e/3"),
        [("/1", '"e"'), ("/2", '"a"'), ("/3", '"e"')], "untold maker")
# What was closed is not called: another takes its place in memory.
closed = ["+a", "a/1", "-a", "+b", "b/2", "-b", "+c", "c/3", "-c", "+a",
          "a/4"]
t.equal(seen("closed", *closed),
        [("/1", '"a"'), ("/2", '"b"'), ("/3", '"c"'), ("/4", '"a"')],
        "libraries that went")
t.equal(wire.captured("asked", loader, "?", "+a", "?", "a/1")[0][2], 200,
        "a program that asks")
t.equal(t.run(loader, "?"), "0 0\n", "no library, no function")
t.passed()
