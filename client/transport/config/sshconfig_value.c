/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sshconfig_value.h"

int
value_choice(const char *value, const char *const *names, const int *values, int *result)
{
	for (size_t i = 0; names[i]; i++)
		if (strcasecmp(value, names[i]) == 0) {
			*result = values[i];
			return 0;
		}
	return -EINVAL;
}

bool
value_is_no(const char *v)
{
	return strcasecmp(v, "no") == 0 || strcasecmp(v, "false") == 0 || strcasecmp(v, "off") == 0;
}

int
value_bool(bool *field, const char *value)
{
	static const char *const names[] = { "yes", "true", "no", "false", NULL };
	static const int values[] = { 1, 1, 0, 0 };
	int n, r = value_choice(value, names, values, &n);

	if (r == 0)
		*field = n;
	return r;
}

int
value_number(unsigned *field, const char *value, int base)
{
	char *end;
	unsigned long n;

	if (strcasecmp(value, "none") == 0) {
		*field = 0;
		return 0;
	}
	errno = 0;
	n = strtoul(value, &end, base);
	if (errno || end == value || *end || n > INT32_MAX)
		return -EINVAL;
	*field = (unsigned)n;
	return 0;
}

int
value_seconds(unsigned *field, const char *value)
{
	static const struct { char unit; unsigned seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 },
	};
	unsigned long long sum = 0, n, each = 1;
	char *end;

	if (strcasecmp(value, "none") == 0)
		return *field = 0;
	for (; *value; value = end) {
		if (*value < '0' || *value > '9')
			return -EINVAL;
		n = strtoull(value, &end, 10);
		each = *end ? 0 : 1;
		for (size_t i = 0; *end && i < sizeof(units) / sizeof(units[0]); i++)
			if (tolower((unsigned char)*end) == units[i].unit)
				each = units[i].seconds;
		end += *end != '\0';
		if (!each || n > INT32_MAX || (sum += n * each) > INT32_MAX)
			return -EINVAL;
	}
	*field = (unsigned)sum;
	return 0;
}

int
value_escape(const char *v, int *c)
{
	bool encoded = v[0] == '\\' && v[1], high = encoded && v[1] == 'M' && (v[2] == '-' || v[2] == '^') && v[3];

	if (high && v[4])
		return -EINVAL;
	v += encoded;
	if (high)
		*c = 0x80 | (v[1] == '^' ? v[2] & 31 : (unsigned char)v[2]);
	else if (strcasecmp(v, "none") == 0)
		*c = -1;
	else if (v[0] && !v[1])
		*c = (unsigned char)v[0];
	else if (v[0] == '^' && v[1] && !v[2] && (unsigned char)v[1] >= 64 && (unsigned char)v[1] < 128)
		*c = v[1] & 31;
	else
		return -EINVAL;
	return 0;
}

int
value_tos(const char *v, int *tos)
{
	static const char *const names[] = { "none", "lowdelay", "throughput", "reliability", "cs0", "cs1", "cs2",
	                                     "cs3", "cs4", "cs5", "cs6", "cs7", "ef", "le", "af11", "af12", "af13",
	                                     "af21", "af22", "af23", "af31", "af32", "af33", "af41", "af42", "af43",
	                                     "va", NULL };
	static const int values[] = { -1, IPTOS_LOWDELAY, IPTOS_THROUGHPUT, IPTOS_RELIABILITY, 0, 0x20, 0x40, 0x60,
	                              0x80, 0xa0, 0xc0, 0xe0, 0xb8, 0x04, 0x28, 0x30, 0x38, 0x48, 0x50, 0x58, 0x68,
	                              0x70, 0x78, 0x88, 0x90, 0x98, 0xb0 };
	char *end;
	long n;

	if (value_choice(v, names, values, tos) == 0)
		return 0;
	n = strtol(v, &end, 0);
	if (end == v || *end || n < 0 || n > 255)
		return -EINVAL;
	*tos = (int)n;
	return 0;
}
