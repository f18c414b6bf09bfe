#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tracking entities made by hand, and the way back from an endpoint to the
data its model was trained on. Prints the URI of that data. May be run again:
what is there already is used.

With boto3's client instead of pedigree's, and its exceptions, the same calls
work on the service.

Environment: BUCKET, TRIAL_COMPONENT, ENDPOINT_NAME, ENDPOINT_ARN, as for
walkthrough.sh."""

import os

import pedigree

BUCKET = os.environ.get("BUCKET", "s3://example-bucket/walkthrough")
COMPONENT = os.environ.get("TRIAL_COMPONENT", "walkthrough-training")
ENDPOINT = os.environ.get("ENDPOINT_NAME", "walkthrough")
ENDPOINT_ARN = os.environ.get(
    "ENDPOINT_ARN",
    f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{ENDPOINT}")

client = pedigree.Client()


def artifact(name: str, kind: str, uri: str) -> str:
    """The ARN of an artifact, made when it is not there."""
    found = client.list_artifacts(SourceUri=uri, ArtifactType=kind)
    for summary in found["ArtifactSummaries"]:
        return str(summary["ArtifactArn"])
    return str(client.create_artifact(
        ArtifactName=name, ArtifactType=kind,
        Source={"SourceUri": uri})["ArtifactArn"])


def associate(source: str, destination: str, kind: str) -> None:
    """Tolerates an association that is there."""
    try:
        client.add_association(SourceArn=source, DestinationArn=destination,
                               AssociationType=kind)
    except pedigree.ClientError as error:
        if "already exists" not in error.response["Error"]["Message"]:
            raise


def trial_component() -> str:
    """The training job's; made when it is not there."""
    try:
        found = client.describe_trial_component(TrialComponentName=COMPONENT)
    except pedigree.ClientError as error:
        if error.code != "ResourceNotFound":
            raise
        found = client.create_trial_component(TrialComponentName=COMPONENT)
    return str(found["TrialComponentArn"])


def endpoint_arn() -> str:
    """What DescribeEndpoint says; the ledger learns of endpoints from their
    contexts, so that the first time it does not know."""
    try:
        return str(client.describe_endpoint(
            EndpointName=ENDPOINT)["EndpointArn"])
    except pedigree.ClientError:
        return ENDPOINT_ARN


def endpoint_context() -> str:
    """The endpoint's context, made when it is not there."""
    found = client.list_contexts(SourceUri=endpoint_arn(),
                                 ContextType="Endpoint")
    for summary in found["ContextSummaries"]:
        return str(summary["ContextArn"])
    return str(client.create_context(
        ContextName=f"{ENDPOINT}-endpoint", ContextType="Endpoint",
        Source={"SourceUri": endpoint_arn()})["ContextArn"])


def track() -> None:
    """What the training used and made, and where it went."""
    inputs = [
        artifact("source-code-location", "code-location",
                 f"{BUCKET}/code.tar.gz"),
        artifact("training-data-location", "training-data",
                 f"{BUCKET}/train.csv"),
        artifact("testing-data-location", "testing-data",
                 f"{BUCKET}/test.csv"),
    ]
    model = artifact("model-location", "model-location",
                     f"{BUCKET}/model.tar.gz")
    component = trial_component()
    for arn in inputs:
        associate(arn, component, "ContributedTo")
    associate(component, model, "Produced")
    associate(component, endpoint_context(), "AssociatedWith")


def data_behind() -> str:
    """And back: endpoint, context, trial component, data."""
    context = client.list_contexts(
        SourceUri=endpoint_arn())["ContextSummaries"][0]["ContextArn"]
    component = next(
        edge["SourceArn"] for edge in client.list_associations(
            DestinationArn=context)["AssociationSummaries"]
        if ":experiment-trial-component/" in edge["SourceArn"])
    data = client.list_associations(
        DestinationArn=component,
        SourceType="training-data")["AssociationSummaries"][0]["SourceArn"]
    return str(client.describe_artifact(
        ArtifactArn=data)["Source"]["SourceUri"])


track()
print(data_behind())
