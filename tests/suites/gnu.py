# SPDX-License-Identifier: Apache-2.0
"""A package from Debian's sources that Automake is for: configured, built and
checked.

All three steps run under capture, each way in a tree of its own. The one unit
is the whole package, and its tests are those of `make check`.
"""

import os
import shutil

from suites import source

STEPS = """set -e
[ -e configure ] || autoreconf -fi
./configure -q $1
make -s -j2
make -s -k -j2 check $2"""


class Suite:
    def __init__(self, bench, package, needs=(), configure="", check=""):
        self.bench = bench
        self.package = package
        self.packages = ["gcc", "libc6-dev", "make", *needs]
        self.steps = ["sh", "-c", STEPS, "sh", configure, check]
        self.tree = None

    def units(self):
        self.tree = source.unpack(self.package)
        return ["make-check"]

    def run(self, unit, captured):
        name = "captured" if captured else "bare"
        folder = self.bench.folder(f"{self.package}-{name}")
        tree = os.path.join(folder, "tree")
        shutil.rmtree(tree, ignore_errors=True)
        # The times of files are what make goes by.
        shutil.copytree(self.tree, tree, symlinks=True)
        self.bench.give(tree)
        status = self.bench.go(captured, self.steps, tree,
                               os.path.join(folder, f"{unit}.log"))
        verdicts = {"the exit status": str(status)}
        for place, _, files in os.walk(tree):
            for file in files:
                if file.endswith(".trs"):
                    path = os.path.join(place, file)
                    test = os.path.relpath(path, tree)[:-4]
                    verdicts[test] = self.verdict(path)
        return verdicts

    @staticmethod
    def verdict(path):
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(":global-test-result: "):
                    word = line.split()[1]
                    return {"PASS": "passed", "SKIP": "skipped"}.get(word,
                                                                     word)
        return "no result"
