/* SPDX-License-Identifier: MIT */
#include "since.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config_number.h"

#define SPAN_MAX (UINT64_C(100) * 365 * 86400)
#define YEAR_MIN 1970
#define YEAR_MAX 9999

/* Midnight, DAYS ago, on the day of NOW. */
static struct tm
midnight(time_t now, int days)
{
	struct tm tm;

	memset(&tm, 0, sizeof tm);
	localtime_r(&now, &tm);
	tm.tm_mday -= days;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return tm;
}

/* "14:02" or "14:02:03" at the end of a text. */
static int
take_clock(const char *text, struct tm *tm)
{
	int hour, min, sec = 0, used = 0;

	if (sscanf(text, "%2d:%2d%n", &hour, &min, &used) != 2)
		return -EINVAL;
	if (text[used] == ':') {
		text += used;
		if (sscanf(text, ":%2d%n", &sec, &used) != 1)
			return -EINVAL;
	}
	if (text[used] || hour < 0 || hour > 23 || min < 0 || min > 59 || sec < 0 || sec > 60)
		return -EINVAL;
	tm->tm_hour = hour;
	tm->tm_min = min;
	tm->tm_sec = sec;
	return 0;
}

/* "2026-11-29", and a clock behind a blank or a T. */
static int
take_date(const char *text, struct tm *tm)
{
	int year, month, day, used = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || year < YEAR_MIN || year > YEAR_MAX ||
	    month < 1 || month > 12 || day < 1 || day > 31)
		return -EINVAL;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	if (!text[used])
		return 0;
	return text[used] == ' ' || text[used] == 'T' ? take_clock(text + used + 1, tm) : -EINVAL;
}

static int
take_tm(struct tm *tm, uint64_t *ms)
{
	int day = tm->tm_mday;
	bool given = day >= 1;
	time_t t = mktime(tm);

	/* mktime(3) makes March 2 of February 30. */
	if (t < 0 || (given && tm->tm_mday != day))
		return -EINVAL;
	*ms = (uint64_t)t * 1000;
	return 0;
}

int
since_parse(const char *text, uint64_t now_ms, uint64_t *ms)
{
	struct tm tm = midnight((time_t)(now_ms / 1000), strcmp(text, "yesterday") == 0);
	const char *at = text + 1;
	uint64_t n;

	if (*text == '@') {
		if (config_number(&at, SPAN_MAX, &n) || *at)
			return -EINVAL;
		*ms = n * 1000;
		return 0;
	}
	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0)
		return take_tm(&tm, ms);
	if (strchr(text, ':') && !strchr(text, '-'))
		return take_clock(text, &tm) ? -EINVAL : take_tm(&tm, ms);
	if (strchr(text, '-'))
		return take_date(text, &tm) ? -EINVAL : take_tm(&tm, ms);
	if (config_seconds(text, SPAN_MAX, &n))
		return -EINVAL;
	*ms = now_ms > n * 1000 ? now_ms - n * 1000 : 0;
	return 0;
}
