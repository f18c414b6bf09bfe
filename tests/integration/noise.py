#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""With no configuration, a record names what a program was about and nothing
else: not the interpreter, its packages, locales, time zones or caches."""
import os
import shutil
import subprocess

import support

PROGRAMS = {
    # name of the run: (command, files, data read, files written)
    "python": (["python3", "train.py"], {
        "train.py": "import json, ssl, sqlite3, email, ctypes, helper\n"
                    "import tempfile, locale, zoneinfo\n"
                    "locale.setlocale(locale.LC_ALL, '')\n"
                    "rows = open('train.csv').read()\n"
                    "with tempfile.NamedTemporaryFile() as t: t.write(b'x')\n"
                    "open('model.bin', 'w').write(rows)\n",
        "helper.py": "x = 1\n"}, {"train.csv"}, {"model.bin": "Model"}),
    "sklearn": (["/usr/bin/python3", "fit.py"], {
        "fit.py": "import pandas, joblib\n"
                  "from sklearn.linear_model import LogisticRegression\n"
                  "d = pandas.read_csv('train.csv')\n"
                  "joblib.dump(LogisticRegression().fit(d[['a']], d.b),"
                  " 'fit.joblib')\n"},
        {"train.csv"}, {"fit.joblib": "Model"}),
    "rscript": (["Rscript", "train.R"], {
        "train.R": "d <- read.csv('train.csv'); source('helper.R')\n"
                   "saveRDS(lm(b ~ a, data = d), 'fit.rds')\n"
                   "format(Sys.time(), tz = 'Europe/Berlin')\n",
        "helper.R": "x <- 1\n"}, {"train.csv"}, {"fit.rds": "Model"}),
    "perl": (["perl", "count.pl"], {
        "count.pl": "use POSIX; use File::Temp;\n"
                    "open(my $f, '<', 'train.csv'); my @rows = <$f>;\n"
                    "open(my $o, '>', 'rows.txt'); print $o scalar @rows;\n"},
        {"train.csv"}, {"rows.txt": "DataSet"}),
    "node": (["node", "count.js"], {
        "count.js": "const fs = require('fs'); require('https');\n"
                    "const rows = fs.readFileSync('train.csv', 'utf8');\n"
                    "new Intl.DateTimeFormat('de').format(new Date());\n"
                    "fs.writeFileSync('n.txt', String(rows.length));\n"},
        {"train.csv"}, {"n.txt": "DataSet"}),
    "shell": (["sh", "steps.sh"], {
        "steps.sh": ". ./lib.sh\n"
                    "sort train.csv | awk -F, '{print $1}' >sorted.txt\n"
                    "git status >/dev/null 2>&1; date; ls >/dev/null\n",
        "lib.sh": "a=1\n"}, {"train.csv"}, {"sorted.txt": "DataSet"}),
}

def available(name, command):
    if name == "sklearn":
        return os.path.exists(command[0]) and subprocess.run(
            [command[0], "-c", "import pandas, sklearn"],
            stderr=subprocess.DEVNULL, check=False).returncode == 0
    return shutil.which(command[0]) is not None


def names(artifacts, prefix):
    """What is recorded: path below the project, or the URI, to type."""
    found = {}
    for artifact in artifacts:
        uri = artifact["Source"]["SourceUri"]
        if uri.startswith(prefix):
            uri = uri[len(prefix):].lstrip("/")
        found[uri] = artifact["ArtifactType"]
    return found


def check(name):
    command, files, read, written = PROGRAMS[name]
    project = os.path.realpath("project-" + name)
    os.mkdir(project)
    for file, text in {"train.csv": "a,b\n1,0\n2,1\n3,0\n4,1\n",
                       **files}.items():
        with open(os.path.join(project, file), "w", encoding="utf-8") as out:
            out.write(text)
    support.pedigree("run", "-q", "--name", name, "--", *command, cwd=project)
    record = support.answer("show", name)
    prefix = "file://" + project
    inputs = names(record["Inputs"], prefix)
    # The code is one artifact, named by the project.
    support.equal(inputs, {"": "Code", **dict.fromkeys(read, "DataSet")},
                  f"what {name} read")
    support.equal(names(record["Outputs"], prefix), written,
                  f"what {name} wrote")


def interpreter_is_no_project():
    """One that is run by its path, where the folder says nothing of a project:
    at home."""
    os.makedirs("opt/bin")
    os.mkdir("opt/lib")
    shutil.copy("/bin/sh", "opt/bin/ruby")
    support.pedigree("run", "-q", "--name", "at-home", "--",
                     os.path.abspath("opt/bin/ruby"), "-c", "true",
                     env={**os.environ, "HOME": os.getcwd()})
    support.equal(support.answer("show", "at-home")["Inputs"], [],
                  "what a run at home read")


ran = [name for name in PROGRAMS if available(name, PROGRAMS[name][0])]
print("programs:", " ".join(ran))
if not ran:
    support.skip("none of the programs is installed")
for each in ran:
    check(each)
interpreter_is_no_project()
support.passed()
