# SPDX-License-Identifier: Apache-2.0
#
# unit/         cmocka, one file per module
# fuzz/         inputs that any parser must stand
# integration/  real processes
# policy/       facts about the tree and the binaries
# suites/       what others test their programs with
#
# Scripts are told where things are by these variables, and work in a folder
# of their own that they make (see support.sh and support.py).

# Programs are unit tests: cmocka tells the result of each of their tests.
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' CMOCKA_MESSAGE_OUTPUT=TAP $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
AM_LOG_DRIVER_FLAGS = --merge

# A test that hangs fails: the slowest takes a minute where nothing else runs.
TEST_LIMIT = timeout -k 10 900

TEST_EXTENSIONS = .sh .py
LOG_COMPILER = $(TEST_LIMIT)
SH_LOG_COMPILER = $(TEST_LIMIT) $(SHELL)
PY_LOG_COMPILER = $(TEST_LIMIT) $(PYTHON)

AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	CC='$(CC)'; export CC; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	PYTHONPATH='$(abs_top_srcdir)/tests'; export PYTHONPATH;

include %D%/unit/local.mk
include %D%/fuzz/local.mk
include %D%/integration/local.mk
include %D%/integration/aws/local.mk
include %D%/integration/wire/local.mk
include %D%/policy/local.mk
include %D%/suites/local.mk

# The unit tests alone, as the build with sanitizers runs them.
.PHONY: check-unit
check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests) $(fuzz_replays)'

# Gives the outputs in doc/tour.md what the commands there print now.
.PHONY: tour
tour: all
	@$(AM_TESTS_ENVIRONMENT) \
		$(PYTHON) $(top_srcdir)/tests/integration/tour.py --write

# The long forms of the tests of faults.
.PHONY: check-faults
check-faults: all
	$(AM_TESTS_ENVIRONMENT) set -e; for test in ledger log sweep; do \
		$(PYTHON) $(top_srcdir)/tests/integration/faults/$$test.py \
			full; done; \
		for test in push push_faults; do \
		$(PYTHON) $(top_srcdir)/tests/integration/aws/$$test.py \
			full; done

# The unit tests and the command under valgrind's memcheck.
.PHONY: check-valgrind
check-valgrind: all $(unit_tests) $(fuzz_replays)
	@$(AM_TESTS_ENVIRONMENT) \
		$(PYTHON) $(top_srcdir)/tests/integration/memcheck.py \
		$(unit_tests) $(fuzz_replays)

EXTRA_DIST += \
	%D%/data/in-toto.schema.json \
	%D%/data/openlineage.schema.json \
	%D%/data/prov-json.schema.json \
	%D%/helper/loopback.py \
	%D%/helper/schema.py \
	%D%/support.py \
	%D%/support.sh
