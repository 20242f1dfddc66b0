/* SPDX-License-Identifier: MIT */
#include "colour_spec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "colour_names.h"
#include "rgbspec.h"

#define NAME_MAX_BYTES (sizeof colour_names->name)

/* N digits at P; -1: there are others. */
static int
digits(const char *p, size_t n)
{
	int v = 0;

	for (; n; n--, p++) {
		if (rgbspec_digit((unsigned char)*p) < 0)
			return -1;
		v = v << 4 | rgbspec_digit((unsigned char)*p);
	}
	return v;
}

/* rgb:h/h/h, behind the colon: each part is scaled. */
static bool
scaled(const char *text, uint32_t *rgb)
{
	uint32_t found = 0;

	for (int i = 0; i < 3; i++) {
		unsigned part;
		size_t n = rgbspec_part(text, strlen(text), &part);

		if (!n || text[n] != (i < 2 ? '/' : '\0'))
			return false;
		found = found << 8 | part;
		text += n + 1;
	}
	*rgb = found;
	return true;
}

/* #hhh and longer ones: the digits are the highest ones of each part. */
static bool
highest(const char *text, uint32_t *rgb)
{
	size_t n = strlen(text) / 3;
	uint32_t found = 0;

	if (n < 1 || n > 4 || strlen(text) != 3 * n)
		return false;
	for (int i = 0; i < 3; i++) {
		int v = digits(text + n * (size_t)i, n);

		if (v < 0)
			return false;
		found = found << 8 | (uint32_t)(n == 1 ? v << 4 : v >> (4 * n - 8));
	}
	*rgb = found;
	return true;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, ((const struct colour_name *)b)->name);
}

/* grey0 to grey100. */
static bool
grey(const char *name, uint32_t *rgb)
{
	char *end;
	unsigned long v;

	if ((strncmp(name, "gray", 4) != 0 && strncmp(name, "grey", 4) != 0) || name[4] < '0' || name[4] > '9')
		return false;
	v = strtoul(name + 4, &end, 10);
	if (*end || v > 100)
		return false;
	*rgb = (uint32_t)((v * 255 + 50) / 100) * 0x010101u;
	return true;
}

static bool
named(const char *text, uint32_t *rgb)
{
	const struct colour_name *found;
	char name[NAME_MAX_BYTES];
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (n == sizeof name - 1)
			return false;
		name[n++] = *text >= 'A' && *text <= 'Z' ? (char)(*text | 0x20) : *text;
	}
	name[n] = '\0';
	if (grey(name, rgb))
		return true;
	found = bsearch(name, colour_names, sizeof colour_names / sizeof *colour_names, sizeof *colour_names, compare);
	if (!found)
		return false;
	*rgb = (uint32_t)found->rgb[0] << 16 | (uint32_t)found->rgb[1] << 8 | found->rgb[2];
	return true;
}

bool
colour_spec(const char *text, uint32_t *rgb)
{
	if (*text == '#')
		return highest(text + 1, rgb);
	if (strncmp(text, "rgb:", 4) == 0)
		return scaled(text + 4, rgb);
	return named(text, rgb);
}
