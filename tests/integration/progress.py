#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What takes longer than a second tells how far it is: a bar on a terminal,
two lines elsewhere, nothing when asked to be quiet."""

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import fcntl

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

# Nothing of it is on the disk, and all of it must be read.
SIZE = 3 << 29
NAME = "big\x1b[31m\u202e.pkl"


def asked(*words, **more):
    return subprocess.Popen(["pedigree", "trace", *words],
                            stdin=subprocess.DEVNULL, **more)


def on_a_terminal():
    """Until the bar is there and has moved; the command is ended then."""
    us, them = pty.openpty()
    fcntl.ioctl(them, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 90, 0, 0))
    one = asked(NAME, stdout=subprocess.DEVNULL, stderr=them,
                env={**os.environ, "TERM": "xterm"})
    os.close(them)
    seen = b""
    while seen.count(b" left\x1b[K") < 2 and one.poll() is None:
        if select.select([us], [], [], 120)[0]:
            try:
                seen += os.read(us, 4096)
            except OSError:
                break  # it has ended
    one.send_signal(signal.SIGTERM)
    one.wait()
    os.close(us)
    return seen.decode()


def bars():
    seen = on_a_terminal()
    pictures = [text for text in seen.split("\r") if " left" in text]
    t.check(len(pictures) >= 2, f"no bar: {seen!r}")
    for text in pictures[:2]:
        t.check("big?" in text and "[" in text and "%" in text and
                "/s, " in text, f"a bar: {text!r}")
        t.check(text.replace("\x1b[K", "").isascii(), f"a bar: {text!r}")
        t.check(len(text.replace("\x1b[K", "").rstrip("\n")) < 90,
                f"too long: {text!r}")
        t.check("\x1b[31m" not in text, f"a name steers: {text!r}")


def lines():
    plain = asked(NAME, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    quiet = asked(NAME, "-q", stdout=subprocess.DEVNULL,
                  stderr=subprocess.PIPE)
    _, said = plain.communicate(timeout=300)
    _, nothing = quiet.communicate(timeout=300)
    t.equal((plain.returncode, quiet.returncode), (1, 1), "exit statuses")
    said = said.decode().splitlines()
    t.equal(len(said), 3, f"lines: {said}")
    t.check(said[0].startswith("pedigree: reading ") and
            said[0].endswith(".pkl, 1.6 GB"), said[0])
    t.check(".pkl: done, 1.6 GB in " in said[1], said[1])
    t.check("nothing is recorded of" in said[2], said[2])
    t.equal(len(nothing.decode().splitlines()), 1, f"with -q: {nothing}")


def after_a_run():
    """The digests of what a run read are waited for."""
    done = subprocess.run(
        ["pedigree", "run", "--name", "reads", "--", "head", "-c", "9", NAME],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=300,
        env={**os.environ, "PEDIGREE_RUN_FINISH_TIMEOUT": "290s"})
    said = done.stderr.decode().splitlines()
    t.equal(len(said), 3, f"lines: {said}")
    t.equal(said[0], "pedigree: reading what the run touched, 1.6 GB", "start")
    t.check(said[1].startswith("pedigree: reading what the run touched: done, "
                               "1.6 GB in "), said[1])
    os.utime(NAME)  # read it again
    done = subprocess.run(
        ["pedigree", "run", "-q", "--", "head", "-c", "9", NAME], check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=300,
        env={**os.environ, "PEDIGREE_RUN_FINISH_TIMEOUT": "290s"})
    t.equal(done.stderr, b"", "with -q")


def vanishes():
    """A file that goes while it is verified is gone."""
    one = subprocess.Popen(["pedigree", "verify", "reads"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
    first = one.stderr.readline().decode()
    t.equal(first, "pedigree: verifying reads, 1.6 GB\n", "start")
    os.unlink(NAME)
    out, _ = one.communicate(timeout=300)
    t.equal(one.returncode, 1, f"verify: {out}")
    t.check(b"it was removed while it was read" in out, out)


def little():
    out = subprocess.run(["pedigree", "trace", "small"], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    t.check(b"reading" not in out.stdout, out.stdout)


with open(NAME, "wb") as file:
    file.truncate(SIZE)
with open("small", "w", encoding="ascii") as file:
    file.write("small\n")
t.pedigree("run", "-q", "--name", "first", "--", "true")
little()
bars()
lines()
after_a_run()
vanishes()
t.passed()
