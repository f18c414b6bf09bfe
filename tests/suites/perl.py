# SPDX-License-Identifier: Apache-2.0
"""Perl's core tests, from Debian's source package, on Debian's perl.

The binary packages have no t/, so it comes from the sources of the same
version; lib/ becomes that of the installed perl, which it expects to find
beside itself. Some tests want a perl that was just built there and fail, both
ways. A unit is a folder of t/, a test one line of TAP.
"""

import glob
import os
import re
import shutil
import subprocess

from suites import source

UNITS = ("base", "cmd", "io", "op", "run")

# What run() starts: each script with its output in a file, in the same order.
LOOP = """out=$1; shift
for script; do
	timeout 120 perl "$script" >"$out/$(echo "$script" | tr / -)" 2>&1
	echo "# status $?" >>"$out/$(echo "$script" | tr / -)"
done"""


class Suite:
    packages = ["perl", "perl-modules-5.36"]

    def __init__(self, bench):
        self.bench = bench
        self.tree = None

    def units(self):
        self.tree = source.unpack("perl")
        places = subprocess.run(
            ["perl", "-e", "print join qq(\\n), reverse @INC"],
            stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        for place in places:
            if place.startswith("/usr/") and os.path.isdir(place):
                shutil.copytree(place, os.path.join(self.tree, "lib"),
                                dirs_exist_ok=True)
        return UNITS

    def run(self, unit, captured):
        name = "captured" if captured else "bare"
        folder = self.bench.folder(f"perl-{name}")
        tree = os.path.join(folder, "tree")
        if not os.path.isdir(tree):
            shutil.copytree(self.tree, tree, symlinks=True)
        out = os.path.join(folder, f"out-{unit}")
        shutil.rmtree(out, ignore_errors=True)
        os.mkdir(out)
        self.bench.give(folder)
        top = os.path.join(tree, "t")
        scripts = sorted(os.path.relpath(path, top) for path in
                         glob.glob(os.path.join(top, unit, "*.t")))
        status = self.bench.go(captured, ["sh", "-c", LOOP, "sh", out,
                                          *scripts], top,
                               os.path.join(folder, f"{unit}.log"))
        verdicts = {"the exit status": str(status)}
        for file in os.listdir(out):
            self.read(os.path.join(out, file), file, verdicts)
        return verdicts

    @staticmethod
    def read(path, file, verdicts):
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found = re.match(r"(not )?ok (\d+)|# (status) (.*)", line)
                if not found:
                    continue
                if found[3]:
                    verdicts[f"{file} status"] = found[4]
                else:
                    verdicts[f"{file} {found[2]}"] = (
                        "failed" if found[1] else "passed")
