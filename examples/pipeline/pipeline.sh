#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pipeline.sh FOLDER: prepare, train and evaluate, with all files in FOLDER.
#
# RUN is put in front of each step, so RUN="pedigree run --" makes each step
# a run of its own; `pedigree run -- ./pipeline.sh FOLDER` makes all of them
# one run.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

# RUN is a list of words.
${RUN-} "$here/prepare.sh" raw.csv clean.csv
${RUN-} "$here/train.sh" clean.csv line.model
${RUN-} "$here/evaluate.sh" line.model clean.csv metrics.json
cat metrics.json
