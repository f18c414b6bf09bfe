# SPDX-License-Identifier: Apache-2.0
"""The programs of a script as runs of their own, tied by what they pass on."""

import hashlib
import json
import os
import re
import shutil
import subprocess

import support as t

PYTHON = t.python_with("sklearn")

PREPARE = """
import sys
rows = [line for line in open(sys.argv[1]) if line.strip()]
sys.stdout.writelines(rows)
"""
TRAIN = """
import sys
import joblib
from sklearn.linear_model import LinearRegression
rows = [[float(cell) for cell in line.split(",")] for line in open(sys.argv[1])]
model = LinearRegression().fit([row[:-1] for row in rows],
                               [row[-1] for row in rows])
joblib.dump(model, sys.argv[2])
"""
EVALUATE = """
import json
import sys
import joblib
rows = [[float(cell) for cell in line.split(",")] for line in open(sys.argv[2])]
model = joblib.load(sys.argv[1])
score = model.score([row[:-1] for row in rows], [row[-1] for row in rows])
json.dump({"score": score, "of": rows},
          open(sys.argv[3], "w"))
"""
SCRIPT = f"""
set -e
{PYTHON} prepare.py raw.csv >clean.csv
{PYTHON} train.py clean.csv line.joblib
{PYTHON} evaluate.py line.joblib clean.csv metrics.json
"""


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def script(name, text, shell):
    write(name, f"#!{shell}\n{text}")
    os.chmod(name, 0o755)


def run(name, *command, steps="auto", status=0):
    t.pedigree("run", "-q", "--name", name, "--steps", steps, "--", *command,
               status=status)
    return t.answer("show", name)


def steps_of(shown):
    return shown["Capture"].get("Steps", [])


def names(shown, which):
    return sorted(os.path.basename(artifact["Source"]["SourceUri"])
                  for artifact in shown[which]
                  if artifact["ArtifactType"] != "Code")


def three_programs_are_three_steps(shell):
    name = os.path.basename(shell)
    folder = f"in-{name}"
    os.mkdir(folder)
    os.chdir(folder)
    write("raw.csv", "".join(f"{i},{i % 7},{3 * i + len(name)}\n"
                             for i in range(60)))
    write("prepare.py", PREPARE)
    write("train.py", TRAIN)
    write("evaluate.py", EVALUATE)
    script("all.sh", SCRIPT, shell)
    shown = run(name, "./all.sh")
    steps = [f"{name}-{step}" for step in ("prepare", "train", "evaluate")]
    t.equal(steps_of(shown), steps, f"the steps under {shell}")
    t.equal(names(shown, "Inputs") + names(shown, "Outputs"), [],
            f"what is the script's own under {shell}")
    expected = [(["raw.csv"], ["clean.csv"]),
                (["clean.csv"], ["line.joblib"]),
                (["clean.csv", "line.joblib"], ["metrics.json"])]
    for step, (inputs, outputs) in zip(steps, expected):
        part = t.answer("show", step)
        component = part["TrialComponent"]
        t.equal((names(part, "Inputs"), names(part, "Outputs")),
                (inputs, outputs), f"what {step} read and wrote")
        t.equal(component["Parameters"]["run"], {"StringValue": name},
                f"the run of {step}")
        t.equal(component["Status"]["PrimaryStatus"], "Completed", step)
        for artifact in part["Inputs"] + part["Outputs"]:
            version = artifact["Source"]["SourceTypes"][0]["Value"]
            t.check(version.startswith("sha256:"), f"{step}: {artifact}")
    trace = t.answer("trace", "metrics.json")
    t.equal(sorted(v["Name"] for v in trace["Vertices"]
                   if v["LineageType"] == "TrialComponent"), sorted(steps),
            f"the runs behind the metrics under {shell}")
    os.chdir("..")


def one_line_counts_all_of_it():
    """The steps' artifacts too, but for what they only pass on."""
    script("passing.sh", """
part=$(mktemp)
sort words.txt >$part
uniq $part >unique.txt
rm $part
cat words.txt unique.txt >both.txt
""", "/bin/sh")
    for steps, count in (("auto", "5 steps, "), ("no", "")):
        said = t.run("sh", "-c", f"pedigree run --steps {steps} "
                     f"--name count-{steps} ./passing.sh 2>&1")
        t.check(f": {count}2 inputs, 2 outputs;" in said,
                f"the count with --steps {steps}: {said}")


def rules_name_them():
    shutil.copytree("in-bash", "ruled")
    os.chdir("ruled")
    write("pedigree.conf", "[step fit]\ncommand = python* train.py\n")
    shown = run("ruled", "./all.sh", steps="rules")
    t.equal(steps_of(shown), ["ruled-fit"], "the steps by rules")
    t.equal((names(shown, "Inputs"), names(shown, "Outputs")),
            (["line.joblib", "raw.csv"], ["clean.csv", "metrics.json"]),
            "what is of no step")
    t.equal(names(t.answer("show", "ruled-fit"), "Outputs"),
            ["line.joblib"], "what the step made")
    t.equal(steps_of(run("both", "./all.sh")),
            ["both-prepare", "both-fit", "both-evaluate"],
            "rules name what is a step by itself")
    t.equal(steps_of(run("none", "./all.sh", steps="no")), [], "no steps")
    os.chdir("..")


def a_pipeline_is_one_step():
    write("words.txt", "".join(f"{i % 5} words of some length\n"
                               for i in range(50)))
    shown = run("piped", "bash", "-c",
                "cat words.txt | sort | uniq >few.txt; wc -l <few.txt >n")
    t.equal(steps_of(shown), ["piped-cat", "piped-wc"], "the steps of pipes")
    part = t.answer("show", "piped-cat")
    t.equal((names(part, "Inputs"), names(part, "Outputs")),
            (["words.txt"], ["few.txt"]), "the pipeline's files")


def ends_are_those_of_the_programs():
    script("ends.sh", "sh -c 'exit 3'\nsh ./killed.sh\n"
           "(sleep 0.01 & wait)\nexec sh ./last.sh\n", "/bin/bash")
    write("killed.sh", "kill -9 $$\n")
    write("last.sh", "exit 4\n")
    shown = run("ends", "./ends.sh", status=4)
    steps = {step: t.answer("show", step)["TrialComponent"]
             for step in steps_of(shown)}
    t.equal(list(steps), ["ends-killed", "ends-sleep", "ends-last"],
            "the programs")
    t.equal(steps["ends-killed"]["Status"],
            {"PrimaryStatus": "Failed",
             "Message": "killed by signal 9 (Killed)"}, "a killed step")
    t.equal(steps["ends-sleep"]["Status"]["PrimaryStatus"], "Completed",
            "a step in the background")
    t.equal(steps["ends-last"]["Status"],
            {"PrimaryStatus": "Failed", "Message": "exit status 4"},
            "what the shell became")


def the_last_writer_has_the_bytes():
    write("one.txt", "one\n")
    write("two.txt", "two\n")
    run("over", "sh", "-c", "cp one.txt last.txt; cp two.txt last.txt; "
        "echo three >own.txt; cp two.txt own.txt; true")
    first, second, third = ([output["Source"] for output in
                             t.answer("show", name)["Outputs"]]
                            for name in ("over-cp", "over-cp-2", "over"))
    t.equal([source.get("SourceTypes") for source in first + third],
            [[{"SourceIdType": "Custom", "Value": "unverified"}]] * 2,
            "what was written over")
    t.equal([one["Value"] for one in second[0]["SourceTypes"]],
            ["sha256:" + hashlib.sha256(b"two\n").hexdigest()],
            "what was written last")


def what_is_gone_ties_steps():
    script("gone.sh", """
set -e
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sort words.txt >"$dir/sorted"
mv "$dir/sorted" "$dir/moved"
uniq "$dir/moved" >"$dir/few"
wc -l <"$dir/few" >lines.txt
""", "/bin/sh")
    shown = run("gone", "./gone.sh")
    t.check({"gone-sort", "gone-mv", "gone-uniq", "gone-wc"} <=
            set(steps_of(shown)), f"the steps: {steps_of(shown)}")
    trace = t.pedigree("trace", "lines.txt")
    at = [trace.find(word) for word in
          ("lines.txt", "gone-wc", "gone-uniq", "gone-mv", "gone-sort",
           "words.txt")]
    t.check(at == sorted(at) and at[0] >= 0, f"the way back:\n{trace}")
    t.pedigree("verify", "lines.txt")
    # Another run of the same passes on files of its own.
    script("again.sh", "sort words.txt >between\nuniq between >last.txt\n"
           "rm between\n", "/bin/sh")
    for name in ("first", "second"):
        run(name, "./again.sh")
    t.pedigree("verify", "last.txt")
    trace = t.pedigree("trace", "second-uniq")
    t.equal(trace.count("between"), 1, f"one artifact of it:\n{trace}")
    t.check("second-sort" in trace and "first" not in trace,
            f"runs of one script are told apart:\n{trace}")


def make_and_launchers_start_steps():
    write("makefile", "out:\n\tcat words.txt >a.txt && sort a.txt >b.txt\n"
          "\tcp b.txt out\n")
    t.equal(steps_of(run("made", "env", "LC_ALL=C", "timeout", "100", "make",
                         "-s")), ["made-cat", "made-sort", "made-cp"],
            "the steps of a makefile")


def python_is_one_program():
    write("driver.py", "import subprocess\n"
          "subprocess.run(['sort', 'words.txt', '-o', 'sorted.txt'])\n")
    t.equal(steps_of(run("alone", PYTHON, "driver.py")), [],
            "the steps of a program")
    run("inner", "sh", "-c", f"{PYTHON} driver.py; true")
    t.equal(names(t.answer("show", "inner-driver"), "Outputs"),
            ["sorted.txt"], "what a step's own children wrote")


def names_of_other_runs_stay_theirs():
    run("twice-sort", "true", steps="no")
    t.equal(steps_of(run("twice", "sh", "-c", "sort words.txt >s1; true")),
            ["twice-sort-2"], "a step beside a run of its name")


def many_steps_are_told():
    write("many.sh", "i=0\nwhile [ $i -lt 300 ]; do /bin/true; "
          "i=$((i+1)); done\n")
    shown = run("many", "sh", "many.sh")
    t.equal(len(steps_of(shown)), 300, "how many steps")
    t.equal(steps_of(shown)[299], "many-true-300", "the last one")


def they_are_in_the_trial_of_their_run():
    t.pedigree("run", "-q", "--name", "tried", "--experiment", "churn",
               "--steps", "auto", "--", "sh", "-c", "sort words.txt >s2; true")
    found = json.loads(t.pedigree("api", "list-trial-components",
                                  "--experiment-name", "churn"))
    t.equal({one["TrialComponentName"]
             for one in found["TrialComponentSummaries"]},
            {"tried", "tried-sort"}, "the components of the experiment")


def a_step_names_its_run_where_it_has_no_answer():
    write("few.txt", "a\n")
    run("whole", "sh", "-c", "sort few.txt >many.txt; true")
    for words, status in ((("events",), 1), (("explain", "few.txt"), 1),
                          (("rerun",), 2)):
        done = subprocess.run(["pedigree", words[0], "whole-sort", *words[1:]],
                              capture_output=True, check=False)
        t.equal(done.returncode, status, f"the status of {words}")
        t.check(b"whole-sort is a step of run whole" in done.stderr,
                done.stderr)


def what_is_no_way_to_tell_them_is_refused():
    text = t.run("sh", "-c", "pedigree run --steps each -- true 2>&1; echo $?")
    t.check(re.match("pedigree: 'each' is not rules, auto or no\n", text),
            f"the message says not what is wrong:\n{text}")
    t.check(text.endswith("\n125\n"), f"the exit status:\n{text}")


for one in ("/bin/sh", "/bin/bash"):
    three_programs_are_three_steps(one)
rules_name_them()
a_pipeline_is_one_step()
one_line_counts_all_of_it()
ends_are_those_of_the_programs()
the_last_writer_has_the_bytes()
what_is_gone_ties_steps()
make_and_launchers_start_steps()
python_is_one_program()
names_of_other_runs_stay_theirs()
many_steps_are_told()
they_are_in_the_trial_of_their_run()
a_step_names_its_run_where_it_has_no_answer()
what_is_no_way_to_tell_them_is_refused()
t.passed()
