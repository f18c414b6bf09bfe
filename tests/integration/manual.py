#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The walk-through in every language, each alone and after the others."""

import os
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

MANUAL = os.path.join(t.EXAMPLES, "manual")
URI = "s3://example-bucket/walkthrough/train.csv\n"


def programs():
    yield "shell", ["sh", os.path.join(MANUAL, "walkthrough.sh")]
    yield "C", [os.path.join(t.BUILD, "examples", "manual", "walkthrough")]
    python = os.path.join(MANUAL, "walkthrough.py")
    if os.path.exists(python):
        yield "Python", [sys.executable, python]


def environment(home):
    # The Python module and the library are where they were built.
    more = {
        "PEDIGREE_HOME": os.path.join(t.work, home),
        "PYTHONPATH": os.path.join(t.TOP, "hooks", "python"),
        "LD_LIBRARY_PATH": os.path.join(t.BUILD, ".libs"),
        "PEDIGREE_LIBRARY": os.path.join(t.BUILD, ".libs",
                                         "libpedigree.so"),
    }
    return {**os.environ, **more}


def count(env, what, members):
    listed = t.run("pedigree", "api", "list-" + what, "--query",
                   f"length({members})", env=env)
    return int(listed)


def check_counts(env, name):
    for what, members, n in (("artifacts", "ArtifactSummaries", 4),
                             ("contexts", "ContextSummaries", 1),
                             ("trial-components",
                              "TrialComponentSummaries", 1),
                             ("associations", "AssociationSummaries", 5)):
        t.equal(count(env, what, members), n, f"{what} after {name}")


found = list(programs())
for name, command in found:
    env = environment(name)
    for time in ("first", "second"):
        t.equal(t.run(*command, env=env), URI, f"{name}, the {time} time")
    check_counts(env, name)

# What one made, the others find.
env = environment("shared")
for name, command in found:
    t.equal(t.run(*command, env=env), URI, f"{name} after others")
check_counts(env, "all")

# Another endpoint is another one.
env.update(ENDPOINT_NAME="other", BUCKET="s3://b/other",
           TRIAL_COMPONENT="other-training")
for name, command in found:
    t.equal(t.run(*command, env=env), "s3://b/other/train.csv\n",
            f"{name}, another endpoint")
t.passed()
