#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Tracking entities made by hand, and the way back from an endpoint to the
# data its model was trained on. Prints the URI of that data. May be run
# again: what is there already is used.
#
#	API=            "pedigree api" (default) or "aws sagemaker"
#	BUCKET=         where code, data and model are
#	TRIAL_COMPONENT= the training job's component; made when it is not there
#	ENDPOINT_NAME=  the endpoint, and its ARN where nobody can be asked for
#	ENDPOINT_ARN=   it yet: the ledger learns of endpoints from contexts
set -eu

API=${API:-pedigree api}
bucket=${BUCKET:-s3://example-bucket/walkthrough}
component_name=${TRIAL_COMPONENT:-walkthrough-training}
endpoint=${ENDPOINT_NAME:-walkthrough}
arn_of_endpoint=${ENDPOINT_ARN:-arn:aws:sagemaker:eu-west-1:123456789012:endpoint/$endpoint}

# api OPERATION QUERY --MEMBER VALUE…: one text of the answer; None: nothing
api() {
	operation=$1
	query=$2
	shift 2
	# $API is two words.
	$API "$operation" "$@" --query "$query" --output text
}

# artifact NAME TYPE URI: its ARN
artifact() {
	arn=$(api list-artifacts 'ArtifactSummaries[0].ArtifactArn' \
		--source-uri "$3" --artifact-type "$2" --no-paginate)
	if [ "$arn" = None ]; then
		arn=$(api create-artifact ArtifactArn --artifact-name "$1" \
			--artifact-type "$2" --source "SourceUri=$3")
	fi
	printf '%s\n' "$arn"
}

# associate SOURCE DESTINATION TYPE
associate() {
	refusal=$($API add-association --source-arn "$1" \
		--destination-arn "$2" --association-type "$3" 2>&1) ||
		case $refusal in
		*'already exists'*) ;;
		*)
			printf '%s\n' "$refusal" >&2
			exit 1
			;;
		esac
}

# What the training used and made.
code=$(artifact source-code-location code-location "$bucket/code.tar.gz")
train=$(artifact training-data-location training-data "$bucket/train.csv")
test=$(artifact testing-data-location testing-data "$bucket/test.csv")
model=$(artifact model-location model-location "$bucket/model.tar.gz")

component=$(api describe-trial-component TrialComponentArn \
	--trial-component-name "$component_name" 2>/dev/null) ||
	component=$(api create-trial-component TrialComponentArn \
		--trial-component-name "$component_name")

for input in "$code" "$train" "$test"; do
	associate "$input" "$component" ContributedTo
done
associate "$component" "$model" Produced

# The endpoint.
described=$(api describe-endpoint EndpointArn --endpoint-name "$endpoint" \
	2>/dev/null) || described=$arn_of_endpoint
context=$(api list-contexts 'ContextSummaries[0].ContextArn' \
	--source-uri "$described" --context-type Endpoint --no-paginate)
if [ "$context" = None ]; then
	context=$(api create-context ContextArn \
		--context-name "$endpoint-endpoint" --context-type Endpoint \
		--source "SourceUri=$described")
fi
associate "$component" "$context" AssociatedWith

# And back: endpoint, context, trial component, data.
described=$(api describe-endpoint EndpointArn --endpoint-name "$endpoint")
context=$(api list-contexts 'ContextSummaries[0].ContextArn' \
	--source-uri "$described" --no-paginate)
component=$(api list-associations 'AssociationSummaries[].SourceArn' \
	--destination-arn "$context" | tr '\t' '\n' |
	grep ':experiment-trial-component/' | head -n 1)
data=$(api list-associations 'AssociationSummaries[0].SourceArn' \
	--destination-arn "$component" --source-type training-data \
	--no-paginate)
api describe-artifact Source.SourceUri --artifact-arn "$data"
