# SPDX-License-Identifier: Apache-2.0
#
# The tap: what programs say over TLS and sockets, with real clients and
# libraries. No network beyond the machine's own.

wire_tests = \
	%D%/clients.py \
	%D%/connections.py \
	%D%/libraries.py \
	%D%/objects.py \
	%D%/secrets.py \
	%D%/unseen.py

TESTS += $(wire_tests)
# The tests compile what is in C: some of it several times, as libraries.
EXTRA_DIST += $(wire_tests) \
	%D%/connection.c \
	%D%/connection.h \
	%D%/fake.c \
	%D%/loader.c \
	%D%/plugin.c \
	%D%/ways.c \
	%D%/wire.py \
	tests/helper/fake_s3.py
