#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Spool and ledger where somebody else was first: links to files that are not
ours to change, folders and runs of another user."""

import glob
import os
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

NOBODY = 65534
HOME = f"{t.work}/place"
TREASURE = f"{t.work}/treasure"
os.environ["PEDIGREE_HOME"] = HOME


def state(path):
    """All there is below a path, with what would show that it was touched. An
    empty lock may come: whoever may make one waits for nobody."""
    found = {}
    for at in [path, *glob.glob(f"{path}/**", recursive=True)]:
        info = os.lstat(at)
        content = ""
        if stat.S_ISREG(info.st_mode):
            with open(at, encoding="utf-8", errors="replace") as file:
                content = file.read()
        if os.path.basename(at) != "lock" or info.st_size:
            found[at.rstrip("/")] = (info.st_mode, info.st_uid, content)
    return found


def anew():
    shutil.rmtree(HOME, ignore_errors=True)
    os.makedirs(f"{HOME}/spool/runs", mode=0o700)


def run(name):
    """A command is what it is without us, whatever we find."""
    done = subprocess.run(
        ["pedigree", "run", "--name", name, "--", "sh", "-c",
         "cat in.csv; exit 3"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=120, check=False)
    t.equal((done.returncode, done.stdout), (3, b"1\n"), f"{name} itself")
    return done.stderr.decode(errors="replace")


def links_to_files_are_not_written_through():
    for n, place in enumerate((
            "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db-journal",
            "spool/lock", "spool/runs/lock", "digests.db", "redact.key",
            "packages")):
        anew()
        before = state(TREASURE)
        os.symlink(f"{TREASURE}/gold", f"{HOME}/{place}")
        said = run(f"file{n}")
        subprocess.run(["pedigree", "gc", "--age", "1ms"], check=False,
                       stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=120)
        t.equal(state(TREASURE), before, f"what {place} links to")
        if "waits in" not in said:
            t.equal([r["TrialComponentName"] for r in t.answer("list", "runs")],
                    [f"file{n}"], f"runs with a link for {place}")


def a_ledger_that_links_to_nothing_is_not_made_elsewhere():
    anew()
    os.symlink(f"{TREASURE}/made", f"{HOME}/ledger.db")
    said = run("dangling")
    t.check(not os.path.exists(f"{TREASURE}/made"), "a file was made")
    t.check("waits in" in said, said)


def runs_are_not_kept_behind_a_link():
    anew()
    os.rmdir(f"{HOME}/spool/runs")
    os.symlink(TREASURE, f"{HOME}/spool/runs")
    before = state(TREASURE)
    run("behind")
    t.equal(state(TREASURE), before, "the folder that runs/ links to")
    t.check(t.answer("show", "behind")["TrialComponent"], "no record")


def others_folders_are_not_ours():
    """Nor the runs in them, whatever they say they are."""
    anew()
    os.chown(f"{HOME}/spool/runs", NOBODY, NOBODY)
    os.chmod(f"{HOME}/spool/runs", 0o777)
    before = state(f"{HOME}/spool/runs")
    run("foreign")
    t.equal(state(f"{HOME}/spool/runs"), before, "what was put there")
    t.check(t.answer("show", "foreign")["TrialComponent"], "no record")


def a_run_of_another_user_is_none():
    anew()
    run("mine")
    mine, = glob.glob(f"{HOME}/spool/runs/mine-*")
    evil = f"{HOME}/spool/runs/evil-123456"
    shutil.copytree(mine, evil, symlinks=True)
    os.unlink(f"{evil}/record.json")
    for at in glob.glob(f"{evil}/*.json"):
        with open(at, encoding="utf-8") as file:
            text = file.read()
        with open(at, "w", encoding="utf-8") as file:
            file.write(text.replace("mine", "evil"))
    for at in [evil, *glob.glob(f"{evil}/*")]:
        os.chown(at, NOBODY, NOBODY)
    before = state(evil)
    names = [r["TrialComponentName"] for r in t.answer("list", "runs")]
    t.equal(names, ["mine"], "runs beside one of another user")
    t.pedigree("gc", "--age", "1ms")
    t.equal(state(evil), before, "another user's run")


os.mkdir(TREASURE)
with open(f"{TREASURE}/gold", "w", encoding="ascii") as gold:
    gold.write("gold\n")
with open("in.csv", "w", encoding="ascii") as data:
    data.write("1\n")
links_to_files_are_not_written_through()
a_ledger_that_links_to_nothing_is_not_made_elsewhere()
runs_are_not_kept_behind_a_link()
if os.geteuid() == 0:
    others_folders_are_not_ours()
    a_run_of_another_user_is_none()
t.passed()
