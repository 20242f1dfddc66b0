/* SPDX-License-Identifier: MIT */
#include "helptext.h"

#include <ctype.h>
#include <string.h>

/* Copies the letters of SET at *P to OUT and moves *P behind them. */
static void
take(const char **p, const char *set, char out[HELPTEXT_WORD_CAP])
{
	size_t n = strspn(*p, set);

	if (n >= HELPTEXT_WORD_CAP)
		n = HELPTEXT_WORD_CAP - 1;
	memcpy(out, *p, n);
	out[n] = '\0';
	*p += n;
}

/* The line at P, of LEN bytes. */
static bool
read_line(const char *p, size_t len, struct helptext_option *o)
{
	const char *end = p + len;

	memset(o, 0, sizeof *o);
	p += strspn(p, " ");
	if (p[0] != '-' || p >= end)
		return false;
	if (isalnum((unsigned char)p[1])) {
		o->letter = p[1];
		p += 2;
		if (strncmp(p, ", --", 4) == 0)
			p += 2;
	}
	if (strncmp(p, "--", 2) == 0)
		take(&p, "abcdefghijklmnopqrstuvwxyz-", o->name);
	if (p[0] == ' ' && isupper((unsigned char)p[1])) {
		p++;
		take(&p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ|:.", o->value);
	}
	p += strspn(p, " ");
	o->text = p < end ? p : end;
	o->text_len = (size_t)(end - o->text);
	return o->letter || o->name[2];
}

bool
helptext_next(const char **at, struct helptext_option *o)
{
	while (**at) {
		const char *line = *at;
		size_t len = strcspn(line, "\n");

		*at = line + len + (line[len] ? 1 : 0);
		if (read_line(line, len, o))
			return true;
	}
	return false;
}
