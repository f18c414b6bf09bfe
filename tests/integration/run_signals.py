# SPDX-License-Identifier: Apache-2.0
"""Signals and the terminal: a command under `pedigree run` gets each signal
once, whoever it was sent to, and stops and goes on as a bare one does."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

from support import LIMIT, check, equal, needs, passed, wait_for, work

RUN = ["pedigree", "run", "-q", "--"]

# Counts signals in a file, a word each; ends at USR2.
COUNTER = """
import os, signal, sys, time
out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
def note(number, frame):
    os.write(out, (signal.Signals(number).name + " ").encode())
    if number == signal.SIGUSR2:
        os._exit(5)
for name in ("TERM", "HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "WINCH",
             "CONT"):
    signal.signal(getattr(signal, "SIG" + name), note)
os.write(out, b"ready ")
# Short: a signal between the last look for one and the sleep waits for its end.
while True:
    time.sleep(0.02)
"""


def content(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def contains(path, text):
    return lambda: text in content(path)


def children(pid):
    return [int(word) for word in
            content(f"/proc/{pid}/task/{pid}/children").split()]


def command_of(wrapper):
    """The wrapper's child that became another program."""
    own = os.readlink(f"/proc/{wrapper}/exe")
    for pid in children(wrapper):
        try:
            if os.readlink(f"/proc/{pid}/exe") != own:
                return pid
        except OSError:
            pass
    return None


def state(pid):
    text = content(f"/proc/{pid}/stat")
    return text.rsplit(")", 1)[1].split()[0] if text else "gone"


def start(name, **more):
    """Starts the counter under capture, in a process group of its own."""
    with open("counter.py", "w", encoding="ascii") as file:
        file.write(COUNTER)
    log = os.path.join(work, name)
    process = subprocess.Popen(RUN + [sys.executable, "counter.py", log],
                               preexec_fn=os.setpgrp, **more)
    wait_for(contains(log, "ready"), "the counter")
    return process, log


def end(process, log):
    """Ends the counter and returns what it got."""
    os.kill(process.pid, signal.SIGUSR2)
    equal(process.wait(LIMIT), 5, "status of the counter")
    return content(log).split()[1:]


def to_the_wrapper_alone():
    for name in ("TERM", "HUP", "INT", "QUIT", "USR1", "ALRM", "WINCH",
                 "CONT"):
        number = getattr(signal, "SIG" + name)
        process, log = start("alone-" + name)
        os.kill(process.pid, number)
        wait_for(contains(log, number.name), f"{name} to be passed on")
        equal(end(process, log), [number.name, "SIGUSR2"],
              f"{name} sent to the wrapper alone")


def to_the_group():
    for name in ("TERM", "HUP", "INT", "USR1"):
        number = getattr(signal, "SIG" + name)
        process, log = start("group-" + name)
        os.killpg(process.pid, number)
        wait_for(contains(log, number.name), f"{name} of the group")
        # The wrapper needs time to make the mistake that is looked for;
        # what it does with the next signal comes after that.
        os.kill(process.pid, signal.SIGALRM)
        wait_for(contains(log, "SIGALRM"), "the next signal")
        equal(end(process, log), [number.name, "SIGALRM", "SIGUSR2"],
              f"{name} sent to the group")


def to_the_command():
    process, log = start("command")
    os.kill(command_of(process.pid), signal.SIGTERM)
    wait_for(contains(log, "SIGTERM"), "TERM of the command")
    equal(end(process, log), ["SIGTERM", "SIGUSR2"], "sent to the command")


def timeout_once():
    log = os.path.join(work, "timeout")
    script = COUNTER.replace(
        "while True:\n    time.sleep(0.02)",
        "end = time.monotonic() + 2\n"
        "while time.monotonic() < end:\n    time.sleep(0.05)")
    with open("limited.py", "w", encoding="ascii") as file:
        file.write(script)
    done = subprocess.run(["timeout", "1"] + RUN +
                          [sys.executable, "limited.py", log],
                          timeout=LIMIT, check=False)
    equal(done.returncode, 124, "status of timeout")
    equal(content(log).split().count("SIGTERM"), 1,
          f"TERMs that timeout sent: {content(log)}")


def killed_by_timeout():
    bare = subprocess.run(["timeout", "0.2", "sleep", "60"], check=False)
    ours = subprocess.run(["timeout", "0.2"] + RUN + ["sleep", "60"],
                          check=False, timeout=LIMIT)
    equal(ours.returncode, bare.returncode, "status of timeout")


def stops_and_goes_on():
    process, log = start("stop")
    child = command_of(process.pid)
    os.kill(process.pid, signal.SIGTSTP)
    wait_for(lambda: state(child) == "T" and state(process.pid) == "T",
             "both to stop")
    os.kill(process.pid, signal.SIGCONT)
    wait_for(lambda: state(child) != "T" and state(process.pid) != "T",
             "both to go on")
    wait_for(contains(log, "SIGCONT"), "CONT to be passed on")
    # Somebody stops and continues the command itself.
    os.kill(child, signal.SIGSTOP)
    wait_for(lambda: state(process.pid) == "T", "the wrapper to stop too")
    os.kill(child, signal.SIGCONT)
    wait_for(lambda: state(process.pid) != "T", "the wrapper to go on too")
    equal(end(process, log), ["SIGCONT", "SIGCONT", "SIGUSR2"],
          "stop and continue")


class Terminal:
    """A shell or program on a terminal of its own."""

    def __init__(self, command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(command[0], command)
        self.text = b""

    def read(self):
        ready, _, _ = select.select([self.fd], [], [], 0.05)
        if ready:
            try:
                self.text += os.read(self.fd, 65536)
            except OSError:
                pass

    def expect(self, text):
        def seen():
            self.read()
            return text in self.text
        end = time.monotonic() + LIMIT
        while not seen():
            check(time.monotonic() < end,
                  f"no {text!r} on the terminal: {self.text!r}")
        self.text = self.text.split(text, 1)[1]

    def send(self, text):
        os.write(self.fd, text)

    def wait(self):
        def ended():
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return (status,) if pid else None
        return wait_for(ended, "the end on the terminal")[0]


def is_a_terminal():
    terminal = Terminal(RUN + [
        sys.executable, "-c",
        "import os; print([os.isatty(i) for i in range(3)],"
        "os.tcgetpgrp(0) == os.getpgrp())"])
    terminal.expect(b"[True, True, True] True")
    equal(terminal.wait(), 0, "status on a terminal")


def control_c():
    log = os.path.join(work, "control-c")
    with open("counter.py", "w", encoding="ascii") as file:
        file.write(COUNTER)
    terminal = Terminal(RUN + [sys.executable, "counter.py", log])
    wait_for(contains(log, "ready"), "the counter")
    terminal.send(b"\x03")
    wait_for(contains(log, "SIGINT"), "INT")
    os.kill(command_of(terminal.pid), signal.SIGUSR2)
    equal(os.waitstatus_to_exitcode(terminal.wait()), 5, "status")
    equal(content(log).split()[1:], ["SIGINT", "SIGUSR2"], "Ctrl-C")
    check(os.listdir(os.path.join(work, "home", "spool", "runs")),
          "the record was written")


def control_z():
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"])
    attributes = termios.tcgetattr(terminal.fd)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal.fd, termios.TCSANOW, attributes)
    terminal.send(b"PS1= ; set +o emacs +o vi 2>/dev/null\n")
    log = os.path.join(work, "control-z")
    terminal.send(f"{' '.join(RUN)} {sys.executable} counter.py {log}\n"
                  .encode())
    wait_for(contains(log, "ready"), "the counter")
    terminal.send(b"\x1a")
    terminal.expect(b"Stopped")
    terminal.send(b"echo shell is $((40 + 2))\n")
    terminal.expect(b"shell is 42")
    terminal.send(b"fg\n")
    wait_for(contains(log, "SIGCONT"), "fg")
    terminal.send(b"\x03")
    wait_for(contains(log, "SIGINT"), "Ctrl-C after fg")
    terminal.send(b"\x1a")
    terminal.expect(b"Stopped")
    terminal.send(b"kill -USR2 %1; fg; echo status $((0 + $?))\n")
    terminal.expect(b"status 5")
    terminal.send(b"exit 0\n")
    terminal.wait()
    equal([word for word in content(log).split()[1:] if word != "SIGCONT"],
          ["SIGINT", "SIGUSR2"], "what the command got")


needs("bash", "timeout")
to_the_wrapper_alone()
to_the_group()
to_the_command()
timeout_once()
killed_by_timeout()
stops_and_goes_on()
is_a_terminal()
control_c()
control_z()
passed()
