#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a call of the library's client said is done survives kill -9."""

import ctypes
import json
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

TURNS = 12


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * 1020)]


def load():
    library = ctypes.CDLL(os.path.join(t.BUILD, ".libs", "libpedigree.so"))
    library.pedigree_client_call.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(Error)]
    return library


def create_until_killed(library, turn, out):
    """Writes each ARN to the pipe when its call has returned."""
    error, pedigree = Error(), ctypes.c_void_p()
    client, answer = ctypes.c_void_p(), ctypes.c_char_p()
    library.pedigree_open(None, ctypes.byref(pedigree), ctypes.byref(error))
    library.pedigree_client_open(pedigree, None, ctypes.byref(client),
                                 ctypes.byref(error))
    i = 0
    while True:
        request = json.dumps({
            "ArtifactType": "DataSet",
            "Source": {"SourceUri": f"s3://b/{turn}/{i}"}}).encode()
        if library.pedigree_client_call(client, b"CreateArtifact", request,
                                        ctypes.byref(answer),
                                        ctypes.byref(error)):
            os.write(out, b"failed: " + error.text + b"\n")
            os._exit(1)
        os.write(out, json.loads(answer.value)["ArtifactArn"].encode() + b"\n")
        i += 1


def one_turn(library, turn):
    """The ARNs that a child told of before it was killed."""
    inward, outward = os.pipe()
    child = os.fork()
    if not child:
        os.close(inward)
        try:
            create_until_killed(library, turn, outward)
        finally:
            os._exit(1)
    os.close(outward)
    told = b""
    # Not before it has begun, then at any moment.
    while told.count(b"\n") < 2:
        part = os.read(inward, 1 << 16)
        t.check(part, f"the child ended by itself: {told!r}")
        told += part
    time.sleep(random.random() / 20)
    os.kill(child, signal.SIGKILL)
    while True:
        part = os.read(inward, 1 << 16)
        if not part:
            break
        told += part
    os.close(inward)
    _, status = os.waitpid(child, 0)
    t.check(os.WIFSIGNALED(status), told.decode())
    # The last line may have been cut short.
    return told.decode().split("\n")[:-1]


library = load()
told = []
for turn in range(TURNS):
    told += one_turn(library, turn)
there = set(json.loads(t.pedigree("api", "list-artifacts", "--query",
                                  "ArtifactSummaries[].ArtifactArn")))
lost = [arn for arn in told if arn not in there]
t.equal(lost, [], "what was lost")
# At most the one call of each turn that was under way.
t.check(len(there) <= len(told) + TURNS,
        f"{len(there)} are there, {len(told)} were told of")
print(f"{len(told)} artifacts in {TURNS} turns")
t.pedigree("doctor")
t.passed()
