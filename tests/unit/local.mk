# SPDX-License-Identifier: Apache-2.0
#
# A unit test is one file, test_MODULE.c, and one word in this list.

if HAVE_CMOCKA
unit_tests = \
	%D%/test_json \
	%D%/test_model \
	%D%/test_rollup

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

unit_cflags = $(AM_CFLAGS) $(SANITIZE_CFLAGS) $(CMOCKA_CFLAGS)
unit_ldadd = libpedigree-core.la $(CMOCKA_LIBS)

tests_unit_test_json_SOURCES = %D%/test_json.c
tests_unit_test_json_CFLAGS = $(unit_cflags)
tests_unit_test_json_LDADD = $(unit_ldadd)

tests_unit_test_model_SOURCES = %D%/test_model.c
tests_unit_test_model_CFLAGS = $(unit_cflags)
tests_unit_test_model_LDADD = $(unit_ldadd)

tests_unit_test_rollup_SOURCES = %D%/test_rollup.c
tests_unit_test_rollup_CFLAGS = $(unit_cflags)
tests_unit_test_rollup_LDADD = $(unit_ldadd)
