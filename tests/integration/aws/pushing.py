# SPDX-License-Identifier: Apache-2.0
"""What the tests of `pedigree push` share: records, and copies of them."""

import os
import shutil
import subprocess

import support as t

CONFIG = """[backend]
use = ledger sagemaker
push = {push}
"""


def configure(push="manual"):
    os.makedirs(os.path.join(t.work, "config", "pedigree"), exist_ok=True)
    with open(os.path.join(t.work, "config", "pedigree", "pedigree.conf"), "w",
              encoding="ascii") as file:
        file.write(CONFIG.format(push=push))


def push(*words, status=0, **environment):
    done = subprocess.run(["pedigree", "push", *words],
                          env={**os.environ, **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=120)
    if status is not None:
        t.equal(done.returncode, status,
                f"status of push: {done.stdout} {done.stderr.decode()}")
    return done


def record():
    """Two trainings, a deployment, an object in S3, many files."""
    configure()
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, "recorded")
    for name, rows in (("train", 10), ("test", 5)):
        with open(f"{name}.csv", "w", encoding="ascii") as file:
            file.write("1,2\n" * rows)
    os.mkdir("many")
    for i in range(40):
        with open(f"many/{i:02}.csv", "w", encoding="ascii") as file:
            file.write(f"{i}\n" * 20)
    t.pedigree("run", "-q", "--name", "prepare", "--experiment", "churn", "--",
               "sh", "-c", "cat train.csv test.csv many/* >all.csv")
    t.pedigree("run", "-q", "--name", "fit", "--experiment", "churn",
               "--param", "lr=0.1", "--tag", "team=shop & co", "--input",
               "s3://bucket/weights.bin", "--", "sh", "-c",
               "cat all.csv >model.pkl")
    t.pedigree("deploy", "-q", "--endpoint", "churn", "--model", "model.pkl",
               "--", "true")


def with_home(name):
    """A copy of what was recorded, to be delivered from."""
    home = os.path.join(t.work, name)
    shutil.copytree(os.path.join(t.work, "recorded"), home)
    return {"PEDIGREE_HOME": home}
