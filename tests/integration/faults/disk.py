# SPDX-License-Identifier: Apache-2.0
"""A spool that is full, fills up or is read-only, on tmpfs and on ext4: the
program runs unharmed and its record says what is missing."""

import os
import shutil
import subprocess
import sys

import fault
from support import check, equal, passed, skip, work

ROOM = 192 << 10  # what is left when the program starts
MANY = """
import os, sys
for i in range(int(sys.argv[1])):
    name = "n" * 150 + str(i)
    os.close(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600))
    os.unlink(name)
print("unharmed")
"""


def mount(*words):
    done = subprocess.run(["mount", *words], check=False,
                          stderr=subprocess.PIPE)
    if done.returncode:
        print(done.stderr.decode(errors="replace"))
    return done.returncode == 0


def tmpfs(where, size):
    os.makedirs(where, exist_ok=True)
    return mount("-t", "tmpfs", "-o", f"size={size},mode=0777", "none", where)


def ext4(where, size):
    """A file system in a file; not every machine lets a test mount one."""
    image = where + ".image"
    os.makedirs(where)
    with open(image, "wb") as file:
        file.truncate(size)
    maker = shutil.which("mkfs.ext4") or "/sbin/mkfs.ext4"
    if not os.path.exists(maker):
        return False
    subprocess.run([maker, "-q", "-F", image], check=True)
    return mount("-o", "loop", image, where)


def stuff(where, leave=0):
    """Fills a file system but for so many bytes."""
    path = os.path.join(where, "ballast")
    chunk = 65536
    with open(path, "wb", buffering=0) as file:
        while chunk:
            try:
                file.write(b"\1" * chunk)
            except OSError:
                chunk //= 2
        if leave:
            file.truncate(max(0, file.tell() - leave))
        os.fsync(file.fileno())
    return path


def fills_up(kind, where):
    """The log grows beyond what the file system has."""
    home = os.path.join(where, "home")
    script = os.path.join(work, "many.py")
    fault.fresh(os.path.join(work, "cwd"))
    with open(script, "w", encoding="ascii") as file:
        file.write(MANY)
    # The ledger and all that a first run makes are there already.
    fault.outcome(["pedigree", "run", "-q", "--", "true"],
                  env=fault.environment(home))
    ballast = stuff(where, leave=ROOM)
    command = [sys.executable, script, "4000"]
    bare = fault.outcome(command, cwd="cwd")
    ours = fault.outcome(["pedigree", "run", "-q", "--name", "full", "--",
                          *command], cwd="cwd", env=fault.environment(home))
    equal(ours[:2], bare[:2], f"{kind}: captured, against bare: {ours[2]}")
    os.unlink(ballast)
    status, _, err = fault.outcome(["pedigree", "push"],
                                   env=fault.environment(home))
    equal(status, 0, f"{kind}: once there is room: {err}")
    record = fault.record_of("full", home)
    check(record["Capture"]["Dropped"] > 0, f"{kind}: nothing was dropped")
    check("DroppedEvents" in fault.blind(record),
          f"{kind}: blind spots: {fault.blind(record)}")
    print(f"{kind}: {record['Capture']['Dropped']} events dropped, "
          f"{record['Capture']['Events']} kept")


def is_full(kind, where):
    """No byte is left when the run begins: it goes to /dev/shm."""
    home = os.path.join(where, "home2")
    ballast = stuff(where)
    status, out, err = fault.outcome(
        ["pedigree", "run", "--name", "none", "--", "sh", "-c",
         "cat in.txt; exit 3"], cwd="cwd", env=fault.environment(home))
    equal((status, out), (3, b"one line\n"), f"{kind}: {err}")
    check("no record could be made" in err and "tries again" in err and
          home in err, f"{kind}: it is said: {err!r}")
    os.unlink(ballast)
    status, _, err = fault.outcome(["pedigree", "push"],
                                   env=fault.environment(home))
    equal(status, 0, f"{kind}: once there is room: {err}")
    status, out, err = fault.outcome(["pedigree", "show", "none", "--json"],
                                     env=fault.environment(home))
    equal(status, 0, f"{kind}: the record is made then: {err}")
    check(b"in.txt" in out, f"{kind}: its input: {out}")


def read_only(where):
    home = os.path.join(where, "sealed")
    os.mkdir(home)
    check(mount("-o", "remount,ro", where), "remount")
    status, out, err = fault.outcome(
        ["pedigree", "run", "--name", "sealed", "--", "cat", "in.txt"],
        cwd="cwd", env=fault.environment(home))
    equal((status, out), (0, b"one line\n"), f"a read-only spool: {err}")
    check("no record could be made" in err and home in err,
          f"it is said: {err!r}")
    check(mount("-o", "remount,rw", where), "remount")
    status, _, err = fault.outcome(["pedigree", "push"],
                                   env=fault.environment(home))
    equal(status, 0, f"once it can be written: {err}")
    status, out, err = fault.outcome(["pedigree", "show", "sealed", "--json"],
                                     env=fault.environment(home))
    equal(status, 0, f"the record is made then: {err}")
    check(b"in.txt" in out, f"its input: {out}")


def spare_is_full_too(where):
    """Nothing can be written anywhere: the command runs, and it is said."""
    home = os.path.join(where, "home3")
    ballast = stuff(where), stuff("/dev/shm")
    status, out, err = fault.outcome(
        ["pedigree", "run", "--", "cat", "in.txt"], cwd="cwd",
        env=fault.environment(home))
    equal((status, out), (0, b"one line\n"), f"nowhere to write: {err}")
    check("the run is not captured" in err and
          "no record could be made" in err and "tries again" not in err,
          f"it is said: {err!r}")
    for path in ballast:
        os.unlink(path)


fault.in_namespace("--mount", "--propagation", "private")
if not tmpfs("/dev/shm", "8m"):
    skip("a tmpfs cannot be mounted here")
kinds = [("tmpfs", tmpfs("tmpfs", "4m"))]
kinds.append(("ext4", ext4("ext4", 16 << 20)))
for kind, mounted in kinds:
    if not mounted:
        print(f"{kind} cannot be mounted here")
        continue
    print(kind, flush=True)
    place = os.path.join(work, kind)
    fills_up(kind, place)
    is_full(kind, place)
    spare_is_full_too(place)
    read_only(place)
    os.sync()
    subprocess.run(["umount", place], check=True)
passed()
