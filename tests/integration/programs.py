# SPDX-License-Identifier: Apache-2.0
"""Programs of many processes and threads are captured whole: Python's
multiprocessing by each start method, shell scripts and pipelines, R's forked
workers, Java, and threads."""

import glob
import os
import sys

import support as t

POOL = """
import multiprocessing, sys

def work(i):
    with open(f"in{i}.txt") as file:
        text = file.read()
    with open(f"out{i}.txt", "w") as file:
        file.write(text.upper())
    return len(text)

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(3) as pool:
        print(sum(pool.map(work, range(4))))
        # Else they are killed, perhaps in the middle of an event.
        pool.close()
        pool.join()
"""

THREADS = """
import threading

def work(i):
    with open(f"in{i}.txt") as file, open(f"out{i}.txt", "w") as out:
        out.write(file.read())

threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""

SHELL = r"""#!/bin/bash
set -eu -o pipefail
# Redirections, a pipeline, a subshell, a substitution, a background job.
tr a-z A-Z <in0.txt | sort | cat >out0.txt
(cat in1.txt; echo more) >out1.txt
echo "$(<in2.txt)" >>out2.txt
while read -r line; do echo "$line"; done <in3.txt >out3.txt &
wait
"""

R = """
library(parallel)
mclapply(0:3, function(i) {
    text <- readLines(sprintf("in%d.txt", i))
    writeLines(toupper(text), sprintf("out%d.txt", i))
}, mc.cores = 2)
"""

FOUR_IN = [f"in{i}.txt" for i in range(4)]
FOUR_OUT = [f"out{i}.txt" for i in range(4)]


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def uris(artifacts, but=()):
    return sorted(os.path.basename(a["Source"]["SourceUri"])
                  for a in artifacts if a["ArtifactType"] not in but)


def captured(name, command, inputs, outputs):
    """Runs it bare, then captured; both must say and make the same."""
    def clean():
        for made in outputs:
            if os.path.exists(made):
                os.remove(made)

    clean()
    bare = t.run(*command)
    made = [open(path, "rb").read() for path in FOUR_OUT
            if os.path.exists(path)]
    clean()
    ours = t.pedigree("run", "--name", name, "--", *command)
    t.equal(ours, bare, f"{name}: its output")
    t.equal([open(path, "rb").read() for path in FOUR_OUT
             if os.path.exists(path)], made, f"{name}: what it wrote")
    shown = t.answer("show", name)
    t.equal(uris(shown["Inputs"], but=("Code",)), inputs, f"{name}: inputs")
    t.equal(uris(shown["Outputs"]), outputs, f"{name}: outputs")
    t.equal(shown["Capture"]["Dropped"], 0, f"{name}: dropped events")
    t.equal(shown["Capture"]["BlindSpots"], [], f"{name}: blind spots")


def java():
    """The runtime has no compiler; keytool is a Java program in it."""
    found = glob.glob("/usr/lib/jvm/java-*/bin/keytool")
    if not found:
        t.skip("openjdk-17-jre-headless is not installed")
    common = ["-alias", "a", "-storepass", "not-a-secret", "-keystore",
              "store.p12"]
    t.run(found[0], "-genkeypair", "-keyalg", "EC", "-dname", "CN=x", *common)
    t.pedigree("run", "--name", "java", "--", found[0], "-exportcert", "-file",
               "cert.der", *common)
    shown = t.answer("show", "java")
    t.equal(uris(shown["Inputs"]), ["store.p12"], "java: inputs")
    t.equal(uris(shown["Outputs"]), ["cert.der"], "java: outputs")
    t.check("not-a-secret" not in str(shown), "java: the password is kept")


t.needs("bash", "Rscript")
for number in range(4):
    write(f"in{number}.txt", f"line of {number}\n")
write("pool.py", POOL)
write("threads.py", THREADS)
write("steps.sh", SHELL)
write("forked.R", R)
for method in ("fork", "spawn", "forkserver"):
    captured(f"python-{method}", [sys.executable, "pool.py", method],
             FOUR_IN, FOUR_OUT)
captured("python-threads", [sys.executable, "threads.py"], FOUR_IN, FOUR_OUT)
captured("shell", ["bash", "steps.sh"], FOUR_IN, FOUR_OUT)
captured("r-forked", ["Rscript", "forked.R"], FOUR_IN, FOUR_OUT)
java()
t.passed()
