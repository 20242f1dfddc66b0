/* SPDX-License-Identifier: MIT */
#include "termcan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

void
termcan_put(const struct termcan *t, unsigned char bytes[TERMCAN_BYTES])
{
	struct wire_writer w;

	wire_writer_init(&w, bytes, TERMCAN_BYTES);
	wire_put_u64(&w, t->can);
	wire_put_u32(&w, t->colours);
	for (unsigned i = 0; i < TERMCAN_UPPER; i++)
		wire_put_u16(&w, t->upper[i]);
}

void
termcan_get(struct termcan *t, const unsigned char bytes[TERMCAN_BYTES])
{
	struct wire_reader r;

	wire_reader_init(&r, bytes, TERMCAN_BYTES);
	wire_get_u64(&r, &t->can);
	wire_get_u32(&r, &t->colours);
	for (unsigned i = 0; i < TERMCAN_UPPER; i++)
		wire_get_u16(&r, &t->upper[i]);
}

void
termcan_print(const struct termcan *t, char text[TERMCAN_TEXT])
{
	int n = snprintf(text, TERMCAN_TEXT, "%" PRIx64 " %" PRIu32 " ", t->can, t->colours);

	for (unsigned i = 0; i < TERMCAN_UPPER && n > 0 && n < TERMCAN_TEXT; i++)
		n += snprintf(text + n, TERMCAN_TEXT - (size_t)n, "%04x", (unsigned)t->upper[i]);
}

/* A number of at most DIGITS digits at *P, which is moved behind it and the character BEHIND; -1: there is none. */
static int
number(const char **p, int base, size_t digits, char behind, uint64_t *v)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (*v = 0; n < digits && **p; n++, (*p)++) {
		const char *digit = memchr(hex, **p, (size_t)base);

		if (!digit)
			break;
		*v = *v * (unsigned)base + (unsigned)(digit - hex);
	}
	if (!n || (behind && *(*p)++ != behind))
		return -1;
	return 0;
}

int
termcan_parse(struct termcan *t, const char *text)
{
	struct termcan got = { .can = 0 };
	uint64_t colours, upper;

	if (number(&text, 16, 16, ' ', &got.can) || number(&text, 10, 8, ' ', &colours) || colours > TERMCAN_DIRECT)
		return -EBADMSG;
	got.colours = (uint32_t)colours;
	for (unsigned i = 0; i < TERMCAN_UPPER; i++) {
		if (strnlen(text, 4) < 4 || number(&text, 16, 4, '\0', &upper))
			return -EBADMSG;
		got.upper[i] = (uint16_t)upper;
	}
	if (*text && strcmp(text, "\n") != 0)
		return -EBADMSG;
	*t = got;
	return 0;
}
