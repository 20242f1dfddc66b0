/* SPDX-License-Identifier: MIT */
#include "config_number.h"

#include <errno.h>

int
config_number(const char **p, uint64_t max, uint64_t *v)
{
	uint64_t got = 0;

	if (**p < '0' || **p > '9')
		return -EBADMSG;
	while (**p >= '0' && **p <= '9') {
		uint64_t digit = (uint64_t)(*(*p)++ - '0');

		if (got > (max - digit) / 10)
			return -EBADMSG;
		got = got * 10 + digit;
	}
	*v = got;
	return 0;
}

/* What one of UNIT stands for in seconds, as sshd_config(5) has it ("" counts as s); 0: no such unit. */
static uint64_t
unit_seconds(char unit)
{
	switch (unit) {
	case '\0':
	case 's': case 'S':
		return 1;
	case 'm': case 'M':
		return 60;
	case 'h': case 'H':
		return 60 * 60;
	case 'd': case 'D':
		return 24 * 60 * 60;
	case 'w': case 'W':
		return 7 * 24 * 60 * 60;
	default:
		return 0;
	}
}

int
config_seconds(const char *s, uint64_t max, uint64_t *seconds)
{
	uint64_t total = 0, n, unit;

	do {
		if (config_number(&s, max, &n))
			return -EBADMSG;
		unit = unit_seconds(*s);
		if (!unit || n * unit > max - total)
			return -EBADMSG;
		total += n * unit;
		if (*s)
			s++;
	} while (*s);
	*seconds = total;
	return 0;
}
