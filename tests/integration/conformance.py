#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`pedigree api` as the service's own clients see it: requests, answers and
errors are held against botocore's model of the service, the real botocore
client is put in front of the ledger, and so is the real AWS CLI. Once for
every version of botocore that an interpreter here has: Debian 12's is of 2022
and knows less than the service does."""

import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "conformance")
sys.path.insert(0, HERE)
import support as t  # noqa: E402

# Where the model of botocore 1.29.27 (Debian 12's) is stricter than the
# service has been since botocore 1.34.2 (December 2023), or knows less.
DIFFERENCES_OF_1_29 = {
    "Properties.key": "256 characters, 2500 since",
    "Properties.value": "256 characters, 2500 since; an artifact's 4096",
    "PropertiesToRemove": "256 characters, 2500 since",
    "Parameters": "150 of them, 300 since",
    "Parameters.key": "256 characters, 320 since",
    "Parameters.value.StringValue": "256 characters, 2500 since",
    "InputArtifacts": "30 of them, 60 since",
    "InputArtifacts.key": "64 characters, 128 since",
    "OutputArtifacts": "30 of them, 60 since",
    "OutputArtifacts.key": "64 characters, 128 since",
    "AssociationType": "no SameAs",
    "ContextName": "no underscores",
    "DescribeAction.ActionName": "120 characters and no ARN",
    "DescribeContext.ContextName": "no ARN with underscores",
    "SourceUri": "may be empty",
    "DescribeEndpoint.EndpointConfigName": "always told",
}
# What the ledger does not take of an operation of the service, on purpose.
LEFT_OUT = {
    "QueryLineage.StartArns": "one, not none: a walk begins somewhere",
    "Search.Resource": "experiments, trials and trial components alone",
    "Search.CrossAccountFilterOption": "a ledger has one account",
    "Search.VisibilityConditions": "everybody sees everything",
}
# Where the service's model contradicts itself.
CONTRADICTIONS = {
    name: "a context's name may have underscores"
    for name in ("ListAssociations.AssociationSummaries.DestinationName",
                 "ListAssociations.AssociationSummaries.SourceName")
}
# Of these, examples are ours.
CHOSEN = {
    "Resource": "ExperimentTrialComponent",
    "StartArns": ["arn:aws:sagemaker:local:000000000000:artifact/0123456789"],
}
VALIDATION = re.compile(r"\d+ validation errors? detected")


def every_version():
    """One interpreter for each version of botocore."""
    found = {}
    for python in (os.environ.get("PYTHON"), "python3", "/usr/bin/python3"):
        path = python and shutil.which(python)
        if not path:
            continue
        done = subprocess.run(
            [path, "-c", "import botocore; print(botocore.__version__)"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if done.returncode == 0:
            found.setdefault(done.stdout.decode().strip(), path)
    return found


def drive():
    found = every_version()
    if not found:
        t.skip("no python3 has botocore (Debian: python3-botocore)")
    for version, python in sorted(found.items()):
        print(f"botocore {version}")
        sys.stdout.flush()
        # Debian's AWS CLI has a botocore of its own: a process of its own.
        for words in ([__file__, "one"], [os.path.join(HERE, "words.py")]):
            if subprocess.run([python, *words], check=False).returncode:
                t.fail(f"with botocore {version}, see above")
    t.passed()


if len(sys.argv) < 2:
    drive()

import botocore  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.exceptions  # noqa: E402
import botocore.session  # noqa: E402
import botocore.validate  # noqa: E402

import examples  # noqa: E402
import ledger  # noqa: E402
import shapes  # noqa: E402

OLD = tuple(map(int, botocore.__version__.split(".")[:2])) < (1, 34)


def differs(where):
    """Is this place one where the model at hand is not the service's?"""
    member = where.partition(".")[2]
    return where in LEFT_OUT or where in CONTRADICTIONS or OLD and any(
        name == where or f".{member}".endswith(f".{name}")
        for name in DIFFERENCES_OF_1_29)


def operations():
    """The model's of what `pedigree api --help` names."""
    names = re.findall(r"^  ([a-z-]+)  +\S",
                       t.pedigree("api", "--help").split("operations:")[1],
                       re.M)
    t.check(len(names) > 40, "the help names the operations")
    model = botocore.session.get_session().get_service_model("sagemaker")
    known = {botocore.xform_name(name, "-"): name
             for name in model.operation_names}
    t.equal([name for name in names if name not in known], [],
            "operations that the service does not have")
    return {name: model.operation_model(known[name]) for name in names}


def fits(shape, value, where):
    if shape is None:
        t.equal(value, {}, f"answer of {where}, which has none")
        return
    wrong = [f"{at} {what}" for at, what in shapes.problems(shape, value, where)
             if not differs(at)]
    t.equal(wrong, [], f"what does not fit in {json.dumps(value, default=str)}")


def the_measure_measures():
    """What is asked of answers is refused where it should be."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("ListArtifacts").output_shape
    good = {"ArtifactArn": "arn:aws:sagemaker:local:000000000000:artifact/a",
            "Source": {"SourceUri": "s3://b/k", "SourceTypes": []}}
    for change in ({"ArtifactArn": 7}, {"ArtifactArn": "a"}, {"Other": "x"},
                   {"Source": {}}, {"ArtifactName": "a b"},
                   {"CreationTime": "yesterday"}, {"ArtifactType": "x" * 257},
                   {"Source": {"SourceUri": "u", "SourceTypes": [
                       {"SourceIdType": "Md5", "Value": ""}]}}):
        for item, wrong in ((good, 0), ({**good, **change}, 1)):
            t.equal(len(list(shapes.problems(
                shape, {"ArtifactSummaries": [item]}, "ListArtifacts"))),
                wrong, f"problems found in {item}")


def members(model, operation):
    """The members of the help are those of the model."""
    text = t.pedigree("api", operation, "--help")
    asked, answered = text.split("\nmembers:\n")[-1].split("\nanswer:\n")
    ours = set(re.findall(r"^  --([a-z-]+)", asked, re.M))
    theirs = {botocore.xform_name(name, "-")
              for name in model.input_shape.members
              if f"{model.name}.{name}" not in LEFT_OUT or name in CHOSEN}
    t.equal(ours, theirs, f"members of {operation}")
    required = set(re.findall(r"^  --([a-z-]+) .*\(required\)$", asked, re.M))
    t.equal(required, {botocore.xform_name(name, "-")
                       for name in model.input_shape.required_members},
            f"required members of {operation}")
    ours = set(re.findall(r"^  ([A-Z][A-Za-z]+) ", answered, re.M))
    theirs = set(model.output_shape.members) if model.output_shape else set()
    t.equal(ours - theirs, set(), f"members of the answer of {operation}")


def ours_alone(model, value):
    """An example without what is left out, and with a start that we take."""
    chosen = {name: part for name, part in CHOSEN.items()
              if name in model.input_shape.members}
    return {**{name: part for name, part in value.items()
               if f"{model.name}.{name}" not in LEFT_OUT}, **chosen}


def made_up(model, operation):
    """Requests made of the shapes are taken up by the command: what it
    answers then is about the ledger, and no longer about the request."""
    for full in (False, True):
        value = ours_alone(model, shapes.example(model.input_shape, full))
        fits(model.input_shape, value, model.name)
        report = botocore.validate.ParamValidator().validate(
            value, model.input_shape)
        t.check(not report.has_errors(), report.generate_report())
        done = subprocess.run(
            ["pedigree", "api", operation, "--cli-input-json", "-"],
            input=json.dumps(value).encode(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False)
        error = done.stderr.decode()
        t.check(done.returncode in (0, 254) and not VALIDATION.search(error),
                f"{operation} of {value}: {done.returncode} {error}")


def at_the_limits(model, our):
    """Each member at its limits is taken up, and refused beyond."""
    value = ours_alone(model, shapes.example(model.input_shape, True))
    tried = [0, 0]
    for where, good, edge in shapes.edges(model.input_shape, value,
                                          model.name):
        if where == model.name or differs(where):
            continue
        status, text = our.call(model.name, json.dumps(edge).encode())
        answer = json.loads(text)
        refused = status == 400 and (
            VALIDATION.search(answer["message"]) is not None or
            not good and answer["__type"] in ("ValidationException",
                                              "SerializationException"))
        t.equal(refused, not good,
                f"refused: {model.name} with {where} of {str(edge)[:900]}: "
                f"{text.decode()[:300]}")
        tried[good] += 1
    return tried


def real_client(model_of):
    """Hand-written examples through botocore's client, with the ledger in
    place of the service: its validator, serializer, parser and errors."""
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, "client")
    seen = []
    session = botocore.session.get_session()
    client = session.create_client("sagemaker", region_name="us-east-1",
                                   aws_access_key_id="x",
                                   aws_secret_access_key="x")
    client.meta.events.register(
        "before-send.sagemaker", ledger.answers(
            ledger.Ledger(), botocore.awsrequest.AWSResponse, seen))

    def call(operation, refused=None, **request):
        fits(model_of[operation].input_shape, request,
             model_of[operation].name)
        try:
            answer = getattr(client, operation.replace("-", "_"))(**request)
        except botocore.exceptions.ClientError as error:
            t.equal(error.response["Error"]["Code"], refused,
                    f"error of {operation}: {error}")
            return None
        t.equal(refused, None, f"{operation} was to be refused")
        answer.pop("ResponseMetadata")
        fits(model_of[operation].output_shape, answer,
             model_of[operation].name)
        return answer

    facts = examples.play(call, OLD)
    for operation, _, status, answer in seen:
        model = session.get_service_model("sagemaker").operation_model(
            operation)
        if status == 200:
            fits(model.output_shape, answer, operation)
    t.equal(set(model_of) - {botocore.xform_name(entry[0], "-")
                             for entry in seen if entry[2] == 200},
            set(), "operations without an example that succeeded")
    return facts


def command(model_of):
    """The same examples through the command."""
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, "command")

    def call(operation, refused=None, **request):
        request = json.dumps(request, default=lambda time: time.isoformat())
        done = subprocess.run(
            ["pedigree", "api", operation, "--cli-input-json", "-",
             "--no-paginate"], input=request.encode(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, check=False)
        error = done.stderr.decode()
        t.equal(done.returncode, 254 if refused else 0,
                f"{operation} of {request}: {error}")
        if refused:
            t.check(f"An error occurred ({refused}) when calling the "
                    f"{model_of[operation].name} operation: " in error, error)
            return None
        answer = json.loads(done.stdout or "{}")
        fits(model_of[operation].output_shape, answer,
             model_of[operation].name)
        return answer

    return examples.play(call, OLD)


def main():
    the_measure_measures()
    model_of = operations()
    for operation, model in model_of.items():
        members(model, operation)
        made_up(model, operation)
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, "limits")
    our = ledger.Ledger()
    tried = [at_the_limits(model, our) for model in model_of.values()]
    print("at limits:", sum(good for _, good in tried), "beyond them:",
          sum(bad for bad, _ in tried))
    t.equal(real_client(model_of), command(model_of),
            "what the client and what the command told")
    t.passed()


main()
