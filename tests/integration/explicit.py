#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that say what they know, through hooks/python/pedigree.py: under
`pedigree run` and without, from threads, after fork, and when they die."""

import inspect
import json
import os
import signal
import subprocess
import sys
import textwrap
import typing

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

PYTHON = sys.executable
MODULE = os.path.join(t.TOP, "hooks", "python")
ENV = {**os.environ, "PYTHONPATH": MODULE,
       "PEDIGREE_LIBRARY": os.path.join(t.BUILD, ".libs",
                                        "libpedigree.so.0")}


def program(text, *before, status=0, **env):
    """Runs a program text, perhaps behind other words; (stdout, stderr)."""
    with open("program.py", "w", encoding="utf-8") as file:
        file.write("import os, sys, pedigree\n" + textwrap.dedent(text))
    done = subprocess.run([*before, PYTHON, "program.py"],
                          env={**ENV, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=300, check=False)
    t.equal(done.returncode, status,
            f"status of {text}{done.stderr.decode()}")
    return done.stdout.decode(), done.stderr.decode()


def show(name):
    return t.answer("show", name)


def parameters(record):
    return {key: value.get("NumberValue", value.get("StringValue"))
            for key, value in record["TrialComponent"]["Parameters"].items()}


def kinds(record):
    return {spot["Kind"] for spot in record["Capture"]["BlindSpots"]}


def uris(artifacts):
    return {(os.path.basename(a["Source"]["SourceUri"]), a["ArtifactType"])
            for a in artifacts}


DECLARES = """
    with open("in.csv", "w") as file: file.write("1,2\\n" * 50)
    with open("out.bin", "w") as file: file.write("model" * 50)
    with pedigree.run(NAME) as r:
        r.input("in.csv", type="DataSet")
        r.input("s3://me:hunter2@bucket/key?X-Amz-Signature=hunter2")
        r.param("lr", 0.1)
        r.param("deep", True)
        r.param("layers", [64, 32])
        r.param("password", "hunter2")
        r.tag("team", "shop")
        for step, loss in enumerate((3.0, 1.0, 2.0)):
            r.metric("loss", loss, step)
        os.mkdir("elsewhere"); os.chdir("elsewhere")
        r.output("../out.bin", type="Model")
        r.deploy("churn", model="../out.bin")
        print(r.name, r.joined)
    os.chdir(".."); os.rmdir("elsewhere")
"""


def declared(record):
    told = parameters(record)
    for key, value in (("lr", 0.1), ("deep", "true"), ("layers", "[64, 32]"),
                       ("password", "[redacted]")):
        t.equal(told[key], value, f"parameter {key}")
    inputs, outputs = uris(record["Inputs"]), uris(record["Outputs"])
    t.check({("in.csv", "DataSet"), ("key", "DataSet")} <= inputs, inputs)
    t.check(("out.bin", "Model") in outputs, outputs)
    t.equal(record["TrialComponent"]["Tags"],
            [{"Key": "team", "Value": "shop"}], "the tags")
    [loss] = record["TrialComponent"]["Metrics"]
    loss.pop("TimeStamp")
    t.equal(loss, {"MetricName": "loss", "Count": 3, "Last": 2, "Min": 1,
                   "Max": 3, "Avg": 2, "StdDev": loss["StdDev"]}, "the metric")
    t.check(abs(loss["StdDev"] - (2 / 3) ** .5) < 1e-9, loss)
    t.equal([c["ContextName"] for c in record["Contexts"]], ["churn"],
            "the endpoint")


def on_its_own():
    out, err = program(DECLARES.replace("NAME", "'own'"))
    t.equal((out, err), ("own False\n", ""), "output")
    record = show("own")
    declared(record)
    t.equal(record["TrialComponent"]["Status"]["PrimaryStatus"], "Completed",
            "status")
    t.equal(kinds(record), {"DeclaredOnly"}, "what the record says of itself")
    t.check("exit_code" not in parameters(record),
            "nobody knows how the process ends")
    out, _ = program("print(pedigree.trace('churn')['Direction'])\n"
                     "print(sorted({v['Type'] for v in "
                     "pedigree.trace('out.bin')['Vertices']}))")
    t.equal(out, "Ascendants\n['DataSet', 'Model', "
            "'SageMakerExperimentTrialComponent']\n", "the traces")
    told = json.loads(t.pedigree("api", "describe-trial-component",
                                 "--trial-component-name", "own"))
    t.equal(told["Metrics"][0]["Last"], 2, "the metric in the API")


def in_a_run():
    _, err = program(DECLARES.replace("NAME", "'part'"), "pedigree", "run",
                     "-q", "--name", "around")
    t.equal(err, "", "stderr")
    record = show("around")
    declared(record)
    t.equal(kinds(record), set(), "blind spots")
    t.check(record["Capture"]["Processes"] <= 1 + record["Capture"]["Events"]
            and parameters(record)["exit_code"] == 0, "the run is captured")
    words = [json.loads(line)["Event"]
             for line in t.pedigree("events", "around", "--json").splitlines()]
    said = [w for w in words if w in ("begin", "end", "input", "output",
                                      "param", "point", "deploy", "tag")]
    t.equal(said, ["begin", "input", "input", "param", "param", "param",
                   "param", "tag", "point", "point", "point", "output",
                   "deploy", "end"], "the events in their order")
    t.equal({run["TrialComponentName"] for run in t.answer("list", "runs")},
            {"own", "around"}, "a part makes no run")


def without_the_variable():
    """Neither the program's own environment nor that of a program it starts
    decides whether there is a run around it."""
    program("""
        os.environ.pop("LD_PRELOAD", None); os.unsetenv("LD_PRELOAD")
        with pedigree.run() as r:
            r.param("joined", r.joined)
    """, "pedigree", "run", "-q", "--name", "unset", "--",
            "env", "-u", "LD_PRELOAD")
    t.equal(parameters(show("unset"))["joined"], "true", "joined")


def nested_and_in_a_row():
    program("""
        with pedigree.run("outer") as outer:
            outer.param("a", 1)
            with pedigree.run("inner") as inner:
                inner.param("b", 2)
                outer.param("c", 3)
            outer.param("d", 4)
        with pedigree.run("inner") as again:
            again.param("e", 5)
        again.param("f", 6)
        again.end()
    """)
    told = [{key: value for key, value in parameters(show(name)).items()
             if len(key) == 1} for name in ("outer", "inner", "inner-2")]
    t.equal(told, [{"a": 1, "c": 3, "d": 4}, {"b": 2}, {"e": 5}], "parameters")


def threads():
    text = """
        import threading
        def work(r, i):
            for j in range(15):
                r.param(f"k{i}-{j}", j)
        def own(i):
            with pedigree.run(f"thread-{i}") as mine:
                mine.param("i", i)
        def all(target, *more):
            them = [threading.Thread(target=target, args=(*more, i))
                    for i in range(16)]
            for one in them: one.start()
            for one in them: one.join()
        with pedigree.run("threads") as r:
            all(work, r)
        if not r.joined: all(own)
    """
    for before, name in (((), "threads"),
                         (("pedigree", "run", "-q", "--name", "many"),
                          "many")):
        _, err = program(text, *before)
        t.equal(err, "", "stderr")
        told = parameters(show(name))
        t.equal({(i, j): told.get(f"k{i}-{j}") for i in range(16)
                 for j in range(15)},
                {(i, j): j for i in range(16) for j in range(15)},
                "parameters of threads")
    for i in range(16):
        t.equal(parameters(show(f"thread-{i}"))["i"], i, "a thread's run")


def forks():
    text = """
        with pedigree.run("forks") as r:
            r.param("before", 1)
            for i in range(4):
                if os.fork() == 0:
                    r.param(f"child{i}", i)
                    r.end("children do not decide")
                    os._exit(0)
            for i in range(4): assert os.wait()[1] == 0
            r.param("after", 2)
    """
    for before, name in (((), "forks"),
                         (("pedigree", "run", "-q", "--name", "forked"),
                          "forked")):
        program(text, *before)
        record = show(name)
        told = {key: value for key, value in parameters(record).items()
                if key in ("before", "after") or key.startswith("child")}
        t.equal(told, {"before": 1, "after": 2, "child0": 0, "child1": 1,
                       "child2": 2, "child3": 3}, "parameters of children")
        t.equal(record["TrialComponent"]["Status"],
                {"PrimaryStatus": "Completed"}, "status")
        t.check(kinds(record) <= {"DeclaredOnly"}, kinds(record))
        t.check(record["Capture"]["Processes"] >= 5, "processes")


def killed():
    text = """
        import signal
        r = pedigree.run("killed")
        r.param("done", 1)
        r.metric("loss", 0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    program(text, status=-signal.SIGKILL)
    record = show("killed")
    t.equal(parameters(record)["done"], 1, "what was declared")
    t.equal(record["TrialComponent"]["Status"],
            {"PrimaryStatus": "Stopped",
             "Message": "the program ended without ending its run"}, "status")
    program(text, "pedigree", "run", "-q", "--name", "killed-too",
            status=-signal.SIGKILL)
    record = show("killed-too")
    t.equal(parameters(record)["done"], 1, "what was declared")
    t.equal(record["TrialComponent"]["Status"]["PrimaryStatus"], "Failed",
            "status")


def endings():
    for name, last, status, outcome in (
            ("raised", "raise ValueError('no such column')", 1,
             {"PrimaryStatus": "Failed",
              "Message": "ValueError: no such column"}),
            ("stopped", "raise KeyboardInterrupt", -signal.SIGINT,
             {"PrimaryStatus": "Stopped", "Message": "KeyboardInterrupt: "}),
            ("left", "sys.exit(0)", 0, {"PrimaryStatus": "Completed"}),
            ("exit", "sys.exit(3)", 3,
             {"PrimaryStatus": "Failed", "Message": "SystemExit: 3"}),
            ("said", "r.end('too bad')", 0,
             {"PrimaryStatus": "Failed", "Message": "too bad"})):
        program(f"""
            with pedigree.run("{name}") as r:
                {last}
        """, status=status)
        t.equal(show(name)["TrialComponent"]["Status"], outcome, name)
    program("""
        try:
            with pedigree.run("part"): raise ValueError("no such column")
        except ValueError: pass
    """, "pedigree", "run", "-q", "--name", "caught")
    t.equal(show("caught")["TrialComponent"]["Status"],
            {"PrimaryStatus": "Completed",
             "Message": "part Failed: ValueError: no such column"}, "status")


def nothing_to_write_to():
    before = t.answer("list", "runs")
    text = """
        for _ in range(3):
            with pedigree.run("none") as r:
                r.input("x"); r.metric("m", 1.0); r.param("p", object())
        pedigree.deploy(endpoint="e", arn="arn:aws:x", model="m")
        print("trained")
    """
    out, err = program(text, PEDIGREE_LIBRARY="/nowhere/libpedigree.so.0")
    t.equal(out, "trained\n", "the program goes on")
    t.equal(err.count("\n"), 1, f"one line on stderr: {err}")
    t.check("cannot be loaded" in err, err)
    for question in ("pedigree.trace('x')", "pedigree.Client()",
                     "pedigree.call('ListArtifacts')"):
        out, _ = program(f"""
            try: {question}
            except pedigree.PedigreeError as error: print(error)
        """, PEDIGREE_LIBRARY="/nowhere/libpedigree.so.0")
        t.check("cannot be loaded" in out, out)
    # libc is a library, and of another version than ours.
    _, err = program(text, PEDIGREE_LIBRARY="libc.so.6")
    t.check("another version" in err and err.count("\n") == 1, err)
    out, err = program(text, PEDIGREE_DISABLE="1")
    t.equal((out, err), ("trained\n", ""), "switched off")
    t.equal(t.answer("list", "runs"), before, "runs of none of these")


def mistakes():
    _, err = program("""
        r = pedigree.run("mistakes")
        r.metric("loss", float("nan")); r.metric("loss", float("nan"))
        r.metric("loss", "many")
        r.input("")
        r.param("long", "x" * 70000)
        r.deploy("e", arn="no-arn")
        r.param("good", 1)
        r.end()
    """)
    t.equal(err.count("\n"), 5, f"each said once: {err}")
    told = parameters(show("mistakes"))
    t.equal((told.get("good"), told.get("long")), (1, None), "parameters")


def client():
    out, _ = program("""
        import datetime
        with pedigree.Client() as c:
            arn = c.create_artifact(ArtifactType="DataSet", Source={
                "SourceUri": "s3://shop/c"})["ArtifactArn"]
            assert c.list_artifacts(CreatedAfter=datetime.datetime(
                2020, 1, 1, tzinfo=datetime.timezone.utc))
            try: c.create_artifact(ArtifactType="x", Source={
                "SourceUri": "s3://shop/c"})
            except pedigree.ClientError as error:
                print(error.code, error.response["Error"]["Code"],
                      error.operation_name)
            try: c.no_such_thing
            except AttributeError as error: print(error)
            assert "query_lineage" in dir(c)
        print(pedigree.call("DescribeArtifact", ArtifactArn=arn)["Source"])
        try: pedigree.call("DescribeArtifact")
        except pedigree.ClientError as error: print(error.code)
        try: pedigree.trace("nobody")
        except pedigree.PedigreeError as error: print(error.number)
    """)
    t.equal(out.splitlines(), [
        "ValidationException ValidationException CreateArtifact",
        "the ledger has no operation 'no_such_thing'",
        "{'SourceUri': 's3://shop/c', 'SourceTypes': []}",
        "ValidationException", "-4"], "what the client says")


def secrets():
    done = subprocess.run(["grep", "-rl", "hunter2", os.environ[
        "PEDIGREE_HOME"]], stdout=subprocess.PIPE, check=False)
    t.equal(done.stdout.decode(), "", "files that have a secret")


def hints():
    """Everything public has types and a docstring."""
    sys.path.insert(0, MODULE)
    import pedigree
    for name in pedigree.__all__:
        item = getattr(pedigree, name)
        t.check(inspect.getdoc(item), f"{name} has no docstring")
        methods = [item] if not inspect.isclass(item) else [
            value for key, value in vars(item).items()
            if inspect.isfunction(value)]
        for method in methods:
            hints_of = typing.get_type_hints(method)
            missing = {key for key in inspect.signature(method).parameters
                       if key != "self"} - set(hints_of)
            t.equal((missing, "return" in hints_of), (set(), True),
                    f"parameters of {name}.{method.__name__} without a type")


on_its_own()
in_a_run()
without_the_variable()
nested_and_in_a_row()
threads()
forks()
killed()
endings()
nothing_to_write_to()
mistakes()
client()
secrets()
hints()
t.passed()
