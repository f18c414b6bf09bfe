# SPDX-License-Identifier: Apache-2.0
"""The same words to `aws sagemaker` and to `pedigree api`: the real AWS CLI
runs in this process with a ledger in place of the service, and must print
what the command prints."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests"))
import ledger  # noqa: E402
import support as t  # noqa: E402

# What a line leaves in {NAME} for the lines after it stands before the colon.
# Together they have every operation, and every way to spell a value.
SCRIPT = r"""
data: create-artifact --artifact-name train --artifact-type DataSet --source SourceUri=s3://b/train.csv,SourceTypes=[{SourceIdType=S3ETag,Value=ab}] --properties rows=1000,unit=row --tags Key=team,Value=shop Key=stage,Value= --metadata-properties CommitId=0123,GeneratedBy=hand --query ArtifactArn --output text
model: create-artifact --artifact-type Model --source {"SourceUri":"s3://b/m.tar.gz"} --query ArtifactArn --output text
fit: create-trial-component --trial-component-name Fit-1 --display-name Fit --status PrimaryStatus=InProgress,Message=soon --start-time 2026-11-23T02:30:15Z --end-time 1795401315 --parameters lr={NumberValue=0.1},opt={StringValue=adam} --input-artifacts train={MediaType=text/csv,Value=s3://b/train.csv} --output-artifacts {"m":{"Value":"s3://b/m"}} --tags Key=team,Value=shop --query TrialComponentArn --output text
other: create-artifact --cli-input-json {"ArtifactType":"DataSet","Source":{"SourceUri":"s3://b/from-json"}} --artifact-name laid-over --query ArtifactArn --output text
action: create-action --action-name deploy-1 --action-type Deploy --source SourceUri=arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e,SourceType=ARN --status InProgress --description file://text --properties by=me --query ActionArn --output text
context: create-context --context-name e-context --context-type Endpoint --source SourceUri=arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e --query ContextArn --output text
create-experiment --experiment-name churn --description file://text
create-experiment --experiment-name churn
create-trial --trial-name churn-1 --experiment-name churn
create-trial --trial-name churn-2 --experiment-name none
associate-trial-component --trial-component-name fit-1 --trial-name churn-1
add-association --source-arn {data} --destination-arn {fit} --association-type ContributedTo
add-association --source-arn {fit} --destination-arn {model} --association-type Produced
add-association --source-arn {fit} --destination-arn {context}
add-association --source-arn {fit} --destination-arn {context}
add-tags --resource-arn {fit} --tags Key=a,Value=b Key=c,Value=
list-tags --resource-arn {fit}
list-tags --resource-arn {fit} --query Tags[?Key=='team'].Value --output text
delete-tags --resource-arn {fit} --tag-keys a c
describe-artifact --artifact-arn {data}
describe-artifact --artifact-arn {other} --query Source.SourceUri
describe-artifact --artifact-arn {data}0
describe-trial-component --trial-component-name FIT-1
describe-trial-component --trial-component-name Fit-1 --query Parameters.lr.NumberValue --output text
describe-action --action-name deploy-1
describe-context --context-name e-context
describe-endpoint --endpoint-name e --query EndpointArn --output text
describe-experiment --experiment-name churn
describe-trial --trial-name churn-1
update-artifact --artifact-arn {data} --properties rows=2 --properties-to-remove unit none
update-action --action-name deploy-1 --status Completed
update-context --context-name e-context --description gone
update-experiment --experiment-name churn --display-name Churn
update-trial --trial-name churn-1 --display-name First
update-trial-component --trial-component-name Fit-1 --status PrimaryStatus=Completed --parameters-to-remove opt
list-artifacts --sort-by CreationTime --sort-order Ascending
list-artifacts --artifact-type DataSet --sort-order Ascending --query ArtifactSummaries[].ArtifactArn
list-artifacts --max-items 1 --query ArtifactSummaries[].ArtifactType --sort-order Ascending
list-artifacts --page-size 1 --sort-order Ascending --query ArtifactSummaries[*].[ArtifactType,Source.SourceUri] --output text
list-artifacts --no-paginate --max-results 1 --sort-order Ascending --query ArtifactSummaries[].ArtifactArn
list-artifacts --source-uri s3://b/none
list-actions
list-contexts --source-uri arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e --query ContextSummaries[0].ContextArn --output text
list-experiments --created-after 2020-01-01
list-experiments --created-before 2020-01-01T00:00:00Z
list-trials --experiment-name churn
list-trial-components --trial-name churn-1
list-associations --destination-arn {fit} --source-type DataSet
list-associations --query length(AssociationSummaries)
query-lineage --start-arns {context} --direction Ascendants --include-edges --max-depth 5
query-lineage --start-arns {data} --direction Descendants --no-include-edges --filters Types=Model,LineageTypes=Artifact
search --resource ExperimentTrialComponent --search-expression Filters=[{Name=Tags.team,Operator=Equals,Value=shop}]
search --resource Experiment --query Results[].Experiment.ExperimentName
delete-association --source-arn {data} --destination-arn {fit}
delete-association --source-arn {fit} --destination-arn {model}
delete-association --source-arn {fit} --destination-arn {context}
disassociate-trial-component --trial-component-name Fit-1 --trial-name churn-1
delete-trial-component --trial-component-name Fit-1
delete-trial --trial-name churn-1
delete-experiment --experiment-name churn
delete-action --action-name deploy-1
delete-context --context-name e-context
delete-artifact --artifact-arn {model}
delete-artifact --source SourceUri=s3://b/train.csv,SourceTypes=[{SourceIdType=S3ETag,Value=ab}]
"""
# Refused before anything is asked of the service.
REFUSED = r"""
create-artifact
create-artifact --artifact-type x
create-artifact --artifact-type x --source SourceUri
create-artifact --artifact-type x --source SourceUri=u --no-such-flag 1
list-artifacts --max-results many
creat-artifact
list-tags --resource-arn
"""


def _aws():
    """A function of words that does what `aws sagemaker` does."""
    import awscli.clidriver
    try:
        from awscli.botocore.awsrequest import AWSResponse
    except ImportError:
        from botocore.awsrequest import AWSResponse

    with open("aws.conf", "w", encoding="utf-8") as file:
        # As version 2 has it by itself.
        file.write("[default]\ncli_timestamp_format = iso8601\n")
    os.environ.update(
        AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_PAGER="",
        AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE="aws.conf", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    os.environ["PEDIGREE_HOME"] = os.path.join(t.work, "aws")
    answer = ledger.answers(ledger.Ledger(), AWSResponse, [])

    driver = awscli.clidriver.create_clidriver()
    driver.session.register("before-send.sagemaker", answer)

    def aws(words):
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())) as out:
            with contextlib.redirect_stderr(io.StringIO()) as err:
                try:
                    status = driver.main(["sagemaker", *words])
                except SystemExit as end:
                    status = end.code
            out.flush()
        # Version 1 has 255 for what the service refuses, version 2 has 254.
        if status == 255 and _code(err.getvalue()) and \
                awscli.__version__.startswith("1."):
            status = 254
        return status, out.buffer.getvalue().decode(), err.getvalue()
    return aws


def _pedigree(words):
    done = subprocess.run(
        ["pedigree", "api", *words], stdout=subprocess.PIPE,
        env={**os.environ, "PEDIGREE_HOME": os.path.join(t.work, "words")},
        stderr=subprocess.PIPE, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def _masked(text):
    """Without what differs from ledger to ledger, and the order of members."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d", "TIME",
                  text)
    try:
        value = json.loads(text)
        # The AWS CLI adds members that no page had, as null.
        return value if not isinstance(value, dict) else {
            name: part for name, part in value.items() if part is not None}
    except ValueError:
        return text.rstrip()


def _code(text):
    """The code and operation of an error."""
    found = re.search(r"An error occurred \((\w+)\) when calling the (\w+) op",
                      text)
    return found and found.groups()


def _words(line, facts):
    """A line's words: braces are the facts' only where they hold a name."""
    return [re.sub(r"\{(\w+)\}", lambda m: facts.get(m[1], m[0]), word)
            for word in line.split()]


def compare():
    """Prints both for every line, and fails where they differ."""
    try:
        aws = _aws()
    except ImportError as error:
        print(f"words are not compared: {error}")
        return
    operations = set(re.findall(r"^  ([a-z-]+)  +\S", t.pedigree(
        "api", "--help").split("operations:")[1], re.M))
    with open("text", "w", encoding="utf-8") as file:
        file.write("Größe, and\nmore than a line\n")
    facts = {}
    for line in SCRIPT.strip().splitlines():
        fact, found, rest = line.partition(": ")
        if not found:
            fact, rest = None, line
        words = _words(rest, facts)
        operations.discard(words[0])
        theirs, ours = aws(words), _pedigree(words)
        what = " ".join(words)
        t.equal(ours[0], theirs[0], f"status of {what}: {theirs} {ours}")
        t.equal(_masked(ours[1]), _masked(theirs[1]), f"output of {what}")
        t.equal(_code(ours[2]), _code(theirs[2]), f"error of {what}")
        if fact:
            facts[fact] = ours[1].strip()
    t.equal(operations, set(), "operations that no line is about")
    for line in REFUSED.strip().splitlines():
        theirs, ours = aws(line.split()), _pedigree(line.split())
        # Version 1 has 2, and both have 255 for a number that is none.
        t.check(ours[:2] == (252, "") and theirs[0] in (2, 252, 255),
                f"refusals of {line}: {theirs} {ours}")


compare()
t.passed()
