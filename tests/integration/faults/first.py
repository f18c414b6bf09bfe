# SPDX-License-Identifier: Apache-2.0
"""As the first process of a container: nothing outlives it, so the record is
made before it ends."""

import subprocess

from fault import outcome, record_of
from support import check, equal, needs, passed, skip

AS_FIRST = ["unshare", "-pf", "--mount-proc"]

needs("unshare")
if subprocess.run([*AS_FIRST, "true"], stderr=subprocess.DEVNULL,
                  check=False).returncode:
    AS_FIRST.insert(1, "--map-root-user")
if subprocess.run([*AS_FIRST, "true"], stderr=subprocess.DEVNULL,
                  check=False).returncode:
    skip("unshare -pf is not allowed here")
status, out, _ = outcome([*AS_FIRST, "pedigree", "run", "--name", "first",
                          "--", "sh", "-c",
                          "echo $PPID; (sleep 0.1 &) ; exit 6"])
equal((status, out), (6, b"1\n"), "as PID 1")
check(record_of("first"), "the record was made before the end")
status, _, _ = outcome([*AS_FIRST, "pedigree", "run", "-q", "--", "sh", "-c",
                        "kill -9 $$"])
equal(status, 137, "a command that was killed, as PID 1")
passed()
