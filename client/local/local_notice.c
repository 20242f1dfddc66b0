/* SPDX-License-Identifier: MIT */
#include "local_notice.h"

#include <stdio.h>
#include <string.h>

#include "age.h"
#include "local_why.h"

/*
 * DECSC keeps cursor, pen, charsets and origin mode, but not insert mode.  Origin mode off, ASCII, and no wrapping
 * is needed since the text is one column short of the width.
 */
#define BEGIN "\0337\033[?6l\033(B\017\033[%u;1H"
#define REASON_LEAST 8 /* fewer columns of a reason say nothing */
#define HOST_LEAST 6   /* and of a host's name */
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

/* How the parts of the text are worded, from the longest to the shortest. */
static const struct form { const char *prefix, *since, *stops, *again, *full, *kept, *one; } forms[] = {
	{ "holdfast: ", "for ", "Ctrl-C stops waiting", "tries again", "no more keys: paste refused", "keys kept",
	  "key kept" },
	{ "", "for ", "Ctrl-C stops waiting", "tries again", "no more keys: paste refused", "keys kept", "key kept" },
	{ "", "for ", "Ctrl-C stops", "retries", "no more keys: paste refused", "keys kept", "key kept" },
	{ "", "", "^C stops", "", "no more keys", "kept", "kept" },
};
#define FORMS (sizeof forms / sizeof forms[0])

/*
 * One form of the text, with as much of the reason as fits in COLS: the columns that are wanted for it, of which a
 * whole sentence wants no more than the longest words of local_why.
 */
static unsigned
compose(const struct local_notice *n, const struct form *f, const char *host, const char *reason, unsigned cols,
        char *out, size_t cap)
{
	const char *dot = n->utf8 ? "\302\267" : "-";
	char age[AGE_CAP], begin[160], rest[200];
	unsigned used;
	int len;

	age_format(age, n->seconds);
	snprintf(begin, sizeof begin, "%s%s does not answer %s%s", f->prefix, host, f->since, age);
	len = snprintf(rest, sizeof rest, " %s %s", dot, f->stops);
	if (n->stopped && n->escape >= 0)
		len += snprintf(rest + len, sizeof rest - (size_t)len, " %s Enter %c r %s", dot, n->escape, f->again);
	if (n->full)
		snprintf(rest + len, sizeof rest - (size_t)len, " %s %s, %zu fit", dot, f->full, n->fits);
	else if (n->kept)
		snprintf(rest + len, sizeof rest - (size_t)len, " %s %zu %s", dot, n->kept,
		         n->kept == 1 ? f->one : f->kept);
	used = columns(begin) + columns(rest);
	if (!*reason || used + 3 + REASON_LEAST > cols)
		snprintf(out, cap, "%s%s", begin, rest);
	else
		snprintf(out, cap, "%s (%.*s)%s", begin, (int)(cols - used - 3), reason, rest);
	len = *reason ? (int)columns(reason) : -3;
	return used + 3 + (unsigned)(len < LOCAL_WHY_MAX ? len : LOCAL_WHY_MAX);
}

/* The first form that fits; in the shortest one the host's name gives way to the reason. */
size_t
local_notice_text(const struct local_notice *n, unsigned cols, char *out, size_t cap)
{
	const char *words = local_why(n->reason);
	char host[80], reason[120];
	unsigned wanted = 0, len;

	plain(host, sizeof host, n->host);
	plain(reason, sizeof reason, words ? words : n->reason);
	for (size_t i = 0; i < FORMS; i++) {
		wanted = compose(n, &forms[i], host, reason, cols, out, cap);
		if (wanted <= cols)
			return cut(out, cols);
	}
	len = columns(host);
	if (wanted - cols + HOST_LEAST < len)
		host[len - (wanted - cols) - 1] = '~', host[len - (wanted - cols)] = '\0';
	else if (len > HOST_LEAST)
		host[HOST_LEAST - 1] = '~', host[HOST_LEAST] = '\0';
	compose(n, &forms[FORMS - 1], host, reason, cols, out, cap);
	return cut(out, cols);
}

size_t
local_notice_draw(const char *text, unsigned row, char *out, size_t cap)
{
	int n = snprintf(out, cap, BEGIN "\033[0;7m%s\033[0m\033[K" END, row, text);

	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

size_t
local_notice_erase(unsigned row, char *out, size_t cap)
{
	int n = snprintf(out, cap, BEGIN "\033[0m\033[2K" END, row);

	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}
