# SPDX-License-Identifier: Apache-2.0
#
# The tap: what programs say over TLS and sockets, with real clients and
# libraries. No network beyond the machine's own.

wire_tests = \
	%D%/clients.py

TESTS += $(wire_tests)
EXTRA_DIST += $(wire_tests) \
	%D%/wire.py
