# SPDX-License-Identifier: Apache-2.0
"""Programs that the shim cannot be in run as if there were none, whether the
command itself or a child of it, and the record says that they ran."""

import os
import subprocess

import support as t

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	printf("preload %s\\n", getenv("LD_PRELOAD") ? "there" : "none");
	return 5;
}
"""


def build(name, *flags):
    """The compiler may lack what the flags ask for."""
    with open("program.c", "w", encoding="utf-8") as file:
        file.write(PROGRAM)
    done = subprocess.run([*os.environ.get("CC", "cc").split(), "-o", name,
                           "program.c", *flags], check=False,
                          capture_output=True, text=True)
    if done.returncode:
        t.skip(f"cannot build {name}: {done.stderr}")


def blind(name, kind, *command, status=5):
    """Bare and captured alike; one blind spot of the kind, or none."""
    def go(*words):
        done = subprocess.run(words, stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    t.equal(go("pedigree", "run", "-q", "--name", name, "--", *command),
            go(*command), f"{name}: status and standard error")
    t.equal(go(*command)[0], status, f"{name}: status")
    capture = t.answer("show", name)["Capture"]
    t.equal([spot["Kind"] for spot in capture["BlindSpots"]],
            [kind] if kind else [], f"{name}: blind spots")


build("static", "-static")
build("sanitized", "-fsanitize=address")
for program, kind in (("static", "StaticProgram"),
                      ("sanitized", "SanitizedProgram")):
    blind(f"{program}-command", kind, f"./{program}")
    blind(f"{program}-child", kind, "sh", "-c", f"./{program}; exit 5")
# What touches no data need not be seen.
blind("ldconfig", None, "sh", "-c", "/sbin/ldconfig -p >cache; exit 5")
os.makedirs(os.path.join(t.work, "config", "pedigree"))
with open(os.path.join(t.work, "config", "pedigree", "pedigree.conf"), "w",
          encoding="utf-8") as conf:
    conf.write(f"[capture]\nharmless = {t.work}/st?tic\n")
blind("harmless", None, "sh", "-c", "./static; exit 5")
blind("harmful", "StaticProgram", "sh", "-c",
      "mkdir -p sub; cp static sub; ./static; sub/static; exit 5")
# The run's folder is out of reach for another user.
if os.geteuid() == 0:
    blind("other-user", "UnreachableShim", "setpriv", "--reuid=65534",
          "--clear-groups", "sh", "-c", "exit 5")
t.passed()
