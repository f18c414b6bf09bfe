#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# deploy.sh MODEL ENDPOINT: puts a model behind an endpoint.
#
# Stands for the deploy command you already have, such as
# `aws sagemaker create-endpoint` or a script with boto3: it takes the model
# to the place that serves it, here the folder $SERVE, and says what is
# served. Nothing in here knows of pedigree.
set -eu

model=$1
endpoint=$2
place=${SERVE:-.}/$endpoint

mkdir -p "$place"
cp "$model" "$place/model.tmp"
mv "$place/model.tmp" "$place/${model##*/}"
printf '%s serves %s\n' "$endpoint" "${model##*/}"
