# SPDX-License-Identifier: Apache-2.0
#
# Facts about the tree and the binaries.

policy_tests = \
	%D%/blind.sh \
	%D%/clean.sh \
	%D%/docs.sh \
	%D%/example.py \
	%D%/exports.sh \
	%D%/format.sh \
	%D%/headers.sh \
	%D%/layers.py \
	%D%/lengths.sh \
	%D%/listed.sh \
	%D%/man.sh \
	%D%/man_lint.sh \
	%D%/news.sh \
	%D%/shim_exports.sh \
	%D%/shim_imports.sh \
	%D%/shim_siblings.sh \
	%D%/spdx.sh \
	%D%/types.sh

TESTS += $(policy_tests)
EXTRA_DIST += $(policy_tests) \
	%D%/layers.list \
	%D%/tree.sh
