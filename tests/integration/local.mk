# SPDX-License-Identifier: Apache-2.0
#
# Real processes. A script is told where things are by the environment that
# tests/local.mk sets, and begins with tests/support.sh.

integration_tests =

TESTS += $(integration_tests)
EXTRA_DIST += $(integration_tests)
