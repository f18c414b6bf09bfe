# SPDX-License-Identifier: Apache-2.0
#
# What Python programs are given has types, and they fit together.
. "${top_srcdir:?}/tests/policy/tree.sh"

needs_ mypy
mypy --strict --cache-dir="$work/cache" hooks/python/pedigree.py \
	examples/manual/walkthrough.py >"$work/said" 2>&1 || {
	cat "$work/said"
	fail_ "mypy --strict finds mistakes"
}
