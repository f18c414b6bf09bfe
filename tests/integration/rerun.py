#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs that are done again: are their outputs the same?"""

import json
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

TRAIN = """
import glob, os, sys
import joblib
import helper
from sklearn.linear_model import SGDClassifier

rows = [[float(v) for v in open(name)] for name in sorted(glob.glob("data/*"))]
seed = None if "random" in sys.argv else 7
model = SGDClassifier(random_state=seed, max_iter=5, tol=None)
os.makedirs("out", exist_ok=True)
joblib.dump(model.fit(rows, [i % 2 for i in range(len(rows))]), "out/m.joblib")
print("trained", helper.WORD)
"""


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def rerun(status, *words, **more):
    """stdout and stderr of a command that ends so."""
    done = subprocess.run(["pedigree", "rerun", *words], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          **more)
    out, err = done.stdout.decode(), done.stderr.decode()
    t.equal(done.returncode, status, f"rerun {words}: {out}{err}")
    return out, err


def run(name, *command, **more):
    t.pedigree("run", "-q", "--name", name, "--param", "owner=me", "--",
               *command, **more)


def parameters(name):
    return {key: value.get("StringValue", value.get("NumberValue"))
            for key, value in
            t.answer("show", name)["TrialComponent"]["Parameters"].items()}


def project(python):
    os.makedirs("project/data")
    os.chdir("project")
    for i in range(24):
        write(f"data/{i:02}", f"{i}\n{i * i % 7}\n")
    write("helper.py", "WORD = 'well'\n")
    write("train.py", TRAIN)
    run("fit", python, "train.py", env={**os.environ, "OMP_NUM_THREADS": "1"})
    run("random", python, "train.py", "random")


def same():
    out, err = rerun(0, "fit")
    t.check("trained well\n" in out, out)
    t.check("outputs: 1 the same, 0 not, 0 not known" in out, out)
    t.check("rerun fit-2: " in err, err)
    old, new = t.answer("show", "fit"), t.answer("show", "fit-2")
    tie = parameters("fit-2")
    t.equal(tie["pedigree.rerun-of"], old["TrialComponent"]["TrialComponentArn"],
            "the property")
    t.equal(tie["owner"], "me", "a parameter that was given")
    t.check("pedigree.rerun-forced" not in tie, tie)
    for role in ("Inputs", "Outputs"):
        t.equal({a["ArtifactArn"] for a in new[role]},
                {a["ArtifactArn"] for a in old[role]}, f"the same {role}")
    # The environment is that of the first time, but for what is the user's.
    answer = json.loads(t.pedigree("diff", "fit", "fit-2", "--json", env={
        **os.environ, "OMP_NUM_THREADS": "5"}))
    t.equal(answer["Environment"]["State"], "Same", "the environment")


def environment():
    more = {**os.environ, "OMP_NUM_THREADS": "5", "MKL_DYNAMIC": "1",
            "SECRET_OF_MINE": "kept"}
    run("env", "sh", "-c", "env >seen",
        env={**os.environ, "OMP_NUM_THREADS": "1"})
    rerun(1, "-q", "env", env=more)
    seen = read("seen").decode()
    t.check("OMP_NUM_THREADS=1\n" in seen, seen)
    t.check("MKL_DYNAMIC" not in seen, seen)
    t.check("SECRET_OF_MINE=kept\n" in seen, seen)


def different():
    before = read("out/m.joblib")
    out, _ = rerun(1, "random", "--json")
    answer = json.loads(out)
    t.equal(answer["Differs"], True, "a random seed")
    t.equal([(c["Change"], os.path.basename(c["Name"]))
             for c in answer["Outputs"]["Changes"]],
            [("Changed", "m.joblib")], "the output")
    t.check(read("out/m.joblib") != before, "nothing was written")


def into():
    rerun(0, "-q", "fit")
    first = read("out/m.joblib")
    stat = os.stat("out/m.joblib")
    rerun(0, "fit", "--into", "../again/here")
    t.equal(read("../again/here/out/m.joblib"), first, "the output")
    after = os.stat("out/m.joblib")
    t.equal((after.st_mtime_ns, after.st_ino), (stat.st_mtime_ns, stat.st_ino),
            "the first output")
    t.check(os.path.islink("../again/here/data/03"), "data is linked to")
    t.check(not os.path.islink("../again/here/train.py"), "code is copied")
    new = t.answer("show", "--json", "random")["TrialComponent"]
    t.check(new, "a run")
    # One that is not empty is nobody's to write to.
    _, err = rerun(2, "fit", "--into", "../again/here")
    t.check("no empty folder" in err, err)
    # Another seed, and the first output stays again.
    rerun(1, "-q", "random", "--into", "../other")
    t.equal(read("out/m.joblib"), first, "the first output")
    # Data stays the first run's.
    inputs = {a["ArtifactArn"] for a in t.answer("show", "fit")["Inputs"]
              if a["ArtifactType"] == "DataSet"}
    runs = [r["TrialComponentName"] for r in t.answer("list", "runs")]
    there = [r for r in runs if r.startswith("fit-") and
             parameters(r)["cwd"].endswith("/again/here")]
    t.equal(len(there), 1, "the run in another folder")
    t.equal({a["ArtifactArn"] for a in t.answer("show", there[0])["Inputs"]
             if a["ArtifactType"] == "DataSet"}, inputs, "its data")


def absolute():
    """What leads out of the folder is not written again."""
    here = os.getcwd()
    for name, words in (("abs", [f"{here}/made"]),
                        ("abs-option", [f"--to={here}/made"]),
                        ("out", ["../made-outside"])):
        path = words[0].split("=")[-1]
        run(name, "sh", "-c", 'echo "$2" >"$1"', "sh", path, words[0])
        write(path, "mine\n")
        _, err = rerun(2, name, "--into", f"../into-{name}")
        t.check("--into cannot keep it from being written again" in err, err)
        t.equal(read(path), b"mine\n", "the first output")
        t.check(not os.path.exists(f"../into-{name}"), "a folder was made")
    for name, text in (("code", f"import os\nHERE = '{here}'\n"
                                "open(os.path.join(HERE, 'made-code'), 'w')"),
                       ("code-file", f"open('{here}/made-code', 'w')\n")):
        write(f"{name}.py", text)
        run(name, "/usr/bin/python3", f"{name}.py")
        _, err = rerun(2, name, "--into", f"../into-{name}")
        t.check(f"{name}.py names {here}/made-code" in err, err)
    run("in", "sh", "-c", 'cat "$1" >copy', "sh", f"{here}/data/03")
    rerun(0, "-q", "in", "--into", "../into-in",
          env={**os.environ, "PYTHONPATH": here})
    # A search path with the project in it is about no output.
    run("path", "sh", "-c", "echo made >copy",
        env={**os.environ, "PYTHONPATH": here})
    rerun(0, "-q", "path", "--into", "../into-path")


def changed():
    count = len(t.answer("list", "runs"))
    before = read("data/05")
    write("data/05", "1\n2\n")
    out, err = rerun(2, "fit", "-q")
    t.equal(out, "", "output of what was not run")
    t.check("data/05: it has other bytes" in err and "--force" in err, err)
    t.equal(len(t.answer("list", "runs")), count, "runs")
    os.rename("helper.py", "kept")
    _, err = rerun(2, "fit", "--into", "../gone")
    t.check("helper.py" in err, err)
    os.rename("kept", "helper.py")
    rerun(1, "-q", "fit", "--force", "--name", "forced")
    t.equal(parameters("forced")["pedigree.rerun-forced"], "yes", "the mark")
    write("data/05", before.decode())
    # Outputs that changed are no reason.
    write("out/m.joblib", "broken")
    rerun(0, "-q", "fit")


def statuses():
    run("fails", "sh", "-c", "echo made >made; exit 7", status=7)
    rerun(7, "fails")
    run("killed", "sh", "-c", "test -e never || kill -9 $$", status=-9)
    rerun(-signal.SIGKILL, "killed")
    for words in ((), ("a", "b"), ("fti",), ("data/05",), ("out/m.joblib",)):
        out, err = rerun(2, *words)
        t.check(not out and err.startswith("pedigree: "), (out, err))
    _, err = rerun(2, "fti")
    t.check("did you mean 'fit'" in err, err)
    _, err = rerun(2, "fit", env={**os.environ, "PEDIGREE_DISABLE": "1"})
    t.check("switched off" in err, err)
    # Nobody got the answer, so nobody was told that it is the same.
    with open("/dev/full", "wb") as full:
        done = subprocess.run(["pedigree", "rerun", "fit", "--json"],
                              check=False, stdin=subprocess.DEVNULL,
                              stdout=full, stderr=subprocess.PIPE)
    t.equal(done.returncode, 2, "with a full disk")
    t.check(b"cannot write the answer: No space left" in done.stderr,
            done.stderr)


def secrets():
    run("secret", "sh", "-c", 'echo "${#2}" >length', "sh", "--password",
        "hunter2")
    _, err = rerun(2, "secret")
    t.check("argument 5" in err and "--arg 5=VALUE" in err, err)
    rerun(0, "-q", "secret", "--arg", "5=hunter2")
    rerun(1, "-q", "secret", "--arg", "5=other words")
    _, err = rerun(2, "secret", "--arg", "5=x", "--arg", "6=x")
    t.check("0 to 5" in err, err)
    found = t.run("sh", "-c", f"grep -rl hunter2 '{t.work}/home' || :")
    t.equal(found, "", "files with the secret")


def dry():
    odd = "a 'quoted'\n\x1b[31m word"
    run("odd", "sh", "-c", 'cat >copy', "sh", odd, stdin=open("data/07", "rb"))
    out, _ = rerun(0, "odd", "--dry-run", "--json")
    plan = json.loads(out)
    t.equal(plan["Command"], ["sh", "-c", "cat >copy", "sh", odd], "the command")
    t.equal(plan["Folder"], os.getcwd(), "the folder")
    t.equal(plan["Input"], os.path.abspath("data/07"), "standard input")
    out, _ = rerun(0, "odd", "--dry-run")
    t.check("\x1b" not in out, repr(out))
    os.remove("copy")
    t.run("bash", "-c", out)
    t.equal(read("copy"), read("data/07"), "what the printed lines do")
    write("copy", "")
    rerun(0, "-q", "odd")
    t.equal(read("copy"), read("data/07"), "standard input")


def redirected():
    """What a shell opened for the first run is not compared."""
    with open("log", "wb") as log:
        subprocess.run(["pedigree", "run", "-q", "--name", "says", "--", "sh",
                        "-c", "echo said; echo made >made"], check=True,
                       stdout=log)
    out, _ = rerun(0, "-q", "says")
    t.check("outputs: 1 the same" in out, out)


def removed():
    """A run in a folder without a path is not done again in another one."""
    os.makedirs("removed/deep")
    folder = os.path.abspath("removed/deep")
    subprocess.run(["sh", "-c", "rmdir ../deep && exec pedigree run -q --name "
                    "lost -- true"], cwd=folder,
                   check=True, stderr=subprocess.DEVNULL)
    cwd = t.answer("show", "lost")["TrialComponent"]["Parameters"]["cwd"]
    t.equal(cwd["StringValue"], folder + " (deleted)", "where it was")
    _, err = rerun(2, "lost", "--force")
    t.check("cannot go to" in err, err)


def main():
    t.needs("bash")
    python = t.python_with("sklearn")
    project(python)
    same()
    environment()
    different()
    into()
    absolute()
    changed()
    statuses()
    secrets()
    dry()
    redirected()
    removed()
    t.passed()


main()
