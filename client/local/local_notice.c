/* SPDX-License-Identifier: MIT */
#include "local_notice.h"

#include <stdio.h>
#include <string.h>

#include "age.h"

/*
 * DECSC keeps cursor, pen, charsets and origin mode, but not insert mode.  Origin mode off, ASCII, and no wrapping
 * is needed since the text is one column short of the width.
 */
#define BEGIN "\0337\033[?6l\033(B\017\033[%u;1H"
#define REASON_LEAST 8 /* fewer columns of a reason say nothing */
#define END "\033[0m\0338"

/* Cuts S to COLS columns.  Everything in it is one column wide but UTF-8's continuation bytes, which have none. */
static size_t
cut(char *s, unsigned cols)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && cols-- == 0)
			break;
	s[i] = '\0';
	return i;
}

/* The reason may hold text of a server or a command: only characters that are surely one column wide are shown. */
static void
plain(char *out, size_t cap, const char *s)
{
	size_t n = 0;

	for (; *s && n + 1 < cap; s++)
		if (*s >= 32 && *s < 127)
			out[n++] = *s;
	out[n] = '\0';
}

static unsigned
columns(const char *s)
{
	unsigned n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* The reason is the longest and the least: it gets the columns that the others leave. */
size_t
local_notice_text(const struct local_notice *n, unsigned cols, char *out, size_t cap)
{
	const char *dot = n->utf8 ? "\302\267" : "-";
	char age[AGE_CAP], host[80], reason[120], begin[160], rest[200];
	unsigned used;
	int len;

	age_format(age, n->seconds);
	plain(host, sizeof host, n->host);
	plain(reason, sizeof reason, n->reason);
	snprintf(begin, sizeof begin, "holdfast: %s does not answer for %s", host, age);
	len = snprintf(rest, sizeof rest, " %s Ctrl-C stops waiting", dot);
	if (n->stopped && n->escape >= 0)
		len += snprintf(rest + len, sizeof rest - (size_t)len, " %s Enter %c r tries again", dot, n->escape);
	if (n->full)
		snprintf(rest + len, sizeof rest - (size_t)len, " %s no more keys", dot);
	else if (n->kept)
		snprintf(rest + len, sizeof rest - (size_t)len, " %s %zu %s kept", dot, n->kept,
		         n->kept == 1 ? "key" : "keys");
	used = columns(begin) + columns(rest) + 3;
	if (*reason && used + REASON_LEAST <= cols)
		snprintf(out, cap, "%s (%.*s)%s", begin, (int)(cols - used), reason, rest);
	else
		snprintf(out, cap, "%s%s", begin, rest);
	return cut(out, cols);
}

size_t
local_notice_draw(const char *text, unsigned rows, char *out, size_t cap)
{
	int n = snprintf(out, cap, BEGIN "\033[0;7m%s\033[0m\033[K" END, rows, text);

	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

size_t
local_notice_erase(unsigned rows, char *out, size_t cap)
{
	int n = snprintf(out, cap, BEGIN "\033[0m\033[2K" END, rows);

	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}
