#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# upload.sh ARCHIVE s3://BUCKET/KEY
set -eu
aws s3 cp --only-show-errors "$1" "$2"
