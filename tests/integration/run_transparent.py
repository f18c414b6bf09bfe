# SPDX-License-Identifier: Apache-2.0
"""`pedigree run` and `pedigree deploy` cannot be told from the bare command:
exit status, death by signal, streams, descriptors, environment."""

import os
import signal
import subprocess
import sys

from support import BUILD, check, equal, needs, passed, work

RUN = ["pedigree", "run", "-q", "--"]
DEPLOY = ["pedigree", "deploy", "-q", "--endpoint", "e", "--"]


def outcome(command, **more):
    """Status, output and errors of a command."""
    more.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60, check=False,
                          **more)
    return done.returncode, done.stdout, done.stderr


def same(what, command, **more):
    """A command's outcome is the same bare and under capture."""
    def fresh():
        return {key: value() if callable(value) and key != "preexec_fn"
                else value for key, value in more.items()}
    equal(outcome(RUN + command, **fresh()), outcome(command, **fresh()),
          what)


def exit_statuses():
    for status in (0, 1, 2, 42, 125, 126, 127, 255):
        same(f"exit {status}", ["sh", "-c", f"exit {status}"])
    equal(outcome(DEPLOY + ["sh", "-c", "exit 7"])[0], 7, "deploy: exit 7")


def death_by_signal():
    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM,
                   signal.SIGABRT, signal.SIGINT, signal.SIGPIPE,
                   signal.SIGUSR1):
        command = ["sh", "-c", f"kill -{int(number)} $$"]
        same(f"death by {number.name}", command)
        equal(outcome(RUN + command)[0], -number, f"status of {number.name}")


def os_exit():
    same("os._exit", [sys.executable, "-c", "import os; os._exit(9)"])


def not_started():
    status, out, err = outcome(RUN + ["no-such-program"])
    equal((status, out), (127, b""), "a program that is not there")
    check(b"no-such-program" in err, f"127 without its name: {err}")
    os.mkdir("folder")
    with open("data", "w", encoding="ascii") as file:
        file.write("x")
    equal(outcome(RUN + ["./data"])[0], 126, "a file that is not executable")
    equal(outcome(RUN + ["./folder"])[0], 126, "a folder")
    equal(outcome(["pedigree", "run", "--no-such-option", "true"])[0], 125,
          "a wrong option")
    equal(outcome(["pedigree", "run"])[0], 125, "no command")
    equal(outcome(["pedigree", "deploy", "--endpoint-arn", "e", "--",
                   "true"])[0], 125, "no ARN")
    spool = os.path.join(work, "home", "spool", "runs")
    runs = [name for name in os.listdir(spool) if name != "lock"]
    check(not [name for name in runs if "no-such" in name],
          f"a run that never started was left behind: {runs}")


def streams():
    same("stdin and stdout", ["cat"], stdin=None, input=b"one\0two\xff\n")
    same("stderr", ["sh", "-c", "echo out; echo err >&2"])
    status, out, err = outcome(["pedigree", "run", "--", "sh", "-c",
                                "echo out; echo err >&2"])
    equal((status, out), (0, b"out\n"), "stdout of a run that tells")
    lines = err.splitlines()
    equal(lines[0], b"err", "the command's stderr comes first")
    check(len(lines) == 2 and lines[1].startswith(b"pedigree: run sh-"),
          f"one line at the end: {err}")
    check(b"; pedigree show sh-" in lines[1], f"what to do next: {err}")


def pipes_end():
    script = "yes | pedigree run -q -- head -1"
    equal(outcome(["bash", "-c", script + "; echo ${PIPESTATUS[*]}"]),
          (0, b"y\n141 0\n", b""), "yes ends by SIGPIPE")
    equal(outcome(["bash", "-c", "pedigree run -q -- yes | head -1;"
                   " echo ${PIPESTATUS[*]}"]),
          (0, b"y\n141 0\n", b""), "a captured yes ends by SIGPIPE")


def closed_descriptors():
    same("descriptors", ["ls", "/proc/self/fd"])
    for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
        script = ("import os\n"
                  "out = []\n"
                  "for fd in range(20):\n"
                  "    try: out.append((fd, os.readlink(f'/proc/self/fd/{fd}')"
                  ".split(':')[0]))\n"
                  "    except OSError: pass\n"
                  f"open({work + '/seen'!r}, 'w').write(repr(out))\n")
        with open("seen.py", "w", encoding="ascii") as file:
            file.write(script)
        seen = []
        for prefix in ("", "pedigree run -q -- "):
            outcome(["sh", "-c", f"exec {prefix}{sys.executable} seen.py "
                     f"{closed}"])
            with open("seen", encoding="ascii") as file:
                seen.append(file.read())
            os.unlink("seen")
        equal(seen[1], seen[0], f"descriptors with {closed}")


def extra_descriptors():
    same("descriptor 7 goes through",
         ["bash", "-c", "exec 7>seven; ls /proc/self/fd"])
    equal(outcome(["bash", "-c", "pedigree run -q -- ls /proc/self/fd 7<>x"]),
          outcome(["bash", "-c", "ls /proc/self/fd 7<>x"]),
          "descriptors with 7 open")


def environment():
    bare = outcome(["env"])[1].splitlines()
    ours = outcome(RUN + ["env"])[1].splitlines()
    more = [line for line in ours if line not in bare]
    check(len(more) == 1 and more[0].startswith(b"LD_PRELOAD=") and
          len(ours) == len(bare) + 1, f"environment changed: {more}")
    off = dict(os.environ, PEDIGREE_DISABLE="1")
    equal(outcome(RUN + ["env"], env=off)[1], outcome(["env"], env=off)[1],
          "environment with PEDIGREE_DISABLE=1")
    equal(outcome(RUN + ["no-such"], env=off)[0], 127,
          "127 with PEDIGREE_DISABLE=1")
    equal(outcome(RUN + ["sh", "-c", "echo $PPID"], env=off)[0], 0,
          "a command with PEDIGREE_DISABLE=1")


def signal_state():
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    same("mask and dispositions",
         ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"],
         preexec_fn=ignore)


def groups():
    script = ("import os; print(os.getpgrp() == int(os.environ['GROUP']),"
              "os.getsid(0) == int(os.environ['SESSION']), os.nice(0))")
    env = dict(os.environ, GROUP=str(os.getpgrp()), SESSION=str(os.getsid(0)))
    same("process group, session, niceness",
         [sys.executable, "-c", script], env=env)


# In a build tree `pedigree` is libtool's script, which opens files and sets
# variables of its own before it becomes the program.
if os.path.exists(os.path.join(BUILD, ".libs", "pedigree")):
    libraries = os.path.join(BUILD, ".libs")
    os.environ["PATH"] = libraries + os.pathsep + os.environ["PATH"]
    os.environ["LD_LIBRARY_PATH"] = libraries

needs("bash")
exit_statuses()
death_by_signal()
os_exit()
not_started()
streams()
pipes_end()
closed_descriptors()
extra_descriptors()
environment()
signal_state()
groups()
passed()
