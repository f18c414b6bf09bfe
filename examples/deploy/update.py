#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts another model behind an endpoint that is there.

    update.py ARCHIVE BUCKET KEY ENDPOINT REVISION
"""

import os
import sys

import boto3

archive, bucket, key, endpoint, revision = sys.argv[1:]
name = f"{endpoint}-{revision}"
s3 = boto3.client("s3", endpoint_url=os.environ.get("AWS_ENDPOINT_URL_S3"))
sagemaker = boto3.client(
    "sagemaker", endpoint_url=os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER"))

s3.upload_file(archive, bucket, key)
sagemaker.create_model(
    ModelName=name, ExecutionRoleArn="arn:aws:iam::123456789012:role/serve",
    PrimaryContainer={
        "Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1",
        "ModelDataUrl": f"s3://{bucket}/{key}"})
sagemaker.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[{"VariantName": "all", "ModelName": name,
                         "InstanceType": "ml.t2.medium",
                         "InitialInstanceCount": 1}])
sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)
