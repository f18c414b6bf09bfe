# SPDX-License-Identifier: Apache-2.0
"""The main job: train with scikit-learn, deploy, trace the endpoint."""

import os
import shutil

import support as t

PYTHON = t.python_with("sklearn")
shutil.copytree(os.path.join(t.EXAMPLES, "sklearn"), "code")


def train(data, *more, name):
    t.pedigree("run", "--name", name, "--", PYTHON, "code/train.py",
               "--data", data, "--model", "churn.joblib", "--lr", "0.05",
               *more)




def trace_of_endpoint():
    t.run(PYTHON, "code/make_data.py", "customers.csv")
    train("customers.csv", name="first")
    t.pedigree("deploy", "--endpoint", "churn", "--model", "churn.joblib",
               "--", "code/deploy.sh", "churn.joblib", "churn")
    trace = t.answer("trace", "churn")
    vertices = trace["Vertices"]
    kinds = sorted(t.kind(v) for v in vertices)
    t.equal(kinds, sorted(["Endpoint", "ModelDeployment", "Model", "DataSet",
                           "Code", t.kind(run_of(vertices))]),
            "what is upstream of the endpoint")
    names = {t.kind(v): t.short(v) for v in vertices}
    t.equal(names["Model"], "churn.joblib", "the model")
    t.equal(names["DataSet"], "customers.csv", "the data")
    t.equal(names["Endpoint"], "churn", "the endpoint")
    t.equal(run_of(vertices)["Name"], "first", "the run")


def run_of(vertices):
    runs = [v for v in vertices if v["LineageType"] == "TrialComponent"]
    t.equal(len(runs), 1, "how many runs")
    return runs[0]


def parameters():
    shown = t.answer("show", "first")["TrialComponent"]
    t.equal(shown["Parameters"]["lr"], {"NumberValue": 0.05}, "Parameters.lr")
    t.equal(shown["Status"]["PrimaryStatus"], "Completed", "the status")


def two_datasets_two_versions():
    shutil.copy("churn.joblib", "copy-of-first.joblib")
    t.run(PYTHON, "code/make_data.py", "--seed", "2", "others.csv")
    train("others.csv", name="second")
    t.equal(run_of(t.answer("trace", "copy-of-first.joblib")["Vertices"])
            ["Name"], "first", "who made the copied bytes")
    t.equal(run_of(t.answer("trace", "churn.joblib")["Vertices"])["Name"],
            "second", "who made the bytes of now")


def same_seed_two_producers():
    train("others.csv", name="third")
    trace = t.answer("trace", "churn.joblib")
    runs = [v["Name"] for v in trace["Vertices"]
            if v["LineageType"] == "TrialComponent"]
    t.equal(runs, ["second", "third"], "who made the same bytes")
    models = [v for v in trace["Vertices"] if t.kind(v) == "Model"]
    t.equal(len(models), 1, "how many models")
    text = t.pedigree("trace", "churn.joblib")
    t.check("second" in text and "third" in text,
            f"the text does not name both runs:\n{text}")


trace_of_endpoint()
parameters()
two_datasets_two_versions()
same_seed_two_producers()
t.passed()
