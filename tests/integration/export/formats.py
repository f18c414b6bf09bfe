#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`pedigree export`: each format against its schema, with names that would
like to be something else, and what is said when something is in the way."""

import copy
import hashlib
import json
import os
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests", "helper"))
import support as t  # noqa: E402

t.python_with("jsonschema")
import schema  # noqa: E402

NAMES = [b"<script>alert(1)<b>.csv", b"tab\tnew\nline\x1b[31m.csv",
         "\u202egnp.\u05d0\u05d1.csv".encode(), b"no\xff\xfeutf8.csv",
         b"%FF%00 and 100%.csv", b"quote\"back\\slash.csv",
         "\U0001f600 na\u00efve.csv".encode()]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def record():
    os.mkdir("in")
    with open("pedigree.conf", "w", encoding="ascii") as file:
        file.write("[capture]\nrollup_min = 1000\n")
    for i, name in enumerate(NAMES):
        with open(b"in/" + name, "wb") as file:
            file.write(b"%d some bytes\n" % i * 20)
    t.run("git", "init", "-q", ".")
    t.run("git", "remote", "add", "origin", "git@git.example:team/churn.git")
    with open("fit.py", "w", encoding="ascii") as file:
        file.write("import glob\nb = b''.join(open(p, 'rb').read() for p in "
                   "sorted(glob.glob(b'in/*.csv')))\n"
                   "open('model.pkl', 'wb').write(b)\n")
    t.run("git", "add", "fit.py")
    t.run("git", "-c", "user.name=a", "-c", "user.email=a@b.example",
          "commit", "-qm", "fit")
    t.pedigree("run", "-q", "--name", "fit", "--param", "lr=0.1", "--",
               "/usr/bin/python3", "fit.py")
    t.pedigree("run", "-q", "--name", "broken", "--", "sh", "-c",
               "cat model.pkl >out.csv; exit 3", status=3)
    t.pedigree("deploy", "-q", "--endpoint", "shop", "--model", "model.pkl",
               "--", "true")


def export(form, *words, status=0):
    done = subprocess.run(
        ["pedigree", "export", *words, "--format", form],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        stdin=subprocess.DEVNULL, timeout=300)
    t.equal(done.returncode, status,
            f"status of {form} {words}: {done.stderr.decode()}")
    return done.stdout.decode("utf-8"), done.stderr.decode()


def lines(text):
    """JSON lines: a line each, whatever stands in a name."""
    return [json.loads(line) for line in text.split("\n") if line]


def must_fit(name, documents):
    against = schema.Schema(name)
    for document in documents:
        t.equal(against.faults(document), [], f"faults of {name}")


def must_not_fit(name, document):
    t.check(schema.Schema(name).faults(document),
            f"the schema of {name} accepts anything")


def facts_of_the_schemas(event, statement, document):
    for name, whole, path in (
            ("openlineage", event, ("run", "runId")),
            ("openlineage", event, ("eventTime",)),
            ("openlineage", event, ("job", "name")),
            ("in-toto", statement, ("subject", 0, "digest")),
            ("in-toto", statement, ("predicate", "runDetails", "builder")),
            ("prov-json", document, ("prefix", "prov"))):
        broken = copy.deepcopy(whole)
        at = broken
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = 7
        must_not_fit(name, broken)
        del at[path[-1]]
        must_not_fit(name, broken)


def by_type(events):
    return {event["eventType"]: event for event in events}


def dataset_names(datasets):
    return {dataset["name"] for dataset in datasets}


def check_openlineage():
    text, _ = export("openlineage", "fit")
    t.equal(export("openlineage", "fit")[0], text, "a second export")
    events = lines(text)
    must_fit("openlineage", events)
    t.equal([event["eventType"] for event in events], ["START", "COMPLETE"],
            "events of a run")
    start, complete = events
    t.equal(start["run"]["runId"], complete["run"]["runId"], "runId")
    t.equal(uuid.UUID(start["run"]["runId"]).version, 5, "version of the UUID")
    t.check(start["eventTime"] < complete["eventTime"], "times in order")
    t.equal(complete["job"]["name"], "fit", "name of the job")
    where = complete["job"]["facets"]["sourceCodeLocation"]
    t.equal(where["url"], "ssh://git@git.example/team/churn.git", "git's URL")
    t.equal(len(where["version"]), 40, "commit")
    t.equal(complete["run"]["facets"]["pedigree_run"]["parameters"]["lr"],
            0.1, "a parameter")
    names = dataset_names(complete["inputs"])
    here = os.getcwd()
    for name in NAMES:
        path = os.fsencode(here) + b"/in/" + name
        try:
            expected = path.decode("utf-8")
        except UnicodeDecodeError:
            expected = f"file://{here}/in/no%FF%FEutf8.csv"
        t.check(expected in names, f"{expected!r} is not in {names}")
    t.equal({dataset["namespace"] for dataset in complete["inputs"]},
            {"file"}, "namespace")
    t.equal(len(complete["outputs"]), 1, "outputs")
    with open("model.pkl", "rb") as file:
        digest = sha256(file.read())
    facets = complete["outputs"][0]["facets"]
    t.equal(facets["version"]["datasetVersion"], f"sha256:{digest}", "version")
    t.equal(facets["pedigree_artifact"]["digest"]["sha256"], digest, "digest")
    failed = by_type(lines(export("openlineage", "broken", "--depth", "1")[0]))
    must_fit("openlineage", failed.values())
    t.equal(set(failed), {"START", "FAIL"}, "events of a failure")
    t.check("3" in failed["FAIL"]["run"]["facets"]["errorMessage"]["message"],
            "why it failed")
    t.check("errorMessage" not in failed["START"]["run"]["facets"],
            "the start knows of the failure")
    below = lines(export("openlineage", "model.pkl", "--direction", "both")[0])
    must_fit("openlineage", below)
    t.equal(len({event["run"]["runId"] for event in below}), 3,
            "runs around the model")
    return complete


def check_in_toto():
    text, _ = export("in-toto", "model.pkl")
    statements = lines(text)
    must_fit("in-toto", statements)
    t.equal(len(statements), 1, "statements")
    statement = statements[0]
    with open("model.pkl", "rb") as file:
        digest = sha256(file.read())
    t.equal([subject["digest"]["sha256"] for subject in statement["subject"]],
            [digest], "what is attested")
    used = {dependency.get("digest", {}).get("sha256") for dependency in
            statement["predicate"]["buildDefinition"]["resolvedDependencies"]}
    definition = statement["predicate"]["buildDefinition"]
    t.equal(sorted(definition["externalParameters"]["parameters"]),
            ["command", "lr"], "what somebody chose")
    t.equal(definition["internalParameters"]["exit_code"], 0, "what was seen")
    for i in range(len(NAMES)):
        t.check(sha256(b"%d some bytes\n" % i * 20) in used,
                f"input {i} is no dependency")
    text, said = export("in-toto", "model.pkl", "--direction", "down")
    t.equal(len(lines(text)), 1, "the deployment has no output to attest")
    t.check("without an output" in said and said.rstrip().endswith("1"), said)
    return statement


def check_prov():
    text, _ = export("prov-json", "model.pkl", "--direction", "both")
    t.equal(export("prov-json", "model.pkl", "--direction", "both")[0], text,
            "a second export")
    document = json.loads(text)
    must_fit("prov-json", [document])
    t.equal(len(document["activity"]), 3, "activities")
    things = set(document["entity"])
    for part, key in (("used", "prov:entity"),
                      ("wasGeneratedBy", "prov:entity"),
                      ("wasDerivedFrom", "prov:usedEntity"),
                      ("wasDerivedFrom", "prov:generatedEntity")):
        t.check(document[part], f"there is no {part}")
        for relation in document[part].values():
            t.check(relation[key] in things, f"{part} of what is not told")
    for relation in document["wasAssociatedWith"].values():
        t.check(relation["prov:agent"] in document["agent"], "unknown agent")
        t.check(relation["prov:activity"] in document["activity"],
                "unknown activity")
    return document


def check_trouble():
    _, said = export("in-toto", "nobody", status=1)
    t.check("nobody" in said, said)
    t.pedigree("run", "-q", "--name", "nothing", "--", "true")
    text, said = export("in-toto", "nothing", status=1)
    t.check(not text and "nothing to make a statement about" in said, said)
    _, said = export("turtle", "fit", status=2)
    t.check("openlineage" in said, said)
    t.pedigree("export", "fit", status=2)
    t.pedigree("export", "--format", "in-toto", status=2)
    with open("old", "w", encoding="ascii") as file:
        file.write("as it was")
    t.pedigree("export", "nobody", "--format", "in-toto", "-o", "old",
               status=1)
    with open("old", encoding="ascii") as file:
        t.equal(file.read(), "as it was", "a file after a failure")
    t.pedigree("export", "fit", "--format", "in-toto", "-o", "new")
    with open("new", encoding="utf-8") as file:
        t.equal(len(lines(file.read())), 1, "statements in a file")
    t.pedigree("export", "fit", "--format", "in-toto", "-o", "/dev/full",
               status=2)


def main():
    t.needs("git")
    record()
    facts_of_the_schemas(check_openlineage(), check_in_toto(), check_prov())
    check_trouble()
    t.passed()


main()
