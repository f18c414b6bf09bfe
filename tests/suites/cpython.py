# SPDX-License-Identifier: Apache-2.0
"""CPython's own tests, as Debian ships them for /usr/bin/python3.

A unit is one module of the package `test`, or those of its tests whose names
match what stands behind a colon. Debian does not ship test_sqlite3.
"""

import os
import subprocess
from xml.etree import ElementTree

PYTHON = "/usr/bin/python3"

SHORT = """test_os test_posix test_shutil test_tempfile test_glob test_popen
    test_fileio test_pathlib""".split()

QUICK = SHORT + """test_signal:*PosixTests* test_threading:*ThreadTests*
    test_subprocess:*POSIXProcessTestCase*
    test_multiprocessing_fork:*WithProcessesTestPool*
    test_multiprocessing_spawn:*WithProcessesTestQueue*""".split()

ALL = SHORT + """test_io test_subprocess test_signal test_threading
    test_zipfile test_asyncio test_multiprocessing_fork
    test_multiprocessing_spawn""".split()


def verdict(case):
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            return {"skipped": "skipped"}.get(child.tag, "failed")
    if case.get("result") == "skipped":
        return "skipped"
    return "passed"


class Suite:
    def __init__(self, bench):
        self.bench = bench
        version = subprocess.run(
            [PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        self.packages = ["python3", f"libpython{version}-testsuite"]

    def units(self):
        return QUICK if self.bench.quick else ALL

    def run(self, unit, captured):
        name = "captured" if captured else "bare"
        folder = self.bench.folder(f"cpython-{name}")
        module, _, pattern = unit.partition(":")
        report = os.path.join(folder, f"{module}.xml")
        if os.path.exists(report):
            os.unlink(report)
        chosen = ["-m", pattern] if pattern else []
        status = self.bench.go(
            captured, [PYTHON, "-m", "test", "--junit-xml", report, *chosen,
                       module],
            folder, os.path.join(folder, f"{module}.log"))
        verdicts = {"the exit status": str(status)}
        if os.path.exists(report):
            for case in ElementTree.parse(report).iter("testcase"):
                verdicts[case.get("name")] = verdict(case)
        return verdicts
