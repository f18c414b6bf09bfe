#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records reach the SageMaker API, whatever happens on the way.

Every fault is compared with an undisturbed delivery: the service must end in
the same state. `push.py full` goes through all faults, else through some.
"""

import json
import os
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
from pushing import configure, push, record, with_home  # noqa: E402

def chain(state):
    """The names along the edges from the endpoint back to the data."""
    names = {arn: e.get("ContextName") or e.get("ActionName") or
             e.get("TrialComponentName") or e.get("ArtifactName")
             for arn, e in state["Entities"].items()}
    return sorted((names[s], names[d], kind) for (s, d), kind in (
        (edge.split(" "), kind) for edge, kind in state["Edges"].items()))


def undisturbed():
    with fake.Service() as service:
        os.environ.update(service.environment())
        push(**with_home("plain"))
        state = service.state()
        first = len(service.requests)
        kinds = [e for e in state["Entities"]]
        t.check(any("experiment-trial-component/fit" in a for a in kinds),
                kinds)
        edges = chain(state)
        for edge in (("all-csv", "fit", "ContributedTo"),
                     ("fit", "model-pkl", "Produced"),
                     ("fit", "churn", "AssociatedWith"),
                     ("train-csv", "prepare", "ContributedTo")):
            t.check(edge in edges, f"{edge} is missing in {edges}")
        t.equal(len(state["Members"]), 2, "components in the trial")
        [weights] = [e for e in state["Entities"].values()
                     if e.get("Source", {}).get("SourceUri") ==
                     "s3://bucket/weights.bin"]
        t.equal(weights["Source"]["SourceTypes"], [], "S3's source types")
        refused = [r for r in service.requests if r[2] != "ok"]
        t.equal(refused, [], "refusals in an undisturbed delivery")
        status = push("--status", PEDIGREE_HOME=os.path.join(
            t.work, "plain")).stdout.decode()
        for kind, noun in (("Artifact", "artifacts"), ("Action", "actions"),
                           ("Context", "contexts")):
            made = sum(operation == f"Create{kind}"
                       for operation, _, _ in service.requests)
            t.check(f"{made} {noun} made from here" in status,
                    f"{made} {noun} in {status}")
        t.check(f"{len(state['Edges'])} associations made from here" in status,
                status)
        done = push(PEDIGREE_HOME=os.path.join(t.work, "plain"))
        t.check(b"0 delivered, 0 waiting" in done.stdout, done.stdout)
        t.equal(len(service.requests), first, "requests of nothing to do")
    return state, first


def dry_run():
    with fake.Service() as service:
        os.environ.update(service.environment())
        home = with_home("dry")
        text = push("--dry-run", **home).stdout.decode()
        for part in ("CreateTrialComponent fit", "CreateExperiment churn",
                     "ListArtifacts s3://bucket/weights.bin, and create",
                     "AddAssociation", "of the 6000 artifacts"):
            t.check(part in text, f"no '{part}' in {text}")
        t.equal(service.seen, 0, "requests of a dry run")
        done = push("--status", status=1, **home)
        t.check(b"3 waiting, 0 rejected" in done.stdout, done.stdout)


def tells_how_far():
    """Two lines where nobody looks at a terminal, and none with -q."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        service.faults.latency = 0.7
        said = push(**with_home("slow-told")).stderr.decode().splitlines()
        t.equal(len(said), 2, f"lines: {said}")
        t.check(said[0].startswith("pedigree: delivering to sagemaker, "),
                said[0])
        t.check("delivering to sagemaker: done, " in said[1], said[1])
        quiet = push("-q", **with_home("slow-quiet"))
        t.equal((quiet.stdout, quiet.stderr), (b"", b""), "with -q")


def lost_progress(expected):
    """Everything once more, to a service that has everything."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        push(**with_home("once"))
        push(**with_home("again"))
        t.equal(service.state(), expected, "state after two deliveries")


def faults(expected):
    full = "full" in sys.argv
    for how in ("500", "503", "throttle", "drop-before", "drop-after", "cut",
                "not-json") if full else ("503", "drop-after", "cut"):
        for every in (2, 3, 5) if full else (3,):
            with fake.Service() as service:
                os.environ.update(service.environment())
                service.faults.every, service.faults.how = every, how
                home = with_home(f"{how}-{every}")
                for _ in range(60):
                    if push(status=None, **home).returncode == 0:
                        break
                t.equal(service.state(), expected,
                        f"state with {how} every {every}")


def kills(expected, requests):
    """The forwarder is killed after each request in turn."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        home = with_home("kills")
        for _ in range(1, requests * 2):
            service.faults.stop_after = service.seen + 1
            pushing = subprocess.Popen(
                ["pedigree", "push", "-q"], env={**os.environ, **home},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while pushing.poll() is None and \
                    service.seen <= service.faults.stop_after:
                time.sleep(0.002)
            pushing.kill()
            pushing.wait()
            if pushing.returncode == 0:
                break
        service.faults.stop_after = 0
        push(**home)
        t.equal(service.state(), expected, "state after kills")


def together(expected):
    """Two forwarders on one outbox."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        service.faults.latency = 0.01
        home = with_home("together")
        both = [subprocess.Popen(["pedigree", "push", "-q"],
                                 env={**os.environ, **home}) for _ in "ab"]
        for one in both:
            t.equal(one.wait(60), 0, "status of one of two")
        t.equal(service.state(), expected, "state after two at once")


def clock(expected):
    for skew in (-1200, 1200):
        with fake.Service() as service:
            os.environ.update(service.environment())
            service.faults.skew = skew
            push(**with_home(f"skew{skew}"))
            t.equal(service.state(), expected, f"state {skew} s off")


def refusals():
    """A quota is no reason to try for ever; keys are."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        service.lineage.quota = {"Artifact": 2}
        home = with_home("quota")
        done = push(status=None, **home)
        text = done.stderr.decode()
        t.check(done.returncode != 0 and "ResourceLimitExceeded" in text, text)
        t.check("request " in text, f"no request id in {text}")
        done = push("--status", "--json", status=1, **home)
        rejected = [r for r in json.loads(done.stdout)
                    if r["State"] == "Rejected"]
        t.check(rejected and "ResourceLimitExceeded" in rejected[0]["Why"],
                done.stdout)
        t.check(os.path.exists(rejected[0]["Path"]), rejected)
    with fake.Service() as service:
        os.environ.update(service.environment())
        done = push(status=None, AWS_SECRET_ACCESS_KEY="wrong",
                    **with_home("keys"))
        t.check(done.returncode != 0 and b"wrong" not in done.stderr,
                done.stderr)
        t.check(b"waiting" in done.stdout and b"0 waiting" not in done.stdout,
                done.stdout)


def doctor():
    with fake.Service() as service:
        os.environ.update(service.environment())
        service.faults.skew = 1200
        text = t.pedigree("doctor")
        for part in (service.url, fake.REGION, "credentials from",
                     "the service answers", " s behind the service"):
            t.check(part in text, f"no '{part}' in {text}")
        t.check(fake.SECRET not in text, text)
    done = subprocess.run(["pedigree", "doctor"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    t.check(done.returncode != 0, "doctor without a service")


def api():
    """The operations, asked of the service instead of the ledger."""
    def call(*words, status=0):
        return t.run("pedigree", "api", *words, "--backend", "sagemaker",
                     status=status)

    with fake.Service() as service:
        os.environ.update(service.environment())
        call("create-trial-component", "--trial-component-name", "there",
             "--start-time", "2026-11-23T10:00:00.5Z")
        call("create-trial-component", "--trial-component-name", "there",
             status=254)
        sent = [r[1] for r in service.requests
                if r[0] == "CreateTrialComponent"][0]
        t.equal(sent["StartTime"], 1795428000, "a time on the wire")
        for i in range(12):
            call("create-artifact", "--artifact-type", "DataSet", "--source",
                 f"SourceUri=s3://bucket/{i}")
        uris = call("list-artifacts", "--page-size", "5", "--query",
                    "ArtifactSummaries[].Source.SourceUri", "--output", "text")
        t.equal(len(uris.split()), 12, "artifacts of all pages")
    call("list-artifacts", status=255)


def background():
    """auto: the run does not wait for a slow service; wait: it does."""
    with fake.Service() as service:
        os.environ.update(service.environment())
        for mode, waits in (("auto", False), ("wait", True)):
            configure(mode)
            service.faults.latency = 1.0
            begin = time.monotonic()
            t.pedigree("run", "-q", "--name", f"slow-{mode}", "--", "true")
            took = time.monotonic() - begin
            if waits:
                t.check(any(f"slow-{mode}" in a
                            for a in service.lineage.entities),
                        "push = wait ended before the delivery")
            else:
                t.check(took < 0.9, f"push = auto took {took} s")
                service.faults.latency = 0.0
                for _ in range(600):
                    if any(f"slow-{mode}" in a
                           for a in list(service.lineage.entities)):
                        break
                    time.sleep(0.05)
                else:
                    t.fail("nothing was delivered in the background")
    configure()


record()
STATE, REQUESTS = undisturbed()
print(f"{REQUESTS} requests, {len(STATE['Entities'])} entities, {len(STATE['Edges'])} edges")
dry_run()
tells_how_far()
lost_progress(STATE)
together(STATE)
clock(STATE)
faults(STATE)
kills(STATE, REQUESTS)
refusals()
doctor()
api()
background()
t.passed()
