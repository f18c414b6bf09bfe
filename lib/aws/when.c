/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "aws/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

static bool seconds(struct tm *tm, int64_t *ret)
{
	int day = tm->tm_mday;
	time_t when;

	if (tm->tm_mon < 0 || tm->tm_mon > 11 || day < 1 || day > 31 ||
	    tm->tm_hour < 0 || tm->tm_hour > 23 || tm->tm_min < 0 ||
	    tm->tm_min > 59 || tm->tm_sec < 0 || tm->tm_sec > 60)
		return false;
	when = timegm(tm);
	if (tm->tm_mday != day) /* there is no such day in this month */
		return false;
	*ret = when;
	return true;
}

/* "Z", "+01:00", "-0130" → seconds to subtract. */
static bool offset(const char *text, int *ret)
{
	int hours, minutes, end = 0;
	char sign;

	*ret = 0;
	if (!*text || !strcmp(text, "Z") || !strcmp(text, "z") ||
	    !strcmp(text, "UTC"))
		return true;
	if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 &&
	    sscanf(text, "%c%2d%2d%n", &sign, &hours, &minutes, &end) != 3)
		return false;
	if (text[end] || hours < 0 || hours > 23 || minutes < 0 ||
	    minutes > 59 || !strchr("+-", sign))
		return false;
	*ret = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool pedigree_aws_when(const char *text, int64_t *ret)
{
	struct tm tm = { 0 };
	int end = 0, shift;
	int64_t when;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) != 6)
		return false;
	text += end;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	tm.tm_year -= 1900;
	tm.tm_mon--;
	if (!offset(text, &shift) || !seconds(&tm, &when))
		return false;
	*ret = when - shift;
	return true;
}

bool pedigree_aws_http_date(const char *text, int64_t *ret)
{
	/* By hand: strptime's names of months follow the locale. */
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr",
					  "May", "Jun", "Jul", "Aug",
					  "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = { .tm_mon = -1 };
	char month[4], zone[4];

	if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]",
		   &tm.tm_mday, month, &tm.tm_year, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, zone) != 7 ||
	    strcmp(zone, "GMT") != 0)
		return false;
	for (size_t i = 0; i < PEDIGREE_COUNT(months); i++)
		if (!strcmp(month, months[i]))
			tm.tm_mon = (int)i;
	tm.tm_year -= 1900;
	return seconds(&tm, ret);
}

/* At most PEDIGREE_AWS_FOREVER_MS, of units of `ms` each. */
static int64_t bounded(uint64_t n, unsigned int ms)
{
	return n < PEDIGREE_AWS_FOREVER_MS / ms ? (int64_t)(n * ms)
						: PEDIGREE_AWS_FOREVER_MS;
}

static bool number(const char *text, unsigned int ms, int64_t *ret_ms)
{
	size_t n = strspn(text, "0123456789");

	if (!n || text[n])
		return false;
	/* Of one that does not fit it makes the largest that does. */
	*ret_ms = bounded(strtoull(text, NULL, 10), ms);
	return true;
}

bool pedigree_aws_wait(const char *text, int64_t *ret_ms)
{
	return number(text, 1, ret_ms);
}

bool pedigree_aws_retry_after(const char *text, int64_t now_s, int64_t *ret_ms)
{
	int64_t then;

	if (number(text, 1000, ret_ms))
		return true;
	if (!pedigree_aws_http_date(text, &then))
		return false;
	*ret_ms = then > now_s ? bounded((uint64_t)(then - now_s), 1000) : 0;
	return true;
}
