# SPDX-License-Identifier: Apache-2.0
"""Programs that [watch] names, with nothing but LD_PRELOAD around them:
they are captured, others are not, and none of them can tell."""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys

from support import (BUILD, EXAMPLES, LIMIT, answer, check, equal, passed,
                     pedigree, python_with, run, short, wait_for, work)

SHIM = os.path.join(BUILD, ".libs", "libpedigree-preload.so")
HOME = os.path.join(work, "home")
PYTHON = python_with("sklearn")


def configure(text):
    folder = os.path.join(work, "config", "pedigree")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "pedigree.conf.new"), "w",
              encoding="utf-8") as file:
        file.write(text)
    os.rename(os.path.join(folder, "pedigree.conf.new"),
              os.path.join(folder, "pedigree.conf"))


def watched(*command, **more):
    """Runs a command with the shim in LD_PRELOAD and nothing else."""
    environment = dict(os.environ, LD_PRELOAD=SHIM, **more.pop("also", {}))
    return subprocess.run(command, env=environment, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, **more)


def script(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(name, 0o755)
    return os.path.abspath(name)


def folders(name=""):
    return sorted(glob.glob(os.path.join(HOME, "spool", "runs",
                                         name + "*-??????")))


def finished(name, count=1):
    """Waits for so many records of runs of that name, and answers them."""
    def records():
        found = [os.path.join(folder, "record.json")
                 for folder in folders(name)]
        return len(found) >= count and all(map(os.path.exists, found)) and \
            found
    found = wait_for(records, f"{count} records of {name}")
    equal(len(found), count, f"runs of {name}")
    result = []
    for path in found:
        with open(path, encoding="utf-8") as file:
            result.append(json.load(file))
    return result


def one_run(name):
    """What the ledger has of the one run of a script; waits for it."""
    finished(name)

    def delivered():
        listed = subprocess.run(["pedigree", "list", "--no-recover", "--json",
                                 "runs"], check=False, timeout=LIMIT,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)
        return [r for r in json.loads(listed.stdout)
                if r["TrialComponentName"].startswith(name + "-")]
    runs = wait_for(delivered, f"the run of {name} in the ledger")
    equal(len(runs), 1, f"runs of {name} in the ledger")
    return answer("show", "--no-recover", runs[0]["TrialComponentName"])


def files(shown, side):
    return sorted(os.path.basename(a["Source"]["SourceUri"])
                  for a in shown[side])


def training_is_captured():
    """A real one, matched by its script's path."""
    for name in ("make_data.py", "train.py"):
        shutil.copy(os.path.join(EXAMPLES, "sklearn", name), name)
    train = [PYTHON, "train.py", "--data", "customers.csv", "--model",
             "churn.joblib"]
    run(PYTHON, "make_data.py", "customers.csv")
    bare = run(*train)
    configure(f"[watch training]\nscript = {work}/tr*.py\n")
    done = watched(*train)
    equal((done.returncode, done.stderr), (0, b""), "the training")
    equal(done.stdout.decode(), bare, "what it prints")
    shown = one_run("train")
    component = shown["TrialComponent"]
    equal(component["Status"], {"PrimaryStatus": "Completed"}, "its status")
    equal(component["Parameters"]["exit_code"], {"NumberValue": 0},
          "its exit status")
    check("customers.csv" in files(shown, "Inputs"), f"inputs: {shown}")
    equal(files(shown, "Outputs"), ["churn.joblib"], "the model")
    trace = answer("trace", "--no-recover", "churn.joblib")
    check("customers.csv" in map(short, trace["Vertices"]),
          "the model's trace leads to its data")


def others_leave_nothing():
    before = folders()
    script("other.py", "print(open('other.txt').read())\n")
    with open("other.txt", "w", encoding="ascii") as file:
        file.write("text")
    done = watched(PYTHON, "other.py")
    equal((done.returncode, done.stdout, done.stderr), (0, b"text\n", b""),
          "a program that is not watched")
    equal(watched("/bin/true").returncode, 0, "true")
    equal(folders(), before, "runs")
    for name, value in (("PEDIGREE_DISABLE", "1"), ("PEDIGREE_WATCH", "")):
        done = watched(PYTHON, "train.py", "--help", also={name: value})
        equal(done.returncode, 0, f"with {name}")
    equal(folders(), before, "runs of programs that were told not to")


def nothing_is_configured():
    """Then not even a folder is made."""
    home = os.path.join(work, "nowhere")
    none = {"PEDIGREE_HOME": home, "XDG_CONFIG_HOME": home}
    equal(watched("/bin/true", also=none).returncode, 0, "true")
    check(not os.path.exists(home), "there is no home")


SEES = """#!{python}
import os, signal, sys, time
def tell(*words):
    print(*words, flush=True)
tell("fds", sorted(int(n) for n in os.listdir("/proc/self/fd")))
tell("lowest", os.open("/dev/null", os.O_RDONLY))
try:
    tell("wait", os.wait())
except ChildProcessError as error:
    tell("wait", error)
tell("pending", signal.sigpending(), signal.pthread_sigmask(0, []))
tell("preload", os.environ.get("LD_PRELOAD"))
tell("group", os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid())
sys.stderr.write("words\\n")
os._exit(7)
"""


def program_cannot_tell():
    """Descriptors, children, signals (SIGCHLD blocked, so that a stray one
    would stay), environment, output and status."""
    path = script("sees.py", SEES.format(python=PYTHON))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    configure("[watch]\nscript = nothing.py\n")
    bare = watched(path)
    configure("[watch]\nscript = sees.py\n")
    seen = watched(path)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    equal((seen.returncode, seen.stdout.decode(), seen.stderr.decode()),
          (bare.returncode, bare.stdout.decode(), bare.stderr.decode()),
          "what the program sees of itself")
    shown = one_run("sees")
    equal(shown["TrialComponent"]["Parameters"]["exit_code"],
          {"NumberValue": 7}, "the status of _exit")


def killed():
    configure("[watch]\nscript = victim.sh\n")
    script("victim.sh", "#!/bin/sh\necho data >victim.out\n"
           "echo >victim.ready\nwhile :; do sleep 0.02; done\n")
    process = subprocess.Popen(["./victim.sh"], stdin=subprocess.DEVNULL,
                               env=dict(os.environ, LD_PRELOAD=SHIM))
    wait_for(lambda: os.path.exists("victim.ready"), "the script's start")
    process.kill()
    equal(process.wait(LIMIT), -signal.SIGKILL, "its end")
    shown = one_run("victim")
    equal(shown["TrialComponent"]["Parameters"]["signal"],
          {"NumberValue": 9}, "the signal")
    check("victim.out" in files(shown, "Outputs"), "what it wrote")


def two_at_once_are_two():
    configure("[watch]\nscript = twin.sh\n")
    script("twin.sh", "#!/bin/sh\ncat twin.in >twin.$1\n: >ready.$1\n"
           "while test ! -e twin.go; do sleep 0.02; done\n")
    with open("twin.in", "w", encoding="ascii") as file:
        file.write("in")
    twins = [subprocess.Popen(["./twin.sh", n], stdin=subprocess.DEVNULL,
                              env=dict(os.environ, LD_PRELOAD=SHIM))
             for n in "12"]
    wait_for(lambda: all(os.path.exists(f"ready.{n}") for n in "12"), "both")
    with open("twin.go", "w", encoding="ascii"):
        pass
    for twin in twins:
        equal(twin.wait(LIMIT), 0, "a twin's end")
    records = finished("twin", 2)
    texts = [json.dumps(record) for record in records]
    equal([["twin.1" in text, "twin.2" in text] for text in texts].count(
        [True, True]), 0, "each has its own output")


def inner_belongs_to_outer():
    """Whatever starts it: a shell, with a cleaned environment, exec."""
    configure("[watch]\nscript = outer.sh inner.sh\n")
    script("inner.sh", "#!/bin/sh\necho inner >$1.out\n")
    script("outer.sh", "#!/bin/sh\n./inner.sh a\nenv -i ./inner.sh b\n"
           "exec ./inner.sh c\n")
    equal(watched("./outer.sh").returncode, 0, "the outer one")
    shown = one_run("outer")
    equal(files(shown, "Outputs"), ["a.out", "b.out", "c.out"],
          "outputs of the run")
    equal(folders("inner"), [], "runs of the inner one")


def wrapper_comes_first():
    """Under `pedigree run` a watched program is that run's."""
    configure("[watch]\nscript = inner.sh\n")
    done = watched("pedigree", "run", "--name", "wrapped", "--",
                   "./inner.sh", "wrapped")
    equal(done.returncode, 0, "the wrapper")
    check("wrapped.out" in files(answer("show", "wrapped"), "Outputs"),
          "the output is the wrapped run's")
    equal(folders("inner"), [], "runs of the watched one")


def rules_are_what_they_say():
    """All keys of a section must match, of a key any pattern; sections are
    alternatives; ./pedigree.conf has no say."""
    script("say.sh", "#!/bin/sh\ntrue\n")
    me, nobody = os.getuid(), 65534 if os.getuid() != 65534 else 65533
    rules = [
        ("script = *.{py,sh}", ["./say.sh"], True),
        ("script = say.py", ["./say.sh"], False),
        (f"script = ~{work}/say.sh", ["./say.sh"], False),
        (f"script = {os.path.basename(work)}/*.sh", ["./say.sh"], True),
        ("program = sh dash bash\nscript = say.sh", ["sh", "say.sh"], True),
        ("program = perl\nscript = say.sh", ["sh", "say.sh"], False),
        ("script = say.sh", ["cat", "say.sh"], False),
        ("script = say.sh", ["sh", "-c", "cat say.sh"], False),
        ("script = say.sh", ["sh", "-e", "say.sh"], True),
        ("command = *say.sh*--depth?7*", ["sh", "say.sh", "--depth", "7"],
         True),
        ("command = *say.sh*--depth?7*", ["sh", "say.sh", "--depth", "8"],
         False),
        (f"program = true\nuser = {me}", ["/bin/true"], True),
        (f"program = true\nuser = {nobody} no-such-user", ["/bin/true"],
         False),
    ]
    for text, command, expected in rules:
        configure(f"[watch a]\nprogram = no-such\n[watch b]\n{text}\n")
        before = len(folders())
        equal(watched(*command).returncode, 0, f"{command}")
        equal(len(folders()) > before, expected, f"{text!r} and {command}")
    configure("[watch a]\nprogram = no-such\n")
    with open("pedigree.conf", "w", encoding="ascii") as file:
        file.write("[watch]\nprogram = true\n")
    before = folders()
    equal(watched("/bin/true").returncode, 0, "beside a ./pedigree.conf")
    os.unlink("pedigree.conf")
    equal(folders(), before, "runs")


def mistakes_do_not_hurt():
    """A configuration that cannot be read, a list that is none."""
    configure("[watch\nscript =")
    before = folders()
    done = watched("/bin/echo", "fine")
    equal((done.returncode, done.stdout, done.stderr), (0, b"fine\n", b""),
          "with a broken configuration")
    made = glob.glob(os.path.join(HOME, "watch", "*.list"))
    check(made, "there is a list")
    configure("[watch]\nprogram = no-such\n")
    with open(made[0], "rb") as file:
        good = file.read()
    for bad in (b"", good[:-1], good[:39], b"x" * len(good),
                good[:16] + b"\xff" * (len(good) - 17) + b"\0", good * 9000):
        with open("bad.list", "wb") as file:
            file.write(bad)
        done = watched("/bin/echo", "fine", also={
            "PEDIGREE_WATCH": os.path.abspath("bad.list")})
        equal((done.returncode, done.stdout, done.stderr),
              (0, b"fine\n", b""), f"with a list {bad[:48]}")
    equal(folders(), before, "runs")


def env_prints():
    configure("[watch]\nscript = env.sh\n")
    script("env.sh", "#!/bin/sh\ntrue\n")
    told = answer("env")
    equal(told["Rules"], 1, "rules")
    equal(told["Environment"], {"LD_PRELOAD": os.path.realpath(SHIM),
                                "PEDIGREE_HOME": HOME}, "variables")
    check(os.path.exists(told["WatchList"]), "the list")
    odd = os.fsencode(work) + b"/odd\xff"
    done = subprocess.run(["pedigree", "env", "--json"], check=True,
                          env={**os.environb, b"PEDIGREE_HOME": odd},
                          timeout=LIMIT, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    equal(json.loads(done.stdout.decode())["Environment"]["PEDIGREE_HOME"],
          f"{work}/odd\ufffd", "a folder that is no UTF-8")
    run("sh", "-c", 'eval "$(pedigree env)" && ./env.sh')
    finished("env")
    # As slurmd does with what a TaskProlog prints.
    lines = run("sh", "-c", pedigree("env", "--format", "slurm"))
    slurm = dict(line[len("export "):].split("=", 1)
                 for line in lines.splitlines())
    run("./env.sh", env={**os.environ, **slurm})
    finished("env", 2)
    docker = pedigree("env", "--format", "docker").splitlines()
    equal(docker[0], f'ENV LD_PRELOAD="{os.path.realpath(SHIM)}"', "docker")
    unit = pedigree("env", "--format", "systemd", "--list", "unit.list")
    check(f'Environment="PEDIGREE_WATCH={work}/unit.list"' in
          unit.splitlines(), unit)
    configure("")
    run("./env.sh", env={**os.environ, "LD_PRELOAD": SHIM,
                         "PEDIGREE_WATCH": work + "/unit.list"})
    finished("env", 3)
    pedigree("env", "--format", "html", status=2)


def long_lists_are_made_anew():
    """A list that is not small is mapped, and given back in time."""
    many = "".join(f"[watch many{number}]\nscript = {work}/no-{number}*.py\n"
                   for number in range(100))
    path = script("long.sh", "#!/bin/sh\necho done\n")
    for turn in range(3):
        configure(many + f"[watch turn{turn}]\nscript = {work}/lo?g.sh\n")
        done = watched(path)
        equal((done.returncode, done.stdout, done.stderr),
              (0, b"done\n", b""), "a program under a list made anew")
    finished("long", 3)


for test in (training_is_captured, others_leave_nothing,
             nothing_is_configured, program_cannot_tell, killed,
             two_at_once_are_two, inner_belongs_to_outer,
             wrapper_comes_first, rules_are_what_they_say,
             long_lists_are_made_anew, mistakes_do_not_hurt, env_prints):
    print(f"-- {test.__name__}")
    sys.stdout.flush()
    test()
passed()
