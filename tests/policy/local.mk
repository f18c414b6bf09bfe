# SPDX-License-Identifier: Apache-2.0
#
# Facts about the tree and the binaries.

policy_tests =

TESTS += $(policy_tests)
EXTRA_DIST += $(policy_tests)
