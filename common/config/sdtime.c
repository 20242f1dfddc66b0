/* SPDX-License-Identifier: MIT */
#include "sdtime.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "config_number.h"

#define SECOND UINT64_C(1000000)
#define MOST (UINT64_MAX / 4) /* microseconds: far more than anybody means */

/* In microseconds.  A longer name stands before one that it begins with. */
static const struct unit {
	const char *name;
	uint64_t us;
} units[] = {
	{ "seconds", SECOND }, { "second", SECOND }, { "sec", SECOND }, { "s", SECOND },
	{ "minutes", 60 * SECOND }, { "minute", 60 * SECOND }, { "min", 60 * SECOND },
	{ "months", 2629800 * SECOND }, { "month", 2629800 * SECOND }, { "M", 2629800 * SECOND },
	{ "msec", 1000 }, { "ms", 1000 }, { "m", 60 * SECOND },
	{ "hours", 3600 * SECOND }, { "hour", 3600 * SECOND }, { "hr", 3600 * SECOND }, { "h", 3600 * SECOND },
	{ "days", 86400 * SECOND }, { "day", 86400 * SECOND }, { "d", 86400 * SECOND },
	{ "weeks", 604800 * SECOND }, { "week", 604800 * SECOND }, { "w", 604800 * SECOND },
	{ "years", 31557600 * SECOND }, { "year", 31557600 * SECOND }, { "y", 31557600 * SECOND },
	{ "usec", 1 }, { "us", 1 }, { "\302\265s", 1 }, { "\316\274s", 1 },
};

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The unit at *P, which moves behind it; none stands for seconds.  0: there is something else. */
static uint64_t
take_unit(const char **p)
{
	if (!**p || (**p >= '0' && **p <= '9'))
		return SECOND;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t n = strlen(units[i].name);

		if (strncmp(*p, units[i].name, n) == 0) {
			*p += n;
			return units[i].us;
		}
	}
	return 0;
}

/* "1.5h" at *P, which moves behind it: 0 with *US, or -EBADMSG. */
static int
take_part(const char **p, uint64_t *us)
{
	uint64_t n = 0, fraction = 0, scale = 1, unit;
	int rc = config_number(p, MOST, &n);

	if (!rc && **p == '.') {
		(*p)++;
		if (**p < '0' || **p > '9')
			rc = -EBADMSG;
		for (; **p >= '0' && **p <= '9'; (*p)++)
			if (scale < 1000000) {
				fraction = fraction * 10 + (uint64_t)(**p - '0');
				scale *= 10;
			}
	}
	*p = skip_blanks(*p);
	unit = rc ? 0 : take_unit(p);
	*p = skip_blanks(*p);
	if (!unit || n > MOST / unit)
		return -EBADMSG;
	*us = n * unit + fraction * (unit / scale);
	return 0;
}

int
sdtime_seconds(const char *text, uint64_t *seconds)
{
	uint64_t total = 0, part;
	const char *p = skip_blanks(text);

	if (strncmp(p, "infinity", 8) == 0 && !*skip_blanks(p + 8)) {
		*seconds = SDTIME_INFINITY;
		return 0;
	}
	do {
		if (take_part(&p, &part) || part > MOST - total)
			return -EBADMSG;
		total += part;
	} while (*p);
	*seconds = total / SECOND;
	return 0;
}
