#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# SageMaker takes a model as an archive: pack.sh MODEL ARCHIVE
set -eu
tar -czf "$2" "$1"
