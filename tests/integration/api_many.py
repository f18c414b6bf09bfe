#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API's operations by many at once, and with much at once: one of fifty
that make the same entity succeeds, names that differ only in case are the
same, and a request of 10 MB is answered."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

MANY = 50


def api(operation, **members):
    done = subprocess.run(
        ["pedigree", "api", operation, "--cli-input-json", "-"],
        input=json.dumps(members).encode(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False, timeout=300)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def at_once(operation, members_of):
    """The endings of processes that wait for one another to begin."""
    waits, begin = os.pipe()
    them = []
    for i in range(MANY):
        them.append(subprocess.Popen(
            ["sh", "-c", 'read -r _ <&3; exec pedigree api "$@" 3<&-', "sh",
             operation, "--cli-input-json", json.dumps(members_of(i))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=lambda: os.dup2(waits, 3),
            pass_fds=(3,)))
    os.close(waits)
    os.write(begin, b"go\n" * MANY)
    os.close(begin)
    ends = []
    for one in them:
        out, err = one.communicate(timeout=300)
        ends.append((one.returncode, out.decode(), err.decode()))
    return ends


def exactly_one(operation, members_of, what):
    ends = at_once(operation, members_of)
    made = [end for end in ends if end[0] == 0]
    t.equal(len(made), 1, f"{what}: successes of {MANY}")
    for status, out, err in ends:
        if status == 0:
            continue
        t.equal((status, out), (254, ""), f"{what}: {err}")
        t.check("(ValidationException)" in err and "already exists" in err,
                f"{what}: {err}")


def same_entity():
    exactly_one("create-artifact", lambda i: {
        "ArtifactType": f"t{i}", "Source": {
            "SourceUri": "s3://b/one", "SourceTypes": [
                {"SourceIdType": "Custom", "Value": "1"}]}}, "an artifact")
    exactly_one("create-trial-component", lambda i: {
        "TrialComponentName": "one"}, "a trial component")
    # A name in another case is the same name.
    exactly_one("create-context", lambda i: {
        "ContextName": "".join(c.upper() if i >> n & 1 else c
                               for n, c in enumerate("endpoint")),
        "ContextType": "Endpoint", "Source": {"SourceUri": "u"}},
        "a context")
    status, out, _ = api("list-artifacts", SourceUri="s3://b/one")
    t.equal((status, len(json.loads(out)["ArtifactSummaries"])), (0, 1),
            "artifacts")


def differ_in_case():
    for operation, name in (("experiment", "ExperimentName"),
                            ("trial-component", "TrialComponentName")):
        t.equal(api(f"create-{operation}", **{name: "Case"})[0], 0, operation)
        status, _, err = api(f"create-{operation}", **{name: "cASE"})
        t.check(status == 254 and "already exists" in err, err)
        _, out, _ = api(f"describe-{operation}", **{name: "CASE"})
        t.equal(json.loads(out)[name], "Case", "the name as it was given")
    # URIs are not names.
    for uri in ("s3://b/Case", "s3://b/case"):
        t.equal(api("create-artifact", ArtifactType="x",
                    Source={"SourceUri": uri})[0], 0, uri)


def large():
    """Refused for what is wrong with it, and not for its size."""
    much = "x" * 10_000_000
    status, _, err = api("create-artifact", ArtifactType="x", Source={
        "SourceUri": "s3://b/large"}, Properties={"p": much})
    t.check(status == 254 and "less than or equal to 4096" in err, err[:500])
    t.check(len(err) < 10_000, "the refusal does not repeat it all")
    status, _, err = api("create-action", ActionName="large", ActionType="x",
                         Source={"SourceUri": "u"}, Tags=[
                             {"Key": f"k{i}", "Value": "v" * 200}
                             for i in range(40_000)])
    t.check(status == 254 and "less than or equal to 50" in err, err[:500])
    status, _, err = api("list-artifacts", **{"SourceUri": "u", much: 1})
    t.check(status in (252, 254) and len(err) < 10_000, err[:500])
    # As much as is allowed, on the command line.
    properties = {f"{i:02}" + "k" * 2498: "é" * 4096 for i in range(30)}
    status, out, err = api("create-artifact", ArtifactType="x", Source={
        "SourceUri": "s3://b/large"}, Properties=properties)
    t.equal(status, 0, err[:500])
    _, out, _ = api("describe-artifact", **json.loads(out))
    t.equal(json.loads(out)["Properties"], properties, "the properties")


same_entity()
differ_in_case()
large()
t.passed()
