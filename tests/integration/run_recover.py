# SPDX-License-Identifier: Apache-2.0
"""A killed program, a killed wrapper, a killed finisher, processes that
outlive the run: the record is made all the same, and the next command says
so."""

import glob
import json
import os
import signal
import subprocess
import sys

from support import LIMIT, check, equal, passed, wait_for, work

RUNS = os.path.join(work, "home", "spool", "runs")


def next_command():
    """What the next command says of earlier runs."""
    done = subprocess.run(["pedigree", "push", "-q"], timeout=60, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(done.returncode, 0, f"the next command: {done.stderr}")
    return done.stderr.decode()


def folder(name):
    found = glob.glob(os.path.join(RUNS, name + "-??????"))
    equal(len(found), 1, f"folders of {name}: {found}")
    return found[0]


def has(name, file):
    return bool(glob.glob(os.path.join(RUNS, name + "-??????", file)))


def record(name):
    with open(os.path.join(folder(name), "record.json"),
              encoding="utf-8") as file:
        return json.load(file)


def start(name, script):
    """Starts a shell script under capture; it writes its pid first."""
    command = ["pedigree", "run", "-q", "--name", name, "--", "sh", "-c",
               f"echo $$ > {name}.pid.new; mv {name}.pid.new {name}.pid;"
               + script]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    wait_for(lambda: os.path.exists(name + ".pid"), "the script's start")
    with open(name + ".pid", encoding="ascii") as file:
        return process, int(file.read())


def killed_program():
    process, pid = start("victim", "echo data > victim.out; sleep 60")
    os.kill(pid, signal.SIGKILL)
    equal(process.wait(LIMIT), -signal.SIGKILL, "status of a killed program")
    wait_for(lambda: has("victim", "record.json"), "the record")
    check(record("victim")["Capture"]["Events"] > 0, "events of the killed")


def killed_wrapper():
    process, pid = start("orphan", "while test ! -e stop; do sleep 0.02; done;"
                         " echo data > orphan.out")
    wait_for(lambda: has("orphan", "pid.json"), "pid.json")
    process.kill()
    process.wait(LIMIT)
    said = next_command()
    equal(said, "", "while the program runs, its run is left alone")
    check(not has("orphan", "record.json"), "no record of a run that runs")
    with open("stop", "w", encoding="ascii"):
        pass
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the end")
    said = next_command()
    equal(said, "pedigree: finished the record of run orphan, whose wrapper"
          " was killed\n", "what the next command says")
    check(has("orphan", "record.json"), "the record")
    equal(next_command(), "", "it is said once")


def killed_both():
    process, pid = start("both", "echo data > both.out; sleep 60")
    process.kill()
    process.wait(LIMIT)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the end")
    check("finished the record of run both, whose wrapper was killed"
          in next_command(), "after the death of both")


def killed_finisher():
    """As a finisher that was killed leaves a run: ended, and no record."""
    subprocess.run(["pedigree", "run", "-q", "--name", "half", "--", "true"],
                   check=True, timeout=60)
    os.unlink(os.path.join(folder("half"), "record.json"))
    check("finished the record of run half, which had ended without one"
          in next_command(), "after the death of the finisher")


def still_running():
    script = ("sh -c 'echo $$ > daemon.pid.new; mv daemon.pid.new daemon.pid;"
              " while test ! -e daemon.stop; do sleep 0.02; done;"
              " echo late > daemon.out' </dev/null >/dev/null 2>&1 &"
              " while test ! -e daemon.pid; do sleep 0.02; done")
    done = subprocess.run(["pedigree", "run", "--name", "daemon", "--", "sh",
                           "-c", script], timeout=60, check=True,
                          stderr=subprocess.PIPE)
    check(b"still running" in done.stderr, f"the line at the end: "
          f"{done.stderr}")
    with open("daemon.pid", encoding="ascii") as file:
        pid = int(file.read())
    first = record("daemon")
    check(pid in [one["Pid"] for one in first["Capture"]["StillRunning"]],
          f"StillRunning: {first['Capture']['StillRunning']}")
    equal(first["Revision"], 0, "first revision")
    alive = [one["Pid"] for one in first["Capture"]["StillRunning"]]
    with open("daemon.stop", "w", encoding="ascii"):
        pass
    for one in alive:
        wait_for(lambda: not os.path.exists(f"/proc/{one}"), "its end")
    check("amended the record of run daemon" in next_command(),
          "the next command amends")
    second = record("daemon")
    equal((second["Revision"], second["Capture"]["StillRunning"]), (1, []),
          "the amended record")
    check(second["Capture"]["Events"] > first["Capture"]["Events"],
          "what happened since is in it")
    equal(next_command(), "", "nothing more to amend")


def broken_begin():
    process, pid = start("broken", "sleep 60")
    process.kill()
    process.wait(LIMIT)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the end")
    with open(os.path.join(folder("broken"), "begin.json"), "wb") as file:
        file.write(b"{\xff\0")
    said = next_command()
    check("cannot finish the record" in said and "moved to" in said,
          f"a begin.json that is none: {said}")
    equal(next_command(), "", "it is out of the way")


def torn_log():
    process, pid = start("torn", "echo x > torn.out; sleep 60")
    process.kill()
    process.wait(LIMIT)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the end")
    log = glob.glob(os.path.join(folder("torn"), "*.events"))[0]
    with open(log, "r+b") as file:
        file.seek(4096 + 200)
        file.write(b"\xff" * 300)
    check("finished the record of run torn" in next_command(), "a torn log")
    check(has("torn", "record.json"), "the record of a torn log")


def os_exit():
    subprocess.run(["pedigree", "run", "-q", "--name", "exits", "--",
                    sys.executable, "-c",
                    "import os; open('exits.out', 'w').write('x');"
                    " os._exit(0)"], check=True, timeout=60)
    check(record("exits")["Capture"]["Events"] > 0, "events before _exit")


killed_program()
killed_wrapper()
killed_both()
killed_finisher()
still_running()
broken_begin()
torn_log()
os_exit()
passed()
