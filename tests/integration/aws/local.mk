# SPDX-License-Identifier: Apache-2.0
#
# lib/aws, judged by botocore and by servers that the tests bring along.

aws_tests = \
	%D%/sigv4.py

TESTS += $(aws_tests)
EXTRA_DIST += $(aws_tests) \
	%D%/aws.py

check_PROGRAMS += \
	%D%/sign
tests_integration_aws_sign_SOURCES = %D%/sign.c
tests_integration_aws_sign_CFLAGS = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
tests_integration_aws_sign_LDADD = libpedigree-core.la $(JANSSON_LIBS)
