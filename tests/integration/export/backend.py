#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The backend `openlineage`: every body that a server gets fits the schema,
each run begins once and ends once, and whatever the server, the network or
the configuration does, nothing is lost, repeated otherwise or told about the
key."""

import hashlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

t.python_with("jsonschema")
for folder in ("helper", os.path.join("integration", "aws")):
    sys.path.insert(0, os.path.join(t.TOP, "tests", folder))
import schema  # noqa: E402
import server  # noqa: E402

SCHEMA = schema.Schema("openlineage")
KEY = "k3y-that-nobody-may-see"


class Service:
    """Keeps the events that it accepted. `trouble` is asked before that:
    what it returns unless None is the answer instead (a status, or a function
    of the request)."""

    def __init__(self, trouble=None, certificate=None, key=None):
        self.trouble, self.key = trouble, key
        self.bodies, self.seen = [], []
        self.lock = threading.Lock()
        self.http = server.Server(self.answer, certificate)

    def answer(self, request):
        with self.lock:
            if request.method != "POST":
                return 405, {}, ""
            self.seen.append(request.body)
            trouble = self.trouble(len(self.seen)) if self.trouble else None
            if callable(trouble):
                return trouble(request)
            if trouble:
                return trouble, {}, f"no: {KEY} " + "x" * 500
            said = request.headers.get("Authorization")
            if self.key and said != f"Bearer {self.key}":
                return 401, {}, f"unknown: {said}"
            self.bodies.append(request.body)
            return 201, {}, ""

    def __enter__(self):
        self.http.__enter__()
        return self

    def __exit__(self, *_):
        self.http.__exit__()

    @property
    def events(self):
        return [json.loads(body) for body in self.bodies]


def configure(url, *lines, push="manual"):
    os.makedirs("config/pedigree", exist_ok=True)
    with open("config/pedigree/pedigree.conf", "w", encoding="ascii") as file:
        file.write(f"[backend]\nuse = ledger openlineage\npush = {push}\n"
                   f"[backend openlineage]\nurl = {url}\n"
                   + "".join(line + "\n" for line in lines))


def push(*words, status=0, **environment):
    done = subprocess.run(["pedigree", "push", *words],
                          env={**os.environ, **environment}, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    text = done.stdout.decode() + done.stderr.decode()
    t.check(KEY not in text, f"the key is told: {text}")
    t.equal(done.returncode, status, f"status of push: {text}")
    return text


def fits(events, names=None):
    """Each fits the schema; those of a run begin and end once, in order."""
    runs = {}
    for event in events:
        t.equal(SCHEMA.faults(event), [], "faults of an event")
        runs.setdefault(event["run"]["runId"], []).append(event)
    for of_run in runs.values():
        types = [event["eventType"] for event in of_run]
        t.equal(types[0], "START", "the first event of a run")
        t.check(types[-1] in ("COMPLETE", "FAIL", "ABORT"), f"{types}")
        t.equal(set(types[1:-1]) - {"RUNNING"}, set(), "between them")
        times = [event["eventTime"] for event in of_run]
        t.equal(times, sorted(times), "times of a run")
    if names is not None:
        t.equal(sorted(of_run[0]["job"]["name"] for of_run in runs.values()),
                sorted(names), "the runs")
    return runs


def record():
    os.mkdir("in")
    for i in range(30):
        with open(f"in/{i:02}\"\x1b<b>.csv", "w", encoding="ascii") as file:
            file.write(f"{i}\n" * 50)
    with open("pedigree.conf", "w", encoding="ascii") as file:
        file.write("[capture]\nrollup_min = 1000\n[step cat]\n"
                   "command = cat model.pkl\n")
    configure("http://127.0.0.1:1/")
    t.pedigree("run", "-q", "--name", "fit", "--param", "lr=0.1", "--", "sh",
               "-c", "cat in/* >model.pkl")
    t.pedigree("run", "-q", "--name", "broken", "--", "sh", "-c",
               "cat model.pkl >copy; exit 3", status=3)
    t.pedigree("deploy", "-q", "--endpoint", "shop", "--model", "model.pkl",
               "--", "true")
    shutil.copytree("home", "recorded")


def same(bodies, expected, what):
    """Byte by byte; of a difference, what fits a screen."""
    def short(body):
        event = json.loads(body)
        return (event["eventType"], event["job"]["name"],
                hashlib.sha256(body).hexdigest()[:8])

    t.equal([short(body) for body in bodies],
            [short(body) for body in expected], what)


def again(name):
    """What was recorded, to be delivered once more."""
    home = os.path.join(t.work, name)
    shutil.copytree("recorded", home)
    os.environ["PEDIGREE_HOME"] = home
    return home


def waiting():
    done = subprocess.run(["pedigree", "push", "--status", "--json",
                           "--backend", "openlineage"], check=False,
                          stdout=subprocess.PIPE)
    return [row["State"] for row in json.loads(done.stdout)]


def plain():
    with Service() as service:
        again("plain")
        configure(service.http.url)
        plan = push("--dry-run")
        t.equal(service.seen, [], "what a plan sends")
        push()
        runs = fits(service.events)
        t.equal(plan.count("POST http"), len(service.events), plan)
        t.check(f"{service.http.url}/api/v1/lineage: START, inputs: 30" in
                plan, plan)
        t.equal({request.path for request in service.http.requests},
                {"/api/v1/lineage"}, "paths")
        t.equal(waiting(), [], "what waits")
        push()
        t.equal(len(fits(service.events)), len(runs), "runs of a second push")
        t.equal(len(runs), 4, "runs, one of them a step")
        for name, job in (("fit", "fit"), ("broken", "broken"),
                          ("broken-cat", "broken.cat")):
            like_the_export(name, job, runs)
        parents = {event["job"]["name"]: event["run"]["facets"].get("parent")
                   for event in service.events}
        of_step = parents.pop("broken.cat")
        t.equal(of_step["job"]["name"], "broken", "the job of a step's parent")
        t.equal(runs[of_step["run"]["runId"]][0]["job"]["name"], "broken",
                "the run of a step's parent")
        t.equal(parents, {"fit": None, "broken": None, "deploy-shop": None},
                "who has no parent")
        return service.bodies


def sent_anew(what, trouble=None, certificate=None, key=None, lines=(),
              **environment):
    """A service, and what was recorded to be sent to it."""
    service = Service(trouble, certificate, key)
    again(what)
    configure(service.http.url, *lines)
    return service


def like_the_export(name, job, runs):
    """What `pedigree export` prints of a run is what was posted of it."""
    lines = t.pedigree("export", name, "--depth", "1", "--format",
                       "openlineage").splitlines()
    for event in map(json.loads, lines):
        if event["job"]["name"] != job:
            continue
        same = [posted for posted in runs[event["run"]["runId"]]
                if posted["eventType"] == event["eventType"]]
        t.equal(len(same), 1, "events of one type")
        for key in ("eventTime", "job", "inputs", "outputs"):
            t.equal(same[0][key], event[key], f"{key} of {name}")


def passing(bodies):
    """What the server does wrong twice, it gets right, and the same events."""
    def slowly(_):
        time.sleep(2.5)
        return 201, {}, ""

    def half(request):
        request.socket.sendall(b"HTTP/1.1 2")

    def torn(request):
        request.socket.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 9"
                               b"\r\n\r\nhalf")

    for what, trouble in (("500", 500), ("503", 503), ("429", 429),
                          ("closed", lambda _: None), ("half", half),
                          ("torn", torn), ("slow", slowly)):
        with sent_anew(what, lambda n, trouble=trouble:
                       trouble if n in (1, 4, 5) else None,
                       lines=["timeout = 2"]) as service:
            push()
            same(service.bodies, bodies, f"events after {what}")
            same(service.seen[:1], service.seen[1:2], "the one tried again")
            t.equal(waiting(), [], "what waits")
        print(what)


def left_alone(bodies):
    """A service that says when it has time is asked again then, and one that
    says it has none for an hour is not waited for."""
    def busy(seconds):
        return lambda _: (503, {"Retry-After": seconds}, "busy")

    with sent_anew("busy", lambda n: busy("2") if n == 1 else None) as service:
        start = time.monotonic()
        push()
        t.check(time.monotonic() - start >= 2, "asked again too early")
        same(service.bodies, bodies, "events after 2 s")
    with sent_anew("hours", lambda _: busy("3600")) as service:
        push(status=2)
        # Each of the records is tried once, or they wait for the first one.
        t.equal(len(service.seen), len(set(service.seen)), "tried again")
        t.equal(len(waiting()), 3, "what waits")


def lasting(bodies):
    """It stays wrong: all waits, says why, and arrives once it is right."""
    for status, why in ((500, "not take events now"), (401, "the key"),
                        (403, "the key"), (404, "url should"),
                        (301, "url should"), (407, "proxy")):
        down = threading.Event()
        with sent_anew(f"lasting-{status}", lambda _, status=status:
                       None if down.is_set() else status) as service:
            said = push(status=2, OPENLINEAGE_API_KEY=KEY)
            t.check(why in said, said)
            t.check("3 records wait" in said, said)
            t.equal(set(waiting()), {"Waiting"}, "what waits")
            down.set()
            push(OPENLINEAGE_API_KEY=KEY)
            same(service.bodies, bodies, f"events after {status}")
            no_key()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        again("nobody")
        configure(f"http://127.0.0.1:{listener.getsockname()[1]}")
        t.check("cannot talk" in push(status=2), "nobody listens")
        t.equal(len(waiting()), 3, "what waits")


def no_key():
    for root, _, names in os.walk(os.environ["PEDIGREE_HOME"]):
        for name in names:
            path = os.path.join(root, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    t.check(KEY.encode() not in file.read(), path)


def refused(bodies):
    """One event is not accepted: its record is set aside, the others go."""
    with sent_anew("refused", lambda n: 422 if n == 2 else None) as service:
        said = push(status=2, OPENLINEAGE_API_KEY=KEY)
        t.check("1 rejected" in said, said)
        said = push("--status", status=1)
        t.check("refused an event (422: no:" in said, said)
        no_key()
        same(service.bodies[1:], bodies[2:], "the others")


def killed(bodies):
    """Killed at each of its requests: the server gets the same events again,
    none is missing, and none but the one under way twice."""
    for nth in range(1, len(bodies) + 1):
        process = []

        def kill(request, process=process):
            process[0].kill()
            process[0].wait()
            return 201, {}, ""

        with sent_anew(f"killed-{nth}", lambda n, nth=nth, kill=kill:
                       kill if n == nth else None) as service:
            process.append(subprocess.Popen(["pedigree", "push", "-q"]))
            process[0].wait()
            push()
            same(service.seen, bodies[:nth] + bodies[nth - 1:],
                 f"killed at {nth}")


def disk_full(bodies):
    """What was accepted cannot be written down: it is sent once more."""
    for limit in (0, 4096, 16384, 32768):
        def hold(limit=limit):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        with sent_anew(f"full-{limit}") as service:
            done = subprocess.run(["pedigree", "push"], check=False,
                                  stdout=subprocess.PIPE, timeout=120,
                                  stderr=subprocess.PIPE, preexec_fn=hold,
                                  restore_signals=False)
            t.check(done.returncode == 0 or done.stderr, "silent")
            t.check(done.returncode >= 0, f"ended by {-done.returncode}")
            push()
            same(list(dict.fromkeys(service.seen)), bodies, f"at {limit}")
            t.equal(waiting(), [], "what waits")


def keys(bodies):
    """Where it comes from, and to whom it is not sent."""
    with open("key", "w", encoding="ascii") as file:
        file.write(f"{KEY}\nanother line\n")
    for line, environment in (
            ("key_variable = MINE", {"MINE": KEY}),
            (f"key_file = {os.getcwd()}/key", {"OPENLINEAGE_API_KEY": "x"}),
            ("key_file = ~/key", {"HOME": os.getcwd()}),
            ("timeout = 30", {"OPENLINEAGE_API_KEY": KEY})):
        with sent_anew(f"key-{len(line)}", key=KEY, lines=[line]) as service:
            push(**environment)
            same(service.bodies, bodies, f"events with {line}")
            no_key()
    with sent_anew("other-key", key=KEY) as service:
        said = push(status=2, OPENLINEAGE_API_KEY="another")
        t.check("another" not in said, said)
    # However often it is repeated, and cut in pieces that it would fill.
    for text in (KEY * 400000, KEY[:9] + KEY + KEY[9:] + "!"):
        with sent_anew(f"told-{len(text)}", lambda _, text=text:
                       lambda _: (403, {}, text)) as service:
            start = time.monotonic()
            said = push(status=2, OPENLINEAGE_API_KEY=KEY)
            t.check(KEY not in said, said)
            t.check(time.monotonic() - start < 30, "the answer took long")
    for url, line, why in (
            ("https://127.0.0.1:1", "key_variable = NOBODY", "$NOBODY"),
            ("https://127.0.0.1:1", "key_file = /nowhere/key", "/nowhere/key"),
            ("http://192.0.2.1/", "key_variable = MINE", "in the clear"),
            ("http://127.0.0.1.example.org/", "key_variable = MINE", "clear"),
            (f"https://me:{KEY}@127.0.0.1:1", "timeout = 1", "password"),
            ("ftp://127.0.0.1:1", "timeout = 1", "https://"),
            ("https://127.0.0.1:1", "max_bytes = 10", "at least")):
        configure(url, line)
        said = push(status=2, MINE=KEY)
        t.check(why in said, f"{url}, {line}: {said}")
        t.equal(len(waiting()), 3, "what waits")


def signed(bodies):
    """For Amazon DataZone: by botocore's judgement."""
    import aws
    aws.with_botocore()
    seen = []

    def check(_):
        def judge(request):
            seen.append((request.headers["Client-Token"],
                         aws.signed_by(request, {"AKEXAMPLE": KEY})))
            return (201 if seen[-1][1] == "AKEXAMPLE" else 403), {}, ""
        return judge

    os.environ.update(AWS_ACCESS_KEY_ID="AKEXAMPLE", AWS_REGION="eu-west-9",
                      AWS_SECRET_ACCESS_KEY=KEY, AWS_SESSION_TOKEN="T/+=")
    path = "/v2/domains/dzd_1/lineage/events?a=b%20c&A=1"
    with Service(check) as service:
        again("signed")
        configure(service.http.url + path, "sign = datazone")
        push()
        same(service.seen, bodies, "signed events")
        t.equal(seen, [(hashlib.sha256(body).hexdigest(), "AKEXAMPLE")
                       for body in bodies], "tokens and signers")
        no_key()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION",
                 "AWS_SESSION_TOKEN"):
        del os.environ[name]
    again("unsigned")
    os.environ["AWS_CONFIG_FILE"] = "/nowhere"
    configure("https://127.0.0.1:1", "sign = datazone")
    t.check("no region" in push(status=2), "a region is made up")
    configure("http://192.0.2.1", "sign = datazone", "region = eu-west-1")
    t.check("in the clear" in push(status=2), "a token goes in the clear")


def tls(bodies):
    certificate = server.certificate("service", "IP:127.0.0.1")
    other = server.certificate("other", "IP:127.0.0.1")
    with sent_anew("tls", certificate=certificate, key=KEY) as service:
        for lines in ([], [f"ca_bundle = {other[0]}"]):
            configure(service.http.url, *lines)
            said = push(status=2, OPENLINEAGE_API_KEY=KEY)
            t.check("not trusted" in said, said)
            t.equal(service.seen, [], "what who is not trusted gets")
        configure(service.http.url, f"ca_bundle = {certificate[0]}")
        push(OPENLINEAGE_API_KEY=KEY)
        same(service.bodies, bodies, "events over TLS")


def named(bodies):
    """Two services, each with a name of its own."""
    with Service() as one, Service(lambda _: 500) as two:
        again("named")
        for name in ("one", "two"):
            shutil.copytree(f"{os.environ['PEDIGREE_HOME']}/spool/outbox/"
                            "openlineage", f"{os.environ['PEDIGREE_HOME']}"
                            f"/spool/outbox/{name}")
        with open("config/pedigree/pedigree.conf", "w",
                  encoding="ascii") as file:
            file.write(f"[backend]\nuse = ledger one two\npush = wait\n"
                       f"[backend one]\nurl = {one.http.url}/else?where=1\n"
                       "type = openlineage\n[backend two]\n"
                       f"type = openlineage\nurl = {two.http.url}\n")
        t.pedigree("config", "--check")
        plan = push("--dry-run")
        t.check("one: fit" in plan and "two: fit" in plan, plan)
        t.check("where" not in plan, plan)
        said = push(status=2, OPENLINEAGE_API_KEY=KEY)
        t.check("backend two" in said, said)
        same(one.bodies, bodies, "events of the one")
        t.equal({request.path for request in one.http.requests},
                {"/else?where=1"}, "paths")
        for _ in range(2):
            t.pedigree("run", "-q", "--name", "next", "--", "true")
            last = one.events[-1]
            t.equal(last["job"]["name"], "next", "the job of both")
        t.equal(last["run"]["facets"]["pedigree_run"]["name"], "next-2",
                "the last run's own name")


def split(_):
    """What is too large for one event is in several of the same run."""
    os.mkdir("wide")
    names = [f"{os.getcwd()}/wide/{i:04}" + "\x01\"" * 90
             for i in range(700)]
    for i, name in enumerate(names):
        with open(name, "w", encoding="ascii") as file:
            file.write(f"{i} and some more bytes than two words have\n" * 2)
    with Service() as service:
        again("split")
        shutil.rmtree(f"{os.environ['PEDIGREE_HOME']}/spool/outbox")
        configure(service.http.url, push="wait")
        t.pedigree("run", "-q", "--name", "wide", "--", "sh", "-c",
                   "for f in wide/*; do read -r x <\"$f\"; done; "
                   "mkdir out; for i in $(seq 500); do echo some bytes $i of "
                   "an output >out/$i; done",
                   env={**os.environ, "PEDIGREE_CAPTURE_ROLLUP_MIN": "0"})
        (events,) = fits(service.events).values()
        t.check(len(events) > 4, f"{len(events)} events")
        t.equal({event["run"]["runId"] for event in events},
                {events[0]["run"]["runId"]}, "ids")
        for body in service.bodies:
            t.check(len(body) <= 300000, f"{len(body)} bytes")
        t.check(any(len(body) > 200000 for body in service.bodies),
                "small events")
        told = [dataset["name"] for event in events[1:]
                for dataset in event["inputs"]]
        t.equal(sorted(set(told) & set(names)), sorted(names), "inputs")
        t.equal(len(told), len(set(told)), "inputs told once")
        t.equal(sum(len(event["outputs"]) for event in events), 500, "outputs")


def serving(_):
    """A server is told of while it runs: begun once, ended once."""
    with Service() as service:
        again("serving")
        shutil.rmtree(f"{os.environ['PEDIGREE_HOME']}/spool/outbox")
        configure(service.http.url, push="wait")
        os.mkfifo("stop")
        with subprocess.Popen(
                ["pedigree", "run", "-q", "--name", "months", "--serve",
                 "long", "--", "sh", "-c", "wc -c <model.pkl; read w <stop"],
                stdout=subprocess.DEVNULL) as wrapper:
            deadline = time.monotonic() + 60
            while not waiting():
                t.check(time.monotonic() < deadline, "nothing is recorded")
                time.sleep(.1)
            push()
            types = [event["eventType"] for event in service.events
                     if event["job"]["name"] == "months"]
            t.equal(types, ["START", "RUNNING"], "while it runs")
            begun = len(service.bodies)
            with open("stop", "w", encoding="ascii") as file:
                file.write("now\n")
            t.equal(wrapper.wait(60), 0, "the server")
        t.check(len(service.bodies) > begun, "its end")
        fits(service.events)


def main():
    record()
    bodies = plain()
    for test in (passing, left_alone, lasting, refused, killed, disk_full,
                 keys, signed, tls, named, split, serving):
        start = time.monotonic()
        test(bodies)
        print(f"{test.__name__}: {time.monotonic() - start:.1f} s")
    t.passed()


main()
