# SPDX-License-Identifier: Apache-2.0
#
# Other people's test suites, bare and captured. Takes long and needs the
# network, so that no other target runs it: `make check-suites`, or
# `make check-suites SUITES='perl sed'` for some.

EXTRA_DIST += \
	%D%/__init__.py \
	%D%/cpython.py \
	%D%/gnu.py \
	%D%/perl.py \
	%D%/run.py \
	%D%/source.py

SUITES =

.PHONY: check-suites
check-suites: all
	@$(AM_TESTS_ENVIRONMENT) \
		$(PYTHON) $(top_srcdir)/tests/suites/run.py $(SUITES)
