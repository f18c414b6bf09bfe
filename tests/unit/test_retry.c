/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate is compared with botocore's in tests/integration/aws/rates.py.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/retry.h"
#include "base/base.h"

static void test_answers_are_told_apart(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum pedigree_aws_class class;
	} answers[] = {
		{ 200, NULL, PEDIGREE_AWS_DONE },
		{ 400, "ThrottlingException", PEDIGREE_AWS_THROTTLED },
		{ 503, "SlowDown", PEDIGREE_AWS_THROTTLED },
		{ 429, "", PEDIGREE_AWS_THROTTLED },
		{ 500, "InternalFailure", PEDIGREE_AWS_TRANSIENT },
		{ 502, NULL, PEDIGREE_AWS_TRANSIENT },
		{ 504, "whatever", PEDIGREE_AWS_TRANSIENT },
		{ 400, "RequestTimeout", PEDIGREE_AWS_TRANSIENT },
		{ 400, "ExpiredTokenException", PEDIGREE_AWS_EXPIRED },
		{ 403, "InvalidSignatureException", PEDIGREE_AWS_SKEWED },
		{ 400, "UnrecognizedClientException", PEDIGREE_AWS_IDENTITY },
		{ 400, "ValidationException", PEDIGREE_AWS_PERMANENT },
		{ 400, "ResourceNotFound", PEDIGREE_AWS_PERMANENT },
		{ 400, "ResourceLimitExceeded", PEDIGREE_AWS_PERMANENT },
		{ 400, "AccessDeniedException", PEDIGREE_AWS_PERMANENT },
		{ 404, NULL, PEDIGREE_AWS_PERMANENT },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(answers); i++)
		assert_int_equal(pedigree_aws_classify(answers[i].status,
						       answers[i].code),
				 answers[i].class);
}

static void test_the_wait_is_anything_up_to_a_bound_that_doubles(void **state)
{
	static const int64_t bounds[] = { 1000,	 2000,	4000, 8000,
					  16000, 20000, 20000 };

	(void)state;
	for (unsigned int i = 0; i < PEDIGREE_COUNT(bounds); i++) {
		assert_int_equal(pedigree_aws_backoff(i + 1, true, -1, 0), 0);
		assert_int_equal(pedigree_aws_backoff(i + 1, true, -1,
						      UINT32_C(1) << 31),
				 bounds[i] / 2);
		assert_int_equal(pedigree_aws_backoff(i + 1, true, -1,
						      UINT32_MAX),
				 bounds[i] - 1);
	}
	assert_int_equal(pedigree_aws_backoff(1, false, -1, UINT32_MAX), 49);
	assert_int_equal(pedigree_aws_backoff(4, false, -1, UINT32_MAX), 399);
	assert_int_equal(
		pedigree_aws_backoff(4000000000, false, -1, UINT32_MAX), 19999);
}

static void test_the_service_gets_the_wait_that_it_asks_for(void **state)
{
	(void)state;
	assert_int_equal(pedigree_aws_backoff(1, false, 3000, UINT32_MAX),
			 3000);
	assert_int_equal(pedigree_aws_backoff(9, true, 3000, UINT32_MAX), 8000);
	assert_int_equal(pedigree_aws_backoff(9, true, 3000, UINT32_C(1) << 30),
			 5000);
	assert_int_equal(pedigree_aws_backoff(1, true, 0, 0), 0);
}

static void test_a_service_that_is_down_is_not_asked_for_ever(void **state)
{
	struct pedigree_aws_quota quota;
	unsigned int n = 0, cost = 0;

	(void)state;
	pedigree_aws_quota_init(&quota);
	while (pedigree_aws_quota_take(&quota, false, &cost))
		n++;
	assert_int_equal(n, 100);
	assert_int_equal(cost, 5);
	pedigree_aws_quota_give(&quota, cost);
	assert_false(pedigree_aws_quota_take(&quota, true, &cost));
	assert_true(pedigree_aws_quota_take(&quota, false, &cost));
	for (unsigned int i = 0; i < 1000; i++)
		pedigree_aws_quota_give(&quota, 0);
	assert_int_equal(quota.left, 500);
}

static void test_the_rate_is_unlimited_until_the_first_throttling(void **state)
{
	struct pedigree_aws_rate rate;
	double now = 100.25;

	(void)state;
	pedigree_aws_rate_init(&rate, now);
	for (unsigned int i = 0; i < 1000; i++) {
		assert_true(pedigree_aws_rate_take(&rate, now) == 0);
		pedigree_aws_rate_answered(&rate, false, now);
		now += 0.01;
	}
	pedigree_aws_rate_answered(&rate, true, now);
	/* 30 % less than the 100 a second that there were. */
	assert_true(rate.fill > 60 && rate.fill < 80);
	while (pedigree_aws_rate_take(&rate, now) == 0)
		;
	assert_true(pedigree_aws_rate_take(&rate, now) < 0.02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_are_told_apart),
		cmocka_unit_test(
			test_the_wait_is_anything_up_to_a_bound_that_doubles),
		cmocka_unit_test(
			test_the_service_gets_the_wait_that_it_asks_for),
		cmocka_unit_test(
			test_a_service_that_is_down_is_not_asked_for_ever),
		cmocka_unit_test(
			test_the_rate_is_unlimited_until_the_first_throttling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
