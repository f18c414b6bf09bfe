# SPDX-License-Identifier: Apache-2.0
#
# lib/aws, judged by botocore and by servers that the tests bring along.

aws_tests = \
	%D%/calls.py \
	%D%/endpoints.py \
	%D%/example.py \
	%D%/keys_container.py \
	%D%/keys_files.py \
	%D%/keys_imds.py \
	%D%/keys_role.py \
	%D%/keys_sso.py \
	%D%/push.py \
	%D%/push_faults.py \
	%D%/push_jobs.py \
	%D%/questions.py \
	%D%/rates.py \
	%D%/sigv4.py \
	%D%/transport.py

TESTS += $(aws_tests)
EXTRA_DIST += $(aws_tests) \
	%D%/aws.py \
	%D%/pushing.py \
	%D%/server.py \
	tests/helper/fake_sagemaker.py

aws_programs = \
	%D%/call \
	%D%/fetch \
	%D%/keys \
	%D%/rate \
	%D%/sign \
	%D%/where
check_PROGRAMS += $(aws_programs)

aws_cflags = $(AM_CFLAGS) $(SANITIZE_CFLAGS)
aws_ldadd = libpedigree-core.la $(JANSSON_LIBS)
tests_integration_aws_fetch_SOURCES = %D%/fetch.c
tests_integration_aws_fetch_CFLAGS = $(aws_cflags)
tests_integration_aws_fetch_LDADD = $(aws_ldadd)
tests_integration_aws_keys_SOURCES = %D%/keys.c
tests_integration_aws_keys_CFLAGS = $(aws_cflags)
tests_integration_aws_keys_LDADD = $(aws_ldadd)
tests_integration_aws_sign_SOURCES = %D%/sign.c
tests_integration_aws_sign_CFLAGS = $(aws_cflags)
tests_integration_aws_sign_LDADD = $(aws_ldadd)
tests_integration_aws_where_SOURCES = %D%/where.c
tests_integration_aws_where_CFLAGS = $(aws_cflags)
tests_integration_aws_where_LDADD = $(aws_ldadd)
tests_integration_aws_rate_SOURCES = %D%/rate.c
tests_integration_aws_rate_CFLAGS = $(aws_cflags)
tests_integration_aws_rate_LDADD = $(aws_ldadd)
tests_integration_aws_call_SOURCES = %D%/call.c
tests_integration_aws_call_CFLAGS = $(aws_cflags)
tests_integration_aws_call_LDADD = $(aws_ldadd)
