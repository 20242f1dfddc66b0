/* SPDX-License-Identifier: MIT */
#include "termcharset.h"

#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CHARSET_CAP 64

/* The character set that LOCALE stands for, in SET; "": it says none. */
static void
name_charset(const char *locale, char set[CHARSET_CAP])
{
	const char *dot = strchr(locale, '.');

	set[0] = '\0';
	if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return;
	if (dot)
		snprintf(set, CHARSET_CAP, "%.*s", (int)strcspn(dot + 1, "@"), dot + 1);
	else if (setlocale(LC_CTYPE, locale))
		snprintf(set, CHARSET_CAP, "%s", nl_langinfo(CODESET));
}

static bool
is_utf8(const char *set)
{
	return strcasecmp(set, "UTF-8") == 0 || strcasecmp(set, "utf8") == 0;
}

/* What byte B of a set stands for: its code point, if that is one of 16 bits; 0: nothing by itself. */
static uint16_t
convert(iconv_t cd, unsigned char b)
{
	char in[1] = { (char)b }, *from = in;
	unsigned char out[8];
	char *to = (char *)out;
	size_t left = sizeof in, room = sizeof out;

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) == (size_t)-1 || left || room != sizeof out - 2)
		return 0;
	return (uint16_t)(out[0] << 8 | out[1]);
}

void
termcharset_find(struct termcan *t, const char *locale)
{
	char set[CHARSET_CAP];
	iconv_t cd;

	name_charset(locale ? locale : "", set);
	if (!set[0] || is_utf8(set)) {
		t->can |= TERMCAN_UTF8;
		return;
	}
	cd = iconv_open("UTF-16BE", set);
	if (cd == (iconv_t)-1)
		return;
	/* From 0x80 to 0x9f such a terminal has controls, unless the set has characters there. */
	for (unsigned i = 0; i < TERMCAN_UPPER; i++) {
		t->upper[i] = convert(cd, (unsigned char)(0x80 + i));
		if (t->upper[i] < 0xa0)
			t->upper[i] = 0;
	}
	iconv_close(cd);
}
