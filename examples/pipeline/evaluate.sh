#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# evaluate.sh MODEL CLEAN METRICS: the mean square of what the line misses.
set -eu

read -r slope offset <"$1"
awk -F, -v slope="$slope" -v offset="$offset" '
{ miss = $2 - slope * $1 - offset; sum += miss * miss }
END { printf "{\"mse\": %.6f}\n", sum / NR }' "$2" >"$3"
