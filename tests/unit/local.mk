# SPDX-License-Identifier: Apache-2.0
#
# A unit test is one file, test_MODULE.c, and one word in this list.

if HAVE_CMOCKA
unit_tests =

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

unit_cflags = $(AM_CFLAGS) $(SANITIZE_CFLAGS) $(CMOCKA_CFLAGS)
unit_ldadd = libpedigree-core.la $(CMOCKA_LIBS)
