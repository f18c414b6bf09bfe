#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What keeps a push from the service, or the service from it.

After each fault is over, the service must end in the state of an undisturbed
push; no secret may show anywhere. `push_faults.py full` tries more of each.
"""

import glob
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402
sys.path.insert(0, os.path.join(t.TOP, "tests", "integration", "aws"))
sys.path.insert(0, os.path.join(t.TOP, "tests", "helper"))
import aws  # noqa: E402

aws.with_botocore()
import fake_sagemaker as fake  # noqa: E402
import server  # noqa: E402
from pushing import configure, push, record, with_home  # noqa: E402

FULL = "full" in sys.argv
TOKENS = ("FIRST/token+that/expires==", "SECOND/token+that/does/not==")
SECRETS = [fake.SECRET, *TOKENS]


class Watch(threading.Thread):
    """Looks for secrets in the arguments of all processes, again and again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.looked, self.seen = 0, []

    def run(self):
        while not self.over.wait(0.01):
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    with open(path, "rb") as file:
                        text = file.read()
                except OSError:
                    continue
                self.looked += b"pedigree\0push" in text
                self.seen += [(s, text) for s in SECRETS if s.encode() in text]


WATCH = Watch()


def no_secrets(what, home, *texts):
    for root, _, names in os.walk(home):
        for name in names:
            path = os.path.join(root, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                text = file.read()
            for secret in [*SECRETS, fake.ACCESS]:
                t.check(secret.encode() not in text, f"{what}: {secret} in {path}")
    for text in texts:
        for secret in SECRETS:
            t.check(secret.encode() not in text, f"{what}: {secret} in {text}")
    t.equal(WATCH.seen, [], f"{what}: secrets in arguments")


def waits(what, home, *parts, **environment):
    """A push that cannot deliver: says so and why, and keeps the records."""
    done = push(status=None, **home, **environment)
    no_secrets(what, home["PEDIGREE_HOME"], done.stdout, done.stderr)
    text = done.stderr.decode()
    t.check(done.returncode != 0, f"{what}: status {done.returncode}: {text}")
    for part in parts:
        t.check(part in text, f"{what}: no '{part}' in {text}")
    status = push("--status", "--json", status=1, **home, **environment)
    rows = json.loads(status.stdout)
    t.check(len(rows) > 0 and all(r["State"] != "Rejected" for r in rows),
            f"{what}: {rows}")
    return text


def delivers(what, home, **environment):
    done = push(**home, **environment)
    no_secrets(what, home["PEDIGREE_HOME"], done.stdout, done.stderr)


def with_service(what, expected, **more):
    """Without faults now, and all of the records arrive."""
    def decorate(function):
        with fake.Service(**more) as service:
            os.environ.update(service.environment())
            function(service, with_home(what))
            t.equal(service.state(), expected, f"state after {what}")
        print(what)
    return decorate


def untrusted(expected):
    certificate = server.certificate("service", "IP:127.0.0.1")

    @with_service("untrusted", expected, certificate=certificate)
    def _(service, home):
        waits("untrusted", home, "not trusted", "AWS_CA_BUNDLE")
        t.equal(service.seen, 0, "requests to who is not trusted")
        other, _ = server.certificate("other", "IP:127.0.0.1")
        waits("wrong authority", home, "not trusted", other,
              AWS_CA_BUNDLE=other)
        t.equal(service.seen, 0, "requests to who is not trusted")
        delivers("trusted", home, AWS_CA_BUNDLE=certificate[0])


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def no_network(expected):
    """Nobody listens: while the run goes on, and afterwards."""
    @with_service("no-network", expected)
    def _(service, home):
        nobody = {"AWS_ENDPOINT_URL_SAGEMAKER":
                  f"http://127.0.0.1:{closed_port()}"}
        waits("no network", home, "cannot talk to 127.0.0.1", **nobody)
        delivers("network again", home)

    # What else hangs: a listener that never answers, behind its full queue.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for name, url in (
                ("closed", f"http://127.0.0.1:{closed_port()}"),
                ("silent", f"http://127.0.0.1:{port}")):
            configure("auto")
            home = os.path.join(t.work, f"run-{name}")
            environment = {**os.environ, "PEDIGREE_HOME": home,
                           "AWS_ENDPOINT_URL_SAGEMAKER": url}
            begin = time.monotonic()
            done = subprocess.run(
                ["pedigree", "run", "-q", "--name", "alone", "--", "true"],
                env=environment, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, check=False)
            took = time.monotonic() - begin
            t.equal((done.returncode, done.stdout, done.stderr), (0, b"", b""),
                    f"a run without a network ({name})")
            t.check(took < 5, f"{name}: the run took {took} s")
            configure()
            status = push("--status", status=1, PEDIGREE_HOME=home,
                          AWS_ENDPOINT_URL_SAGEMAKER=url)
            t.check(b"1 waiting" in status.stdout, status.stdout)
            end_forwarders(home)


def end_forwarders(home):
    """Ends those in the background that belong to this home folder."""
    mark = f"PEDIGREE_HOME={home}\0".encode()
    for path in glob.glob("/proc/[0-9]*/environ"):
        pid = int(path.split("/")[2])
        try:
            with open(path, "rb") as file:
                if mark in file.read() and pid != os.getpid():
                    os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def process(name, *answers):
    """A profile whose credential_process answers these in turn, the last one
    for ever."""
    count = os.path.join(t.work, f"{name}.count")
    program = aws.write(f"{name}.py", f"""
import json, os
n = os.path.getsize({count!r}) if os.path.exists({count!r}) else 0
open({count!r}, "a").write(".")
answers = {answers!r}
print(json.dumps(answers[min(n, len(answers) - 1)]))
""")
    return {"AWS_CONFIG_FILE": aws.write(
        f"{name}.config", f"[default]\ncredential_process = "
        f"{sys.executable} {program}\n"),
        "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, count


def keys(token):
    return {"Version": 1, "AccessKeyId": fake.ACCESS,
            "SecretAccessKey": fake.SECRET, "SessionToken": token,
            "Expiration": "2099-01-01T00:00:00Z"}


def expired(expected):
    for after in (1, 5, 10, 20) if FULL else (20,):
        name = f"expired-{after}"

        @with_service(name, expected)
        def _(service, home, after=after, name=name):
            service.faults.expires = {TOKENS[0]: after}
            environment, count = process(name, *map(keys, TOKENS))
            delivers(name, home, **environment)
            codes = {r[2] for r in service.requests}
            t.equal(codes, {"ok", "ExpiredTokenException"}, "answers")
            t.equal(os.path.getsize(count), 2, "calls of credential_process")

    @with_service("expired-for-good", expected)
    def _(service, home):
        service.faults.expired = {TOKENS[0]}
        environment, _ = process("stale", keys(TOKENS[0]))
        waits("expired for good", home, "have expired", "renew",
              **environment)
        t.equal(service.acted, 0, "what expired credentials did")
        environment, _ = process("renewed", keys(TOKENS[1]))
        delivers("renewed", home, **environment)


def no_credentials(expected):
    @with_service("no-credentials", expected)
    def _(service, home):
        waits("no credentials", home, "no AWS credentials found",
              "AWS_ACCESS_KEY_ID", AWS_ACCESS_KEY_ID="",
              AWS_SECRET_ACCESS_KEY="")
        t.equal(service.seen, 0, "requests without credentials")
        delivers("credentials again", home)


def disk_full(expected):
    """Progress cannot be written down beyond so many bytes of a file."""
    for limit in (0, 1, 2, 4, 8, 16, 32, 64, 128) if FULL else (4, 32):
        def hold(limit=limit):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE,
                               (limit * 1024, limit * 1024))

        @with_service(f"disk-full-{limit}k", expected)
        def _(service, home, hold=hold):
            done = subprocess.run(
                ["pedigree", "push"], env={**os.environ, **home},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                preexec_fn=hold, restore_signals=False, timeout=120)
            t.check(0 <= done.returncode, f"ended by {-done.returncode}")
            if done.returncode:
                t.check(done.stderr, "silent about the disk")
            no_secrets("disk full", home["PEDIGREE_HOME"], done.stdout,
                       done.stderr)
            delivers("room again", home)

    if os.geteuid() != 0 or subprocess.run(
            ["unshare", "-m", "mount", "-t", "tmpfs", "none", t.work],
            stderr=subprocess.DEVNULL, check=False).returncode:
        print("disk-full on tmpfs: not tried, it needs mount(2)")
        return

    for spare in (0, 4, 16, 48, 128) if FULL else (0, 24):
        @with_service(f"disk-full-tmpfs-{spare}k", expected)
        def _(service, home, spare=spare):
            # Its own mount namespace: nothing is left to unmount.
            done = subprocess.run(
                ["unshare", "-m", "sh", "-c", """
set -e
cp -a "$PEDIGREE_HOME" "$PEDIGREE_HOME.copy"
mount -t tmpfs -o size=16m none "$PEDIGREE_HOME"
cp -a "$PEDIGREE_HOME.copy/." "$PEDIGREE_HOME"
dd if=/dev/zero of="$PEDIGREE_HOME/filler" bs=4k 2>/dev/null || :
truncate -s "-$1" "$PEDIGREE_HOME/filler"
pedigree push && echo "no fault"
rm "$PEDIGREE_HOME/filler"
echo "room again" >&2
exec pedigree push
""".replace("pedigree push && echo", "if pedigree push; then echo")
                 .replace("no fault\"", "no fault\"; fi"),
                 "sh", str(spare * 1024)], env={**os.environ, **home},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                timeout=120)
            t.equal(done.returncode, 0, f"{done.stdout} {done.stderr}")
            no_secrets("full tmpfs", home["PEDIGREE_HOME"], done.stdout,
                       done.stderr)
            said = done.stderr.split(b"room again")[0]
            t.check(said or b"no fault" in done.stdout, done.stdout)
            if spare == 0:
                t.check(b"no fault" not in done.stdout, "the disk was not full")


def huge(expected):
    """100 MB are refused without being kept."""
    @with_service("huge", expected)
    def _(service, home):
        service.faults.every = 3 if FULL else 25
        service.faults.how = "huge"
        failures = 0
        for _ in range(100):
            done = subprocess.run(
                ["pedigree", "push", "-q"], env={**os.environ, **home},
                stderr=subprocess.PIPE, check=False, timeout=120,
                preexec_fn=lambda: resource.setrlimit(
                    resource.RLIMIT_DATA, (80 << 20, 80 << 20)))
            if done.returncode == 0:
                break
            t.check(b"answered with more than" in done.stderr, done.stderr)
            no_secrets("huge", home["PEDIGREE_HOME"], done.stderr)
            failures += 1
        t.check(failures > 0, "no answer of 100 MB")
        t.equal(done.returncode, 0, "status in the end")


def lost(expected):
    """Every n-th request or answer gets lost on the way."""
    for how in ("drop-before", "drop-after"):
        for every in (2, 3, 5, 7) if FULL else (3,):
            name = f"{how}-{every}"

            @with_service(name, expected)
            def _(service, home, how=how, every=every, name=name):
                service.faults.every, service.faults.how = every, how
                for _ in range(60):
                    done = push(status=None, **home)
                    no_secrets(name, home["PEDIGREE_HOME"], done.stdout,
                               done.stderr)
                    if done.returncode == 0:
                        break


WATCH.start()
record()
with fake.Service() as plain:
    os.environ.update(plain.environment())
    delivers("undisturbed", with_home("plain"))
    STATE = plain.state()
for fault in (untrusted, no_network, expired, no_credentials, disk_full, huge,
              lost):
    start = time.monotonic()
    fault(STATE)
    print(f"{fault.__name__}: {time.monotonic() - start:.1f} s")
WATCH.over.set()
WATCH.join()
t.check(WATCH.looked > 0, "the arguments of no push were looked at")
t.passed()
