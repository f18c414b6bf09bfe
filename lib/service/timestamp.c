/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timestamps as people and programs write them. strptime(3) would ask the
 * locale.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "service/shape.h"

/* Reads `digits` digits; false when there are fewer. */
static bool digits(const char **at, int count, int *ret)
{
	int number = 0;

	for (; count; count--, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return false;
		number = number * 10 + (**at - '0');
	}
	*ret = number;
	return true;
}

static bool skip(const char **at, const char *any)
{
	if (!**at || !strchr(any, **at))
		return false;
	(*at)++;
	return true;
}

/* ".123456": thousandths, the rest is dropped. */
static int fraction(const char **at)
{
	int ms = 0, place = 100;

	if (!skip(at, "."))
		return 0;
	for (; isdigit((unsigned char)**at); (*at)++, place /= 10)
		ms += (**at - '0') * place;
	return ms;
}

/* "Z", "+01:00", "-0500" or nothing, which is UTC. */
static bool zone(const char **at, int *ret_seconds)
{
	int hours, minutes, sign;

	*ret_seconds = 0;
	if (!**at || skip(at, "Zz"))
		return **at == '\0';
	sign = **at == '-' ? -1 : 1;
	if (!skip(at, "+-") || !digits(at, 2, &hours))
		return false;
	skip(at, ":");
	if (!digits(at, 2, &minutes) || **at)
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool parse_iso(const char *text, int64_t *ret_ms)
{
	struct tm tm = { 0 };
	int ms = 0, offset = 0;

	if (!digits(&text, 4, &tm.tm_year) || !skip(&text, "-") ||
	    !digits(&text, 2, &tm.tm_mon) || !skip(&text, "-") ||
	    !digits(&text, 2, &tm.tm_mday))
		return false;
	if (skip(&text, "Tt ")) {
		if (!digits(&text, 2, &tm.tm_hour) || !skip(&text, ":") ||
		    !digits(&text, 2, &tm.tm_min))
			return false;
		if (skip(&text, ":") && !digits(&text, 2, &tm.tm_sec))
			return false;
		ms = fraction(&text);
	}
	if (!zone(&text, &offset))
		return false;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*ret_ms = ((int64_t)timegm(&tm) - offset) * 1000 + ms;
	return true;
}

static bool from_seconds(double seconds, int64_t *ret_ms)
{
	if (!isfinite(seconds) || fabs(seconds) > 1e12)
		return false;
	*ret_ms = (int64_t)llround(seconds * 1000);
	return true;
}

bool pedigree_timestamp_parse(const json_t *value, int64_t *ret_ms)
{
	if (json_is_number(value))
		return from_seconds(json_number_value(value), ret_ms);
	const char *text = json_string_value(value);
	if (!text || !*text)
		return false;
	if (parse_iso(text, ret_ms))
		return true;
	/* Digits and at most one point; strtod(3) would ask the locale. */
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	if (whole == 0 || whole > 12)
		return false;
	int64_t seconds = 0;
	for (size_t i = 0; i < whole; i++)
		seconds = seconds * 10 + (text[i] - '0');
	*ret_ms = seconds * 1000 + fraction(&rest);
	return *rest == '\0';
}
