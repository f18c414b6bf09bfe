# SPDX-License-Identifier: Apache-2.0
"""Runs other people's test suites bare and captured; compares the verdicts.

    run.py [--quick] [SUITE...]     the suites: cpython perl sed grep jq

A test has to end the same way under `pedigree run` as without it: passed,
failed or skipped. Which of them is the suite's own business. Where a verdict
differs, the unit it came from (a module, a script, a build) runs again both
ways: an unsteady test agrees with itself sooner or later, one that sees the
shim never does. KNOWN names the tests that look at LD_PRELOAD itself.

What is missing is installed with apt-get. Root lets the suites run as nobody,
since many tests expect to be denied things. Reached through `make
check-suites`; the quick selection is tests/integration/suites.py.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time

import support
import suites.cpython
import suites.gnu
import suites.perl

SUITES = {
    "cpython": suites.cpython.Suite,
    "perl": suites.perl.Suite,
    "sed": lambda bench: suites.gnu.Suite(bench, "sed"),
    "grep": lambda bench: suites.gnu.Suite(bench, "grep"),
    # Its tests would go under valgrind where that is installed.
    "jq": lambda bench: suites.gnu.Suite(
        bench, "jq", needs=("autoconf", "automake", "libonig-dev", "libtool"),
        configure="--disable-maintainer-mode", check="NO_VALGRIND=1"),
}

# (suite, unit, test): why it cannot end the same way.
KNOWN = {
}

ROUNDS = 3


class Bench:
    """Where suites run: a folder and a user for each way of running them."""

    def __init__(self, quick):
        self.quick = quick
        self.root = os.geteuid() == 0
        os.chmod(support.work, 0o755)
        # A build folder may be closed to others: the command and the shim
        # work from any folder that they are both in.
        self.bin = os.path.join(support.work, "bin")
        os.mkdir(self.bin)
        shutil.copy(os.path.join(support.BUILD, "pedigree"), self.bin)
        shutil.copy(os.path.join(support.BUILD, ".libs",
                                 "libpedigree-preload.so"), self.bin)

    def folder(self, name):
        """A folder that the suites' user may write to."""
        path = os.path.join(support.work, name)
        os.makedirs(path, exist_ok=True)
        self.give(path)
        return path

    def give(self, path):
        if self.root:
            subprocess.run(["chown", "-R", "nobody:nogroup", path],
                           check=True)

    def go(self, captured, command, cwd, output, timeout=1800, **env):
        """Runs a command one of the two ways; returns its exit status."""
        if captured:
            command = [os.path.join(self.bin, "pedigree"), "run", "-q", "--",
                       *command]
        if self.root:
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup",
                       "--clear-groups", "--", *command]
        name = "captured" if captured else "bare"
        home = self.folder(f"home-{name}")
        temporary = self.folder(f"tmp-{name}")
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
                       ":/sbin:/bin",
               "LANG": "C.UTF-8", "HOME": home, "TMPDIR": temporary,
               "PEDIGREE_HOME": os.path.join(home, ".pedigree"), **env}
        with open(output, "ab") as out:
            try:
                return subprocess.run(command, cwd=cwd, env=env, stdout=out,
                                      stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, check=False,
                                      timeout=timeout).returncode
            except subprocess.TimeoutExpired:
                return "timed out"

    def seen(self):
        """How many runs the captured half left behind."""
        home = os.path.join(support.work, "home-captured", ".pedigree")
        listed = subprocess.run(
            [os.path.join(self.bin, "pedigree"), "list", "runs", "--json"],
            env={**os.environ, "PEDIGREE_HOME": home},
            stdout=subprocess.PIPE, check=False)
        return listed.stdout.strip() not in (b"", b"[]")


def need(*packages):
    """Installs Debian packages that are missing, and says so."""
    missing = [name for name in packages if "ok installed" not in
               subprocess.run(["dpkg-query", "-W", "-f=${Status}", name],
                              stdout=subprocess.PIPE, text=True, check=False,
                              stderr=subprocess.DEVNULL).stdout]
    if not missing:
        return
    if os.geteuid() != 0:
        support.skip(f"not installed: {' '.join(missing)}")
    print(f"installing with apt-get: {' '.join(missing)}", flush=True)
    apt = ["apt-get", "-q", "-y", "--no-install-recommends"]
    for words in (["update"], ["install", *missing]):
        support.run(*apt, *words,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def differing(bare, captured):
    return {test for test in bare.keys() | captured.keys()
            if bare.get(test) != captured.get(test)}


def compare(name, suite, unit):
    """Both ways until they agree; the tests that never did."""
    started = time.monotonic()
    left, unsteady = None, set()
    for _ in range(ROUNDS):
        bare = suite.run(unit, False)
        captured = suite.run(unit, True)
        now = differing(bare, captured)
        now -= {test for suite_, unit_, test in KNOWN
                if (suite_, unit_) == (name, unit)}
        unsteady |= now
        left = now if left is None else left & now
        if not left:
            break
    passed = sum(verdict == "passed" for verdict in bare.values())
    print(f"{name} {unit}: {len(bare)} tests, {passed} passed, "
          f"{len(left)} differ" +
          (f", unsteady {len(unsteady - left)}" if unsteady - left else "") +
          f" ({time.monotonic() - started:.0f} s)", flush=True)
    for test in sorted(left):
        print(f"  {test}: bare {bare.get(test)}, "
              f"captured {captured.get(test)}", flush=True)
    if passed == 0:
        support.fail(f"{name} {unit}: no test passed without us; "
                     f"see {support.work}")
    return left


def main(words):
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("suite", nargs="*")
    options = parser.parse_args(words)
    for name in options.suite:
        if name not in SUITES:
            parser.error(f"no suite {name}; there are {' '.join(SUITES)}")
    bench = Bench(options.quick)
    names = options.suite or (["cpython"] if options.quick else list(SUITES))
    bad = 0
    for name in names:
        suite = SUITES[name](bench)
        need(*suite.packages)
        for unit in suite.units():
            bad += bool(compare(name, suite, unit))
    support.check(bench.seen(), "nothing was captured")
    support.check(bad == 0, f"verdicts differ in {bad} places")
    support.passed()


if __name__ == "__main__":
    main(sys.argv[1:])
