#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API's operations from the command line, as the AWS CLI would do them."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import support as t  # noqa: E402


def api(*words, status=0, stdin=None):
    done = subprocess.run(["pedigree", "api", *words], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    t.equal(done.returncode, status,
            f"status of {words}: {done.stderr.decode()}")
    return done


def call(*words, **members):
    """The answer of an operation, members in JSON."""
    done = api(words[0], "--cli-input-json", "-", *words[1:],
               stdin=json.dumps(members).encode())
    return json.loads(done.stdout or "{}")


def refused(code, *words, **members):
    done = api(words[0], "--cli-input-json", "-", *words[1:], status=254,
               stdin=json.dumps(members).encode())
    text = done.stderr.decode()
    t.check(f"An error occurred ({code}) when calling the " in text, text)
    t.equal(done.stdout, b"", f"output of {words}")
    return text


def usage(text, *words, stdin=None):
    done = api(*words, status=252, stdin=stdin)
    t.check(text in done.stderr.decode(), done.stderr.decode())


def entities():
    data = call("create-artifact", ArtifactName="train", ArtifactType="DataSet",
                Source={"SourceUri": "s3://bucket/train.csv"},
                Properties={"rows": "1000"},
                Tags=[{"Key": "team", "Value": "shop"}])["ArtifactArn"]
    shown = call("describe-artifact", ArtifactArn=data)
    t.equal(shown["Source"], {"SourceUri": "s3://bucket/train.csv",
                              "SourceTypes": []}, "the source")
    t.equal(shown["Properties"], {"rows": "1000"}, "the properties")
    refused("ValidationException", "create-artifact", ArtifactType="Other",
            Source={"SourceUri": "s3://bucket/train.csv"})
    other = call("create-artifact", ArtifactType="DataSet",
                 Source={"SourceUri": "s3://bucket/train.csv",
                         "SourceTypes": [{"SourceIdType": "Custom",
                                          "Value": "2"}]})["ArtifactArn"]
    t.check(other != data, "another version is another artifact")
    call("update-artifact", ArtifactArn=data, Properties={"a": "1", "b": "2"},
         PropertiesToRemove=["a"])
    t.equal(call("describe-artifact", ArtifactArn=data)["Properties"],
            {"b": "2"}, "the properties after an update")
    call("create-trial-component", TrialComponentName="Fit-1",
         Parameters={"lr": {"NumberValue": 0.1}, "opt": {"StringValue": "5"}},
         InputArtifacts={"in": {"MediaType": "text/csv", "Value": "s3://b/k"}},
         Status={"PrimaryStatus": "Completed"}, StartTime=1700000000.5)
    fit = call("describe-trial-component", TrialComponentName="fit-1")
    t.equal(fit["TrialComponentName"], "Fit-1", "the name as it was given")
    t.equal(fit["Parameters"], {"lr": {"NumberValue": 0.1},
                                "opt": {"StringValue": "5"}}, "parameters")
    t.equal(fit["InputArtifacts"]["in"],
            {"MediaType": "text/csv", "Value": "s3://b/k"}, "an input")
    t.equal(fit["StartTime"], "2023-11-14T22:13:20.500000+00:00", "the start")
    refused("ValidationException", "create-trial-component",
            TrialComponentName="FIT-1")
    return data, fit["TrialComponentArn"]


def associations(data, fit):
    call("add-association", SourceArn=data, DestinationArn=fit,
         AssociationType="ContributedTo")
    text = refused("ValidationException", "add-association", SourceArn=data,
                   DestinationArn=fit)
    t.check("already exists" in text, text)
    [edge] = call("list-associations",
                  DestinationArn=fit)["AssociationSummaries"]
    t.equal((edge["SourceArn"], edge["SourceType"], edge["DestinationType"]),
            (data, "DataSet", "SageMakerExperimentTrialComponent"), "the edge")
    text = refused("ValidationException", "delete-artifact", ArtifactArn=data)
    t.check("association" in text, text)
    call("create-experiment", ExperimentName="e")
    text = refused("ValidationException", "add-association", SourceArn=fit,
                   DestinationArn=call("describe-experiment",
                                       ExperimentName="e")["ExperimentArn"])
    t.check("invalid" in text, text)
    answer = call("query-lineage", StartArns=[fit], Direction="Ascendants",
                  IncludeEdges=True)
    t.equal({v["Arn"] for v in answer["Vertices"]}, {data, fit}, "vertices")
    t.equal(answer["Edges"], [{"SourceArn": data, "DestinationArn": fit,
                               "AssociationType": "ContributedTo"}], "edges")
    call("delete-association", SourceArn=data, DestinationArn=fit)
    refused("ResourceNotFound", "delete-association", SourceArn=data,
            DestinationArn=fit)


def trials():
    refused("ResourceNotFound", "create-trial", TrialName="t",
            ExperimentName="none")
    call("create-trial", TrialName="t", ExperimentName="e")
    call("associate-trial-component", TrialComponentName="fit-1",
         TrialName="t")
    for filters in ({"TrialName": "t"}, {"ExperimentName": "E"}):
        [found] = call("list-trial-components",
                       **filters)["TrialComponentSummaries"]
        t.equal(found["TrialComponentName"], "Fit-1", f"found by {filters}")
    [found] = call("list-trials", TrialComponentName="fit-1")["TrialSummaries"]
    t.equal(found["TrialName"], "t", "the trial")
    for operation, name in (("delete-trial-component", "TrialComponentName"),
                            ("delete-trial", "TrialName"),
                            ("delete-experiment", "ExperimentName")):
        refused("ValidationException", operation,
                **{name: {"T": "fit-1" if "Component" in name else "t",
                          "E": "e"}[name[0]]})
    [result] = call("search", Resource="ExperimentTrialComponent",
                    SearchExpression={"Filters": [
                        {"Name": "Parameters.lr", "Operator": "LessThan",
                         "Value": "0.5"},
                        {"Name": "Parents.TrialName", "Value": "t"}]}
                    )["Results"]
    t.equal(result["TrialComponent"]["TrialComponentName"], "Fit-1", "search")


def pages():
    for i in range(25):
        call("create-context", ContextName=f"c_{i:02}", ContextType="Endpoint",
             Source={"SourceUri": f"arn:aws:sagemaker:eu-west-1:123456789012:"
                                  f"endpoint/e{i}"})
    names, token = [], None
    while True:
        page = call("list-contexts", SortBy="Name", SortOrder="Ascending",
                    MaxResults=10, **({"NextToken": token} if token else {}))
        names += [c["ContextName"] for c in page["ContextSummaries"]]
        token = page.get("NextToken")
        if not token:
            break
        t.equal(len(page["ContextSummaries"]), 10, "a full page")
        refused("ValidationException", "list-contexts", NextToken=token)
    t.equal(names, [f"c_{i:02}" for i in range(25)], "all pages")
    done = api("list-contexts", "--page-size", "7", "--query",
               "ContextSummaries[].ContextName", "--output", "text")
    t.equal(sorted(done.stdout.decode().split()), names, "joined pages")
    endpoint = call("describe-endpoint", EndpointName="E7")
    t.equal(endpoint["EndpointArn"],
            "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e7", "its ARN")
    refused("ValidationException", "describe-endpoint", EndpointName="e99")


def tags(data):
    call("add-tags", ResourceArn=data, Tags=[{"Key": "stage", "Value": "é"}])
    t.equal(call("list-tags", ResourceArn=data)["Tags"],
            [{"Key": "stage", "Value": "é"}, {"Key": "team", "Value": "shop"}],
            "the tags")
    call("delete-tags", ResourceArn=data, TagKeys=["team"])
    t.equal(call("list-tags", ResourceArn=data)["Tags"],
            [{"Key": "stage", "Value": "é"}], "the tags that are left")
    many = [{"Key": f"k{i}", "Value": ""} for i in range(50)]
    refused("ResourceLimitExceeded", "add-tags", ResourceArn=data, Tags=many)
    t.equal(len(call("list-tags", ResourceArn=data)["Tags"]), 1,
            "a refused call changes nothing")


def sorted_by_tag():
    for kind, create, member in (
            ("artifacts", "create-artifact", "ArtifactName"),
            ("actions", "create-action", "ActionName"),
            ("contexts", "create-context", "ContextName"),
            ("runs", "create-trial-component", "TrialComponentName"),
            ("experiments", "create-experiment", "ExperimentName")):
        for rank, name in (("2", "two"), ("3", "three"), ("1", "one")):
            members = {member: f"sorted-{kind}-{name}",
                       "Tags": [{"Key": "rank", "Value": rank}]}
            if kind in ("artifacts", "actions", "contexts"):
                members[member.replace("Name", "Type")] = "Sorted"
                members["Source"] = {"SourceUri": f"s3://{kind}/{name}"}
            call(create, **members)
        for order, expected in ((("--ascending",), ["one", "two", "three"]),
                                ((), ["three", "two", "one"])):
            listed = t.answer("list", kind, "--sort-by", "Tags.rank",
                              "--tag", "rank", *order)
            t.equal([e[member].rsplit("-", 1)[1] for e in listed], expected,
                    f"{kind} sorted by a tag")
    [first, *_] = t.answer("list", "contexts", "--sort-by", "Tags.rank",
                           "--ascending")
    t.equal(first["ContextName"], "sorted-contexts-one", "untagged come last")
    call("create-trial", TrialName="tried", ExperimentName="e")
    t.equal(t.answer("list", "trials", "--name", "tried")[0]["ExperimentName"],
            "e", "a trial in a list")


def mistakes(data):
    usage("did you mean create-artifact?", "creat-artifact")
    usage("did you mean --artifact-arn?", "describe-artifact", "--artifact-am",
          data)
    usage("required: --artifact-arn", "describe-artifact")
    usage("line 2, column", "list-artifacts", "--cli-input-json", "-",
          stdin=b'{"SourceUri":\n oops}')
    usage("No such file", "list-artifacts", "--cli-input-json", "none.json")
    usage("expected KEY=VALUE at character 9", "create-artifact",
          "--artifact-type", "x", "--source", "s3://b/k")
    text = refused("ValidationException", "create-artifact",
                   ArtifactName="a b", ArtifactType="x" * 257,
                   Source={"SourceUri": ""})
    t.check("3 validation errors detected" in text, text)
    for part in ("'a b' at 'artifactName'", "less than or equal to 256",
                 "'source.sourceUri'"):
        t.check(part in text, f"{part} in {text}")
    refused("ValidationException", "create-context", ContextName="c",
            ContextType="t", Source={"SourceUri": "u"}, Properties={"a": 1})
    refused("ValidationException", "describe-artifact", ArtifactArn="arn:x")
    refused("ResourceNotFound", "describe-artifact",
            ArtifactArn=data[:-4] + "0000")


t.equal(call("list-artifacts"), {"ArtifactSummaries": []}, "artifacts of none")
DATA, FIT = entities()
associations(DATA, FIT)
trials()
pages()
tags(DATA)
sorted_by_tag()
mistakes(DATA)
t.passed()
