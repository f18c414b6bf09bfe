# SPDX-License-Identifier: Apache-2.0
"""Examples of every operation, written by hand, one story: a model is
trained, deployed and looked up again. `call` carries an operation out."""

import datetime

START = datetime.datetime(2026, 11, 23, 2, 30, 15, 250000,
                          tzinfo=datetime.timezone.utc)
ENDPOINT = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn"


def _create(call, old):
    data = call("create-artifact", ArtifactName="train", Source={
        "SourceUri": "s3://bucket/train.csv",
        "SourceTypes": [{"SourceIdType": "S3ETag", "Value": "d41d8cd98f00"},
                        {"SourceIdType": "Custom", "Value": "sha256:ab"}]},
        ArtifactType="DataSet", Properties={"rows": "1000", "größe": "5 MB"},
        MetadataProperties={"CommitId": "0" * 40, "Repository": "git@h:r.git",
                            "GeneratedBy": "hand", "ProjectId": "p"},
        Tags=[{"Key": "team", "Value": "shop"}])["ArtifactArn"]
    model = call("create-artifact", ArtifactType="Model", Source={
        "SourceUri": "s3://bucket/model.tar.gz"})["ArtifactArn"]
    call("create-artifact", refused="ValidationException",
         ArtifactType="Model", Source={"SourceUri": "s3://bucket/model.tar.gz"})
    fit = call("create-trial-component", TrialComponentName="Fit-1",
               DisplayName="Fit-the-model",
               Status={"PrimaryStatus": "Completed", "Message": "done"},
               StartTime=START,
               EndTime=START + datetime.timedelta(minutes=5),
               Parameters={"lr": {"NumberValue": 0.1},
                           "big": {"NumberValue": 1e300},
                           "whole": {"NumberValue": 3.0},
                           "opt": {"StringValue": "adam"}},
               InputArtifacts={"train": {"MediaType": "text/csv",
                                         "Value": "s3://bucket/train.csv"}},
               OutputArtifacts={"model": {"Value": "s3://bucket/m"}},
               MetadataProperties={"GeneratedBy": "hand"},
               Tags=[{"Key": "team", "Value": "shop"}])["TrialComponentArn"]
    deploy = call("create-action", ActionName="deploy-1", ActionType="Deploy",
                  Source={"SourceUri": ENDPOINT, "SourceType": "ARN",
                          "SourceId": "1"}, Description="Deployed by hand.",
                  Status="InProgress", Properties={"by": "me"},
                  MetadataProperties={"GeneratedBy": "hand"},
                  Tags=[{"Key": "team", "Value": "shop"}])["ActionArn"]
    name = "churn-endpoint" if old else "churn_endpoint"
    endpoint = call("create-context", ContextName=name, ContextType="Endpoint",
                    Source={"SourceUri": ENDPOINT, "SourceType": "ARN"},
                    Description="the endpoint", Properties={"stage": "prod"},
                    Tags=[{"Key": "team", "Value": "shop"}])["ContextArn"]
    return data, model, fit, deploy, endpoint, name


def _associate(call, data, model, fit, deploy, endpoint):
    for source, destination, kind in (
            (data, fit, "ContributedTo"), (fit, model, "Produced"),
            (model, deploy, "ContributedTo"),
            (deploy, endpoint, "AssociatedWith"),
            (fit, endpoint, "AssociatedWith")):
        call("add-association", SourceArn=source, DestinationArn=destination,
             AssociationType=kind)
    call("add-association", refused="ValidationException", SourceArn=data,
         DestinationArn=fit)
    call("add-association", SourceArn=data, DestinationArn=model)
    call("delete-association", SourceArn=data, DestinationArn=model)
    call("delete-association", refused="ResourceNotFound", SourceArn=data,
         DestinationArn=model)


def _experiment(call):
    call("create-experiment", ExperimentName="churn", DisplayName="Churn",
         Description="Who leaves?", Tags=[{"Key": "team", "Value": "shop"}])
    call("create-trial", TrialName="churn-1", DisplayName="First",
         ExperimentName="churn", MetadataProperties={"GeneratedBy": "hand"},
         Tags=[])
    call("create-trial", refused="ResourceNotFound", TrialName="churn-2",
         ExperimentName="none")
    call("associate-trial-component", TrialComponentName="Fit-1",
         TrialName="churn-1")
    call("update-experiment", ExperimentName="churn", DisplayName="Churn-2",
         Description="Who stays?")
    call("update-trial", TrialName="churn-1", DisplayName="Second")


def _look(call, data, fit, deploy, endpoint, name):
    told = [
        call("describe-artifact", ArtifactArn=data)["Properties"],
        call("describe-trial-component",
             TrialComponentName="fit-1")["Parameters"],
        call("describe-action", ActionName="deploy-1")["Status"],
        call("describe-context", ContextName=name)["Source"],
        call("describe-endpoint", EndpointName="churn")["EndpointArn"],
        call("describe-experiment", ExperimentName="churn")["Description"],
        call("describe-trial", TrialName="churn-1")["DisplayName"],
    ]
    for operation, answer, sort in (
            ("list-artifacts", "ArtifactSummaries", "CreationTime"),
            ("list-actions", "ActionSummaries", "Name"),
            ("list-contexts", "ContextSummaries", "Name"),
            ("list-experiments", "ExperimentSummaries", "Name"),
            ("list-trials", "TrialSummaries", "Name"),
            ("list-trial-components", "TrialComponentSummaries", "Name"),
            ("list-associations", "AssociationSummaries", "SourceArn")):
        found = call(operation, SortBy=sort, SortOrder="Ascending",
                     MaxResults=100, CreatedAfter=START.replace(year=2000),
                     CreatedBefore=START.replace(year=2100))[answer]
        told.append((operation, len(found)))
    first = call("list-artifacts", MaxResults=1)
    told.append(len(call("list-artifacts", MaxResults=1, NextToken=first[
        "NextToken"])["ArtifactSummaries"]))
    answer = call("query-lineage", StartArns=[endpoint], MaxDepth=10,
                  Direction="Ascendants", IncludeEdges=True, MaxResults=50,
                  Filters={"LineageTypes": ["Artifact", "TrialComponent"],
                           "Types": ["DataSet", "Model"],
                           "CreatedAfter": START.replace(year=2000)})
    told.append((len(answer["Vertices"]), len(answer["Edges"])))
    answer = call("search", Resource="ExperimentTrialComponent",
                  SearchExpression={"Filters": [
                      {"Name": "Parameters.lr", "Operator": "LessThan",
                       "Value": "0.5"},
                      {"Name": "Tags.team", "Value": "shop"}],
                      "Operator": "And"},
                  SortBy="CreationTime", SortOrder="Descending", MaxResults=10)
    told.append([r["TrialComponent"]["TrialComponentName"]
                 for r in answer["Results"]])
    for resource in ("Experiment", "ExperimentTrial"):
        told.append(len(call("search", Resource=resource)["Results"]))
    call("add-tags", ResourceArn=fit, Tags=[{"Key": "stage", "Value": "é"}])
    told.append(call("list-tags", ResourceArn=fit, MaxResults=50)["Tags"])
    call("delete-tags", ResourceArn=fit, TagKeys=["stage", "team"])
    call("describe-artifact", refused="ResourceNotFound",
         ArtifactArn=data + "0")
    call("describe-action", refused="ResourceNotFound", ActionName="none")
    call("update-action", ActionName="deploy-1", Status="Completed",
         Description="Deployed.", Properties={"by": "you"},
         PropertiesToRemove=["stage"])
    told.append(call("describe-action", ActionName="deploy-1")["Properties"])
    return told


def _change_and_delete(call, data, model, fit, deploy, endpoint, name):
    call("update-artifact", ArtifactArn=data, ArtifactName="train-2",
         Properties={"rows": "2000"}, PropertiesToRemove=["none"])
    call("update-context", ContextName=name, Description="gone",
         Properties={}, PropertiesToRemove=["stage"])
    call("update-trial-component", TrialComponentName="Fit-1",
         DisplayName="Fit", Status={"PrimaryStatus": "Failed"},
         Parameters={"lr": {"NumberValue": 0.2}}, ParametersToRemove=["opt"],
         InputArtifacts={"test": {"Value": "s3://bucket/test"}},
         InputArtifactsToRemove=["train"], OutputArtifacts={},
         OutputArtifactsToRemove=["model"], StartTime=START, EndTime=START)
    told = [sorted(call("describe-trial-component",
                        TrialComponentName="Fit-1")["Parameters"])]
    call("delete-artifact", refused="ValidationException", ArtifactArn=model)
    for edge in call("list-associations")["AssociationSummaries"]:
        call("delete-association", SourceArn=edge["SourceArn"],
             DestinationArn=edge["DestinationArn"])
    call("disassociate-trial-component", TrialComponentName="Fit-1",
         TrialName="churn-1")
    call("delete-trial-component", TrialComponentName="Fit-1")
    call("delete-trial", TrialName="churn-1")
    call("delete-experiment", ExperimentName="churn")
    call("delete-action", ActionName="deploy-1")
    call("delete-context", ContextName=name)
    call("delete-artifact", ArtifactArn=data)
    call("delete-artifact", Source={"SourceUri": "s3://bucket/model.tar.gz"})
    told.append(call("list-artifacts")["ArtifactSummaries"])
    return told


def play(call, old):
    """Everything, once; answers what was told and holds anywhere. With `old`
    within the limits of botocore 1.29."""
    data, model, fit, deploy, endpoint, name = _create(call, old)
    _associate(call, data, model, fit, deploy, endpoint)
    _experiment(call)
    told = _look(call, data, fit, deploy, endpoint, name)
    return told + _change_and_delete(call, data, model, fit, deploy, endpoint,
                                     name)
