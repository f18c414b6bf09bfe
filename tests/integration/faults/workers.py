# SPDX-License-Identifier: Apache-2.0
"""Workers that are forked anew every epoch read the same files: the log does
not grow with the epochs, every file is an input, and whatever keeps them from
sharing what they wrote costs neither the program nor the record anything."""

import glob
import os
import subprocess
import sys

import fault
from support import check, equal, passed, work

FILES = 2000
EPOCHS = 20
WORKERS = 4
LOADER = """
import glob, os, resource, struct, sys
epochs, workers, files, limit = map(int, sys.argv[1:5])
log, = glob.glob(os.environ["PEDIGREE_HOME"] + "/spool/runs/" + sys.argv[5] +
                 "-??????/*.events") or [None]
def size():
    with open(log, "rb") as file:
        return struct.unpack_from("Q", file.read(4096), 512)[0]
def worker():
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for i in range(files):
        os.close(os.open("data/part-%05d" % i, os.O_RDONLY))
if sys.argv[6:]:
    ballast = os.open(sys.argv[6], os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(ballast, bytes(4096))
    except OSError:
        pass
before = size()
for epoch in range(epochs):
    children = []
    for i in range(workers):
        pid = os.fork()
        if not pid:
            worker()
            os._exit(0)
        children.append(pid)
    for pid in children:
        if os.waitpid(pid, 0)[1]:
            sys.exit("a worker was harmed")
    if not epoch:
        first = size() - before
print(first, size() - before)
"""


def read(name, *more, home=fault.HOME, epochs=EPOCHS, limit=0):
    """The log's growth in the first epoch and in all, and the inputs."""
    status, out, err = fault.outcome(
        ["pedigree", "run", "--name", name, "--", sys.executable, "-c",
         LOADER, str(epochs), str(WORKERS), str(FILES), str(limit), name,
         *more],
        env=fault.environment(home), cwd=work)
    equal(status, 0, f"{name}: {err}")
    print(name, out.decode().strip())
    return [int(word) for word in out.split()]


def inputs(name):
    """The parts that the run's record has, by its events."""
    status, out, err = fault.outcome(["pedigree", "events", name],
                                     env=fault.environment())
    equal(status, 0, f"events {name}: {err}")
    return {word for word in out.decode().split() if "part-" in word}


def left(name):
    return glob.glob(os.path.join(fault.folder_of(name), "*.seen"))


os.mkdir(os.path.join(work, "data"))
for number in range(FILES):
    with open(os.path.join(work, "data", f"part-{number:05}"), "w",
              encoding="ascii") as part:
        part.write(str(number))

one, all_ = read("loader")
check(all_ <= 1.3 * one, f"{EPOCHS} epochs take {all_}, one takes {one}")
fault.record_of("loader")
equal(len(inputs("loader")), FILES, "files read")
equal(left("loader"), [], "what the workers shared, after the run")

# Some of the address space is theirs; of a small one, none.
one, all_ = read("limited", epochs=2, limit=1 << 30)
fault.record_of("limited")
equal(len(inputs("limited")), FILES, "files read under RLIMIT_AS")
one, all_ = read("tight", epochs=2, limit=60 << 20)
fault.record_of("tight")
check(all_ > 1.5 * one, "workers without room share nevertheless")
equal(len(inputs("tight")), FILES, "files read without sharing")

# Nothing can be written any more when the workers begin.
small = os.path.join(work, "small")
os.mkdir(small)
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", small],
                  check=False).returncode:
    print("no tmpfs can be mounted here: not tried with a full one")
else:
    try:
        read("full", os.path.join(small, "ballast"), home=small, epochs=2)
    finally:
        subprocess.run(["umount", "-l", small], check=True)
passed()
