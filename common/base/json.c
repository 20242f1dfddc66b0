/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <inttypes.h>
#include <stddef.h>

void
json_init(struct json *j, FILE *f)
{
	j->f = f;
	j->comma = false;
}

/*
 * The length of the UTF-8 sequence at S (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), 0 when there
 * is none.  The NUL at the end of S stops it in time.
 */
static size_t
utf8_length(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t more;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	more = s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i <= more; i++, low = 0x80, high = 0xbf)
		if (s[i] < low || s[i] > high)
			return 0;
	return more + 1;
}

static void
quoted(FILE *f, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	putc('"', f);
	while (*s) {
		size_t n = utf8_length(s);

		if (n == 0)
			fputs("\\ufffd", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else if (n == 2 && s[0] == 0xc2 && s[1] < 0xa0)
			fprintf(f, "\\u%04x", s[1]);
		else
			fwrite(s, 1, n, f);
		s += n ? n : 1;
	}
	putc('"', f);
}

/* What stands before a value. */
static void
leadermsg_in(struct json *j, const char *key)
{
	if (j->comma)
		putc(',', j->f);
	j->comma = true;
	if (key) {
		quoted(j->f, key);
		putc(':', j->f);
	}
}

void
json_open(struct json *j, const char *key, char open)
{
	leadermsg_in(j, key);
	putc(open, j->f);
	j->comma = false;
}

void
json_close(struct json *j, char close)
{
	putc(close, j->f);
	j->comma = true;
}

void
json_begin(struct json *j, FILE *f)
{
	json_init(j, f);
	json_open(j, NULL, '{');
	json_number(j, "schema", JSON_SCHEMA);
}

void
json_end(struct json *j)
{
	json_close(j, '}');
	putc('\n', j->f);
}

void
json_string(struct json *j, const char *key, const char *value)
{
	leadermsg_in(j, key);
	quoted(j->f, value);
}

void
json_number(struct json *j, const char *key, uint64_t value)
{
	leadermsg_in(j, key);
	fprintf(j->f, "%" PRIu64, value);
}

void
json_bool(struct json *j, const char *key, bool value)
{
	leadermsg_in(j, key);
	fputs(value ? "true" : "false", j->f);
}
