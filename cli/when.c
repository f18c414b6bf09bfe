/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/when.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LAST_SECOND 253402300800.0 /* the year 10000 */

static bool seconds(const char *text, int64_t *ret_ms)
{
	char *end;
	double value;

	if (text[strspn(text, "0123456789.")])
		return false;
	value = strtod(text, &end);
	if (*end || end == text || !(value >= 0 && value < LAST_SECOND))
		return false;
	*ret_ms = (int64_t)llround(value * 1000);
	return true;
}

/* "Z", "+01:00", "-0530" or nothing; in seconds. */
static bool zone(const char *text, int *ret_seconds)
{
	unsigned int hours, minutes;
	int used = 0;

	*ret_seconds = 0;
	if (!*text || strcmp(text, "Z") == 0)
		return true;
	if (*text != '+' && *text != '-')
		return false;
	if (sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 &&
	    sscanf(text + 1, "%2u%2u%n", &hours, &minutes, &used) != 2)
		return false;
	if (text[1 + used] || hours > 14 || minutes > 59)
		return false;
	*ret_seconds = (int)(hours * 3600 + minutes * 60);
	if (*text == '-')
		*ret_seconds = -*ret_seconds;
	return true;
}

/* Advances behind the clock time, when there is one. */
static bool clock_time(const char **text, struct tm *tm, double *ret_part)
{
	int used = 0;

	*ret_part = 0;
	if (!**text)
		return true;
	if (!strchr("T ", **text) ||
	    sscanf(*text + 1, "%2d:%2d%n", &tm->tm_hour, &tm->tm_min, &used) !=
		    2)
		return false;
	*text += 1 + used;
	if (**text == ':') {
		if (sscanf(*text + 1, "%2d%n", &tm->tm_sec, &used) != 1)
			return false;
		*text += 1 + used;
		if (**text == '.') {
			char *end;

			*ret_part = strtod(*text, &end);
			*text = end;
		}
	}
	return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 &&
	       tm->tm_min < 60 && tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

static bool date(const char *text, int64_t *ret_ms)
{
	struct tm tm = { 0 }, checked;
	double part;
	int used = 0, offset;
	time_t t;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &used) != 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	text += used;
	checked = tm;
	if (!clock_time(&text, &tm, &part) || !zone(text, &offset))
		return false;
	/* What timegm has to set right was no date. */
	tm.tm_isdst = 0;
	t = timegm(&tm);
	if (tm.tm_year != checked.tm_year || tm.tm_mon != checked.tm_mon ||
	    tm.tm_mday != checked.tm_mday)
		return false;
	*ret_ms = ((int64_t)t - offset) * 1000 + (int64_t)(part * 1000);
	return true;
}

bool cli_when(const char *text, int64_t *ret_ms)
{
	return seconds(text, ret_ms) || date(text, ret_ms);
}
