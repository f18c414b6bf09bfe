#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""examples/aws does what it says: the configuration forwards, and the policy
allows all calls that are made and no other."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402
sys.path.insert(0, os.path.join(t.TOP, "tests", "integration", "aws"))
sys.path.insert(0, os.path.join(t.TOP, "tests", "helper"))
import aws  # noqa: E402

aws.with_botocore()
import fake_sagemaker as fake  # noqa: E402

EXAMPLE = os.path.join(t.TOP, "examples", "aws")


def text_of(*path):
    with open(os.path.join(t.TOP, *path), encoding="utf-8") as file:
        return file.read()


def policy():
    text = text_of("examples", "aws", "policy.json")
    [shown] = re.findall(r"```json\n(.*?)```", text_of("doc", "aws.md"), re.S)
    t.equal(shown, text, "the policy in doc/aws.md")
    [statement] = json.loads(text)["Statement"]
    t.equal(statement["Effect"], "Allow", "effect")
    actions = statement["Action"]
    t.equal(actions, sorted(set(actions)), "actions, in order and once")
    allowed = {action.split(":")[1] for action in actions}
    t.check(all(action.startswith("sagemaker:") for action in actions), actions)
    known = set(fake.MODEL.operation_names)
    t.equal(allowed - known, set(), "actions that there are not")
    return allowed, known


def calls(allowed, known):
    """Those that the sources name."""
    named = set()
    for path in glob.glob(os.path.join(t.TOP, "lib/store/sagemaker*.c")):
        named.update(re.findall(r'"([A-Z][A-Za-z]+)"', text_of(path)))
    named &= known
    t.check(len(named) > 15, named)
    t.equal(named - allowed, set(), "calls that the policy does not allow")


def forward(allowed):
    folder = os.path.join(t.work, "config", "pedigree")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(os.path.join(EXAMPLE, "pedigree.conf"), folder)
    with fake.Service() as service:
        os.environ.update(service.environment())
        with open("data.csv", "w", encoding="ascii") as file:
            file.write("1,2\n")
        t.pedigree("run", "-q", "--name", "fit", "--experiment", "churn", "--",
                   "cp", "data.csv", "model.pkl")
        # In the background, as `push = auto` says.
        for _ in range(600):
            if subprocess.run(["pedigree", "push", "--status"],
                              stdout=subprocess.DEVNULL,
                              check=False).returncode == 0:
                break
            time.sleep(0.1)
        made = {r[0] for r in service.requests if r[2] == "ok"}
        t.check({"CreateTrialComponent", "AddAssociation"} <= made, made)
        t.equal(made - allowed, set(), "calls that the policy does not allow")


def units():
    """As systemd reads them, where it is."""
    tool = shutil.which("systemd-analyze")
    if not tool:
        print("units: not read, there is no systemd-analyze")
        return
    folder = os.path.join(t.work, "units")
    os.makedirs(folder)
    for end in ("timer", "service"):
        name = f"pedigree-push.{end}"
        source = text_of("conf", "systemd", name + ".in" * (end == "service"))
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(source.replace("@bindir@/pedigree",
                                      shutil.which("true")))
    done = subprocess.run(
        [tool, "verify", "--man=no", os.path.join(folder, "pedigree-push.timer")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"})
    t.check(b"pedigree-push" not in done.stdout, done.stdout)


ALLOWED, KNOWN = policy()
calls(ALLOWED, KNOWN)
forward(ALLOWED)
units()
t.passed()
