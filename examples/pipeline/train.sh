#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# train.sh CLEAN MODEL: fits a line through the points.
set -eu

awk -F, '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
END {
	slope = (n * xy - x * y) / (n * xx - x * x)
	printf "%.6f %.6f\n", slope, (y - slope * x) / n
}' "$1" >"$2"
