# SPDX-License-Identifier: Apache-2.0
"""The steps of examples/docker/Dockerfile without a container engine: its
variables and its command, in namespaces of processes and mounts, where the
program is PID 1."""

import glob
import json
import os
import re
import shutil
import subprocess
import time

import support as t

EXAMPLE = os.path.join(t.EXAMPLES, "docker")
LIMIT = 60
PYTHON = t.python_with("sklearn")
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount", "--pid",
           "--fork", "--kill-child", "--mount-proc"]

# Paths of the image, and what they are here.
PLACES = {"/usr/bin/python3": PYTHON, "/data": t.work + "/data",
          "/srv": t.work + "/srv", "/usr/local": t.work + "/image/usr/local",
          "/var/lib/pedigree": t.work + "/state",
          "/etc/pedigree.conf": t.work + "/image.conf"}


def here(text):
    return re.sub("|".join(map(re.escape, PLACES)),
                  lambda found: PLACES[found[0]], text)


def read_dockerfile():
    with open(os.path.join(EXAMPLE, "Dockerfile"), encoding="utf-8") as file:
        text = file.read()
    found = dict(re.findall(r'^ENV (\w+)="(.*)"$', text, re.M))
    command = json.loads(re.search(r"^CMD (.*)$", text, re.M)[1])
    t.equal(sorted(found), ["LD_PRELOAD", "PEDIGREE_CONFIG", "PEDIGREE_HOME"],
            "variables of the image")
    return ({name: here(value) for name, value in found.items()},
            [here(word) for word in command])


def build():
    """As the image is: pedigree installed, configuration, program, data."""
    t.run("make", "-s", "-C", t.BUILD, "install",
          "DESTDIR=" + t.work + "/image")
    for folder in ("data", "srv", "state"):
        os.mkdir(folder)
    with open(os.path.join(EXAMPLE, "pedigree.conf"),
              encoding="utf-8") as file:
        configuration = here(file.read())
    with open("image.conf", "w", encoding="utf-8") as file:
        file.write(configuration)
    shutil.copy(os.path.join(t.EXAMPLES, "sklearn", "train.py"), "srv")
    t.run(PYTHON, os.path.join(t.EXAMPLES, "sklearn", "make_data.py"),
          "data/customers.csv")


def container(command, **more):
    """What `docker run` does; the variables begin with the container."""
    words = UNSHARE + ["env"] + [f"{k}={v}" for k, v in IMAGE.items()]
    return subprocess.Popen(words + command, cwd="srv",
                            stdin=subprocess.DEVNULL, **more)


def runs():
    return sorted(glob.glob("state/spool/runs/*-??????"))


def one_more(before):
    """Names of one second sort by chance: which is new is asked."""
    (run,) = set(runs()) - set(before)
    return run


def training():
    process = container(COMMAND, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=300)
    t.equal((process.returncode, err), (0, b""), "the container")
    t.check(out.startswith(b"accuracy"), f"its output: {out}")
    # Its end has waited: no command is needed.
    t.equal(len(runs()), 1, "runs")
    t.check(os.path.exists(runs()[0] + "/record.json"), "the record")
    shown = t.answer("show", os.path.basename(runs()[0])[:-7],
                     "--no-recover", env=READER)
    t.equal(shown["TrialComponent"]["Status"], {"PrimaryStatus": "Completed"},
            "the status")
    for side, name in (("Inputs", "customers.csv"),
                       ("Outputs", "churn.joblib")):
        names = [os.path.basename(a["Source"]["SourceUri"])
                 for a in shown[side]]
        t.check(name in names, f"{side}: {names}")


def failing():
    """Its status is the container's, and in the record."""
    before = runs()
    process = container([PYTHON, "train.py", "--data", "/none", "--model",
                         "none"], stderr=subprocess.PIPE)
    process.communicate(timeout=300)
    t.equal(process.returncode, 1, "a training without data")
    with open(one_more(before) + "/end.json", encoding="utf-8") as file:
        t.equal(json.load(file)["WaitStatus"], 1 << 8, "the status")


def others():
    before = runs()
    process = container([PYTHON, "-c", "print(7)"], stdout=subprocess.PIPE)
    t.equal(process.communicate(timeout=60)[0], b"7\n", "another program")
    t.equal(runs(), before, "runs")


def killed():
    before = runs()
    process = container([PYTHON, "train.py", "--data", "/dev/zero",
                         "--model", "none"])
    end = time.monotonic() + LIMIT
    while not set(runs()) - set(before) or not os.path.exists(
            (set(runs()) - set(before)).pop() + "/pid.json"):
        t.check(time.monotonic() < end, "the run began")
        time.sleep(0.01)
    process.kill()
    process.wait(LIMIT)
    run = one_more(before)
    name = os.path.basename(run)[:-7]
    while True:
        done = subprocess.run(["pedigree", "push"], env=READER, check=False,
                              stderr=subprocess.PIPE, timeout=LIMIT)
        if b"whose end nobody saw" in done.stderr:
            break
        t.check(time.monotonic() < end, f"it is recorded: {done.stderr}")
        time.sleep(0.05)
    shown = t.answer("show", name, "--no-recover", env=READER)
    t.equal(shown["TrialComponent"]["Status"]["PrimaryStatus"], "Stopped",
            "the status of what was killed")


t.needs("unshare", "make")
if subprocess.run(UNSHARE + ["true"], check=False, stderr=subprocess.DEVNULL
                  ).returncode:
    t.skip("namespaces of users, processes and mounts are not permitted")
IMAGE, COMMAND = read_dockerfile()
READER = {**os.environ, "PEDIGREE_HOME": IMAGE["PEDIGREE_HOME"],
          "PEDIGREE_CONFIG": IMAGE["PEDIGREE_CONFIG"]}
build()
training()
failing()
others()
killed()
t.passed()
