#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Puts a model behind an endpoint: deploy.sh s3://BUCKET/KEY ENDPOINT
set -eu
role=arn:aws:iam::123456789012:role/serve
image=123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1

aws sagemaker create-model --model-name "$2-1" --execution-role-arn "$role" \
	--primary-container "Image=$image,ModelDataUrl=$1" >/dev/null
aws sagemaker create-endpoint-config --endpoint-config-name "$2-1" \
	--production-variants \
	"VariantName=all,ModelName=$2-1,InstanceType=ml.t2.medium,InitialInstanceCount=1" \
	>/dev/null
aws sagemaker create-endpoint --endpoint-name "$2" \
	--endpoint-config-name "$2-1" >/dev/null
