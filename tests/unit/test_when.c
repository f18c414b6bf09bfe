/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/when.h"
#include "base/base.h"

static void test_times_are_read_with_and_without_zone(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} times[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T02:03:04Z", 1795399384 },
		{ "2026-11-23T02:03:04", 1795399384 },
		{ "2026-11-23T02:03:04UTC", 1795399384 },
		{ "2026-11-23T02:03:04.999999Z", 1795399384 },
		{ "2026-11-23T02:03:04+00:00", 1795399384 },
		{ "2026-11-23T03:03:04+01:00", 1795399384 },
		{ "2026-11-22T20:33:04-0530", 1795399384 },
		{ "2024-02-29T00:00:00Z", 1709164800 },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(times); i++) {
		int64_t seconds = -1;

		if (!pedigree_aws_when(times[i].text, &seconds) ||
		    seconds != times[i].seconds)
			fail_msg("%s: %lld", times[i].text, (long long)seconds);
	}
}

static void test_what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"tomorrow",
		"2026-11-23",
		"2026-11-23T02:03",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-11-23T24:03:04Z",
		"2026-11-23T02:-3:04Z",
		"2026-11-23T02:03:04X",
		"2026-11-23T02:03:04+1",
		"2026-11-23T02:03:04+01:00x",
	};
	int64_t seconds = -1;

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++)
		if (pedigree_aws_when(texts[i], &seconds))
			fail_msg("'%s' was read as %lld", texts[i],
				 (long long)seconds);
	assert_int_equal(seconds, -1);
}

static void test_dates_of_http_are_read(void **state)
{
	int64_t seconds = -1;

	(void)state;
	assert_true(pedigree_aws_http_date("Mon, 23 Nov 2026 02:03:04 GMT",
					   &seconds));
	assert_int_equal(seconds, 1795399384);
	assert_false(pedigree_aws_http_date("", &seconds));
	assert_false(pedigree_aws_http_date("Mon, 23 Foo 2026 02:03:04 GMT",
					    &seconds));
	assert_false(pedigree_aws_http_date("Mon, 23 Nov 2026 02:03:04 CET",
					    &seconds));
	assert_false(pedigree_aws_http_date("Monday, 23-Nov-26 02:03:04 GMT",
					    &seconds));
}

static void test_a_service_asks_to_be_left_alone_for_a_while(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} texts[] = {
		{ "0", 0 },
		{ "120", 120000 },
		{ "Mon, 23 Nov 2026 02:03:04 GMT", 4000 },
		{ "Mon, 23 Nov 2026 02:02:59 GMT", 0 },
		/* Longer than anybody waits, and no number that overflows. */
		{ "99999999999999999999999", PEDIGREE_AWS_FOREVER_MS },
		{ "4294967297", PEDIGREE_AWS_FOREVER_MS },
		{ "Fri, 31 Dec 9999 23:59:59 GMT", PEDIGREE_AWS_FOREVER_MS },
		/* Neither. */
		{ "", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5", -1 },
		{ "5 minutes", -1 },
		{ "soon", -1 },
	};

	(void)state;
	for (size_t i = 0; i < PEDIGREE_COUNT(texts); i++) {
		int64_t ms = -1;

		if (pedigree_aws_retry_after(texts[i].text, 1795399380, &ms) !=
			    (texts[i].ms >= 0) ||
		    ms != texts[i].ms)
			fail_msg("'%s': %lld", texts[i].text, (long long)ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_are_read_with_and_without_zone),
		cmocka_unit_test(test_what_is_no_time_is_refused),
		cmocka_unit_test(test_dates_of_http_are_read),
		cmocka_unit_test(
			test_a_service_asks_to_be_left_alone_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
