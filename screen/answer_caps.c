/* SPDX-License-Identifier: MIT */
/*
 * XTGETTCAP: what the terminal can do, by the names of terminfo and termcap, in hex.  The names are those that xterm,
 * and foot and kitty besides, document or that programs ask for.  The names of keys are not among them: which bytes a
 * key sends the terminal knows that the person comes back with, and "not known" has programs use their terminfo. The
 * clipboard (Ms) is not among them either.  Each name is answered by itself, as foot and kitty do.
 */
#include <stdint.h>
#include <string.h>

#include "answer.h"
#include "answer_queue.h"
#include "model.h"

#define NAMES_MAX 32 /* of one query; more stay unanswered */
#define NAME_MAX_LEN 16
#define VALUE_MAX 80 /* grammar.c permits twice as many digits */

static const struct {
	const char *name, *other; /* OTHER: termcap's */
	const char *value;        /* NULL: it has none, it is so */
} caps[] = {
	{ "name", "TN", "xterm-256color" },
	{ "colors", "Co", "256" },
	{ "RGB", NULL, "8" },
	{ "Tc", NULL, NULL },
	{ "Su", NULL, NULL },
	{ "Smulx", NULL, "\033[4:%p1%dm" },
	{ "Setulc", NULL, "\033[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm" },
	{ "setrgbf", NULL, "\033[38:2::%p1%d:%p2%d:%p3%dm" },
	{ "setrgbb", NULL, "\033[48:2::%p1%d:%p2%d:%p3%dm" },
	{ "smxx", NULL, "\033[9m" },
	{ "rmxx", NULL, "\033[29m" },
	{ "Ss", NULL, "\033[%p1%d q" },
	{ "Se", NULL, "\033[2 q" },
};

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The text that LEN digits at HEX stand for, in NAME; whether they stand for a name. */
static bool
decode(const char *hex, size_t len, char name[NAME_MAX_LEN + 1])
{
	if (!len || len % 2 || len / 2 > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = digit(hex[i]), low = digit(hex[i + 1]);

		if (high < 0 || low < 0 || high * 16 + low < 0x21 || high * 16 + low > 0x7e)
			return false;
		name[i / 2] = (char)(high * 16 + low);
	}
	name[len / 2] = '\0';
	return true;
}

static void
encode(const char *text, char hex[2 * VALUE_MAX + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *text && n < 2 * (size_t)VALUE_MAX; text++) {
		hex[n++] = digits[(unsigned char)*text >> 4];
		hex[n++] = digits[(unsigned char)*text & 15];
	}
	hex[n] = '\0';
}

/* LEN digits at HEX are a name. */
static void
answer_cap(struct screen *s, const char *hex, size_t len)
{
	char name[NAME_MAX_LEN + 1], again[2 * VALUE_MAX + 1], value[2 * VALUE_MAX + 1];

	if (!decode(hex, len, name)) {
		answer_queue(s, "\033P0+r\033\\");
		return;
	}
	encode(name, again);
	for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
		if (strcmp(name, caps[i].name) != 0 && (!caps[i].other || strcmp(name, caps[i].other) != 0))
			continue;
		encode(caps[i].value ? caps[i].value : "", value);
		answer_queue(s, "\033P1+r%s%s%s\033\\", again, caps[i].value ? "=" : "", value);
		return;
	}
	answer_queue(s, "\033P0+r%s\033\\", again);
}

void
answer_caps(struct screen *s, const char *text, size_t len)
{
	for (unsigned i = 0; i < NAMES_MAX; i++) {
		const char *end = memchr(text, ';', len);
		size_t n = end ? (size_t)(end - text) : len;

		answer_cap(s, text, n);
		if (!end)
			return;
		text = end + 1;
		len -= n + 1;
	}
}
