#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# prepare.sh RAW CLEAN: keeps the complete rows of a CSV with two columns of
# numbers, in order.
set -eu

awk -F, 'NR > 1 && NF == 2 && $1 != "" && $2 != ""' "$1" | sort -t, -k1n >"$2"
