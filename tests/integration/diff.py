#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tells two runs apart, of a project as people have them."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402

FILES = 500


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def train(name, *arguments, **more):
    t.pedigree("run", "-q", "--name", name, "--", "sh", "train.sh",
               *arguments, **more)


def differing(answer):
    """The sections that differ."""
    return {key for key, section in answer.items()
            if isinstance(section, dict) and section.get("State") == "Differs"}


def diff(*runs):
    """The JSON of two runs, whose exit status agrees with it."""
    done = subprocess.run(["pedigree", "diff", "--json", *runs], check=False,
                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    answer = t.json.loads(done.stdout)
    t.equal(done.returncode, 1 if answer["Differs"] else 0, "exit status")
    t.equal(answer["Differs"], bool(differing(answer)), "Differs")
    return answer


def changes(answer, part):
    return [(c["Change"], c["Name"]) for c in answer[part]["Changes"]
            if c["Change"] != "NotRecorded"]


def project():
    os.makedirs("project/data")
    os.chdir("project")
    for i in range(FILES):
        write(f"data/part-{i:03}.csv", f"{i},{i * i}\n")
    write("train.sh", "cat data/*.csv | cksum >model.pkl\n"
                      "echo \"$2\" >>model.pkl\n")
    t.run("git", "init", "-q", ".")
    t.run("git", "add", "train.sh")
    commit("first")


def commit(text):
    t.run("git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit",
          "-qam", text)


def same_and_not():
    train("fit", "--lr", "0.1")
    train("fit", "--lr", "0.1")
    answer = diff("fit", "fit-2")
    t.equal(differing(answer), set(), "of the same run again")
    t.equal(answer["Data"]["Same"], FILES, "data files that are the same")
    t.equal(answer["Old"]["TrialComponentName"], "fit", "the old run")
    t.equal(answer["New"]["TrialComponentName"], "fit-2", "the new run")
    t.equal(t.pedigree("diff", "fit", "fit-2").count("no difference"), 1,
            "words for it")

    train("fit", "--lr", "0.2")
    answer = diff("fit-2", "fit-3")
    t.equal(differing(answer), {"Command", "Parameters", "Outputs"},
            "of another parameter")
    t.equal(answer["Parameters"]["Changes"],
            [{"Change": "Changed", "Name": "lr", "Old": "0.1", "New": "0.2"}],
            "the parameter")
    text = t.pedigree("diff", "fit-2", "fit-3", status=1)
    for line in ("  - lr = 0.1", "  + lr = 0.2"):
        t.check(line in text.split("\n"), f"no '{line}' in {text}")
    t.check("\x1b" not in text, "colour without a terminal")


def data_files():
    """Of 500 files one was added, one removed, one changed."""
    write("data/part-007.csv", "other\n")
    os.remove("data/part-100.csv")
    write("data/new one.csv", "new\n")
    train("fit", "--lr", "0.2")
    answer = diff("fit-3", "fit-4")
    t.equal(differing(answer), {"Data", "Outputs"}, "of other data")
    t.equal(set(changes(answer, "Data")),
            {("Added", "new%20one.csv"), ("Removed", "part-100.csv"),
             ("Changed", "part-007.csv")}, "the files")
    t.equal(answer["Data"]["Same"], FILES - 2, "those that are the same")
    for change in answer["Data"]["Changes"]:
        t.check(change["Folder"].endswith("/project/data"), change)
    text = t.pedigree("diff", "fit-3", "fit-4", status=1)
    t.check("    + new one.csv  sha256:" in text, text)
    t.check("Data 3 (+1 -1 ~1)" in text, text)


def code():
    write("train.sh", "cat data/*.csv | cksum >model.pkl\n"
                      "echo \"$2\" >>model.pkl\n# more\n")
    train("fit", "--lr", "0.2")
    answer = diff("fit-4", "fit-5")
    t.equal(differing(answer), {"Code"}, "of a dirty tree")
    t.equal(set(changes(answer, "Code")),
            {("Changed", "dirty"),
             ("Changed", "train.sh")}, "the code")
    commit("second")
    train("fit", "--lr", "0.2")
    answer = diff("fit-5", "fit-6")
    t.equal(set(changes(answer, "Code")),
            {("Changed", "dirty"), ("Changed", "commit")}, "the commit")


def last():
    answer = diff("--last")
    t.equal((answer["Old"]["TrialComponentName"],
             answer["New"]["TrialComponentName"]), ("fit-5", "fit-6"),
            "the last two")
    t.pedigree("run", "-q", "--name", "resnet-50", "--", "sh", "-c", "true")
    t.pedigree("diff", "--last", status=2)
    answer = diff("--last", "fit-3")
    t.equal(answer["Old"]["TrialComponentName"], "fit-2", "before fit-3")
    t.pedigree("diff", "--last", "fit", status=2)


def unfinished():
    """The newest run has no record yet: another one is compared, and said."""
    with subprocess.Popen(["pedigree", "run", "-q", "--name", "goes-on", "--",
                           "sh", "-c", "echo begun; read -r line"],
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        done = subprocess.run(["pedigree", "diff", "--last", "fit-6"],
                              check=False, capture_output=True)
        t.check(b"goes-on" not in done.stderr, done.stderr)
        done = subprocess.run(["pedigree", "diff", "--last"], check=False,
                              capture_output=True)
        t.check(b"goes-on has no record yet" in done.stderr, done.stderr)
        done = subprocess.run(["pedigree", "diff", "fit", "goes-on"],
                              check=False, capture_output=True)
        t.equal(done.returncode, 2, "of a run that goes on")
        t.check(b"has not ended yet" in done.stderr, done.stderr)
        process.communicate(b"end\n")


def folders():
    """The same bytes in another folder are told, as such."""
    shutil.copytree(".", "../copy")
    os.chdir("../copy")
    train("copy", "--lr", "0.2")
    answer = diff("fit-6", "copy")
    t.equal(differing(answer), {"Command", "Data", "Code", "Outputs"},
            "of another folder")
    for part in ("Data", "Code", "Outputs"):
        moved = [c for c in answer[part]["Changes"] if c["Change"] == "Moved"]
        t.equal(len(moved), 1, f"moved {part}")
        t.check("/project" in moved[0]["Old"] and "/copy" in moved[0]["New"],
                moved)
        t.check(moved[0]["Version"].startswith("sha256:"), moved)
    # One file of many is another one there.
    write("data/part-008.csv", "other\n")
    train("copy", "--lr", "0.2")
    answer = diff("fit-6", "copy-2")
    t.equal({c["Change"]: c.get("Name") for c in answer["Data"]["Changes"]},
            {"Moved": None, "Changed": "part-008.csv"}, "a changed copy")
    os.chdir("../project")


def ancestry():
    relation = diff("fit-6", "fit-5")["Ancestry"]
    t.equal(relation, {"Relation": "None", "Through": []}, "of two of a kind")
    write("tune.sh", "cat model.pkl >\"$1\"; echo tuned >>\"$1\"\n")
    for name in ("one", "two"):
        t.pedigree("run", "-q", "--name", name, "--", "sh", "tune.sh",
                   f"{name}.pkl")
    t.pedigree("run", "-q", "--name", "three", "--", "sh", "-c",
               "cat one.pkl >three.pkl; echo again >>three.pkl")
    for old, new, word, through in (
            ("copy", "three", "None", None),
            ("one", "three", "NewFromOld", "one.pkl"),
            ("three", "one", "OldFromNew", "one.pkl"),
            ("one", "two", "Common", "model.pkl"),
            ("two", "three", "Common", "model.pkl")):
        relation = diff(old, new)["Ancestry"]
        t.equal(relation["Relation"], word, f"{old} and {new}")
        t.equal([os.path.basename(a["Source"]["SourceUri"])
                 for a in relation["Through"]], [through] if through else [],
                f"what ties {old} and {new}")
    t.check("both go on from the same:" in
            t.pedigree("diff", "one", "two", status=1), "in words")


def surroundings():
    """Variables that decide how programs compute, and packages."""
    python = t.python_with("sklearn")
    sees = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_TOKEN": "hunter2"}
    for name, more in (("a", {}), ("a", {"OMP_NUM_THREADS": "2"}),
                       ("a", {"MKL_THREADS": "3", "SHOP": "x"})):
        t.pedigree("run", "-q", "--name", name, "--", python, "-c",
                   "import sklearn.linear_model", env={**sees, **more})
    t.equal(diff("a", "a-2")["Environment"]["Changes"],
            [{"Change": "Changed", "Name": "OMP_NUM_THREADS", "Old": "1",
              "New": "2"}], "a variable that changed")
    answer = diff("a", "a-3")
    t.equal(differing(answer), {"Environment"}, "of a variable more")
    t.equal(changes(answer, "Environment"), [("Added", "MKL_THREADS")],
            "a variable that was added")
    for part in ("Packages", "Host"):
        t.equal(answer[part]["State"], "Same", part)
        t.check(answer[part]["Same"] > 5, answer[part])

    t.pedigree("run", "-q", "--name", "b", "--", python, "-c", "import json",
               env=sees)
    packages = {c["Name"]: c for c in
                diff("a", "b")["Packages"]["Changes"]}
    version = t.run(python, "-c", "import sklearn as s; print(s.__version__)")
    t.equal(packages["python scikit-learn"],
            {"Change": "Removed", "Name": "python scikit-learn",
             "Old": version.strip(), "New": None}, "a distribution")
    t.check(not any("libc6" in name for name in packages), packages)
    if shutil.which("dpkg-query") and python == "/usr/bin/python3":
        version = t.run("dpkg-query", "-W", "-f", "${Version}",
                        "python3-numpy")
        t.equal(packages["debian python3-numpy"]["Old"], version, "a package")

    # A distribution of pip's, in another version.
    info = "lib/site-packages/shop_kit-1.dist-info"
    os.makedirs(info)
    write("lib/site-packages/shopkit.py", "")
    write(f"{info}/RECORD", "shopkit.py,,\n")
    for version in ("1.0", "1.1"):
        write(f"{info}/METADATA", f"Name: shop-kit\nVersion: {version}\n")
        t.pedigree("run", "-q", "--name", "kit", "--", python, "-c",
                   "import shopkit",
                   env={**os.environ, "PYTHONPATH": "lib/site-packages"})
    answer = diff("kit", "kit-2")
    t.equal(answer["Packages"]["Changes"],
            [{"Change": "Changed", "Name": "python shop-kit", "Old": "1.0",
              "New": "1.1"}], "another version")
    text = t.pedigree("diff", "kit", "kit-2", status=1)
    t.check("  - python shop-kit = 1.0\n  + python shop-kit = 1.1" in text,
            text)
    secret = t.run("sh", "-c", f"grep -rl hunter2 '{t.work}/home' || :")
    t.equal(secret, "", "files with a secret")


def failures():
    for words in (("fit", "fti"), ("fti", "fit"), ("fit",), (), ("a", "b", "c"),
                  ("fit", "model.pkl"), ("--last", "fit", "fit-2"),
                  ("", "fit")):
        done = subprocess.run(["pedigree", "diff", *words], check=False,
                              stdin=subprocess.DEVNULL, capture_output=True)
        t.equal((done.returncode, done.stdout), (2, b""), f"diff {words}")
        t.check(done.stderr.startswith(b"pedigree: "), done.stderr)
    done = subprocess.run(["pedigree", "diff", "fit", "fti"], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    t.check(b"did you mean 'fit'" in done.stderr, done.stderr)


def status():
    t.pedigree("run", "-q", "--name", "bad", "--", "sh", "-c", "exit 3",
               status=3)
    t.pedigree("run", "-q", "--name", "good", "--", "sh", "-c", "exit 3 |:")
    answer = diff("bad", "good")
    t.equal(changes(answer, "Status"), [("Changed", "status")], "the end")
    # The file `bad` is no reason to look for a run elsewhere.
    write("bad", "a file\n")
    diff("bad", "good")


def main():
    t.needs("git")
    t.pedigree("diff", "a", "b", status=2)
    project()
    same_and_not()
    data_files()
    code()
    last()
    unfinished()
    folders()
    ancestry()
    surroundings()
    failures()
    status()
    t.passed()


main()
