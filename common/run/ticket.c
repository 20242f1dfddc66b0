/* SPDX-License-Identifier: MIT */
#include "ticket.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

int
ticket_make(struct ticket *t)
{
	struct ticket made;
	ssize_t n = getrandom(made.bytes, sizeof made.bytes, GRND_NONBLOCK);

	if (n < 0)
		return -errno;
	if (n != (ssize_t)sizeof made.bytes)
		return -EIO;
	*t = made;
	return 0;
}

void
ticket_format(const struct ticket *t, char text[TICKET_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < TICKET_BYTES; i++) {
		text[2 * i] = digits[t->bytes[i] >> 4];
		text[2 * i + 1] = digits[t->bytes[i] & 15];
	}
	text[TICKET_TEXT - 1] = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int
ticket_parse(struct ticket *t, const char *text)
{
	struct ticket parsed;

	if (!text || strlen(text) != TICKET_TEXT - 1)
		return -EINVAL;
	for (int i = 0; i < TICKET_BYTES; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		parsed.bytes[i] = (unsigned char)(high << 4 | low);
	}
	*t = parsed;
	return 0;
}

bool
ticket_is_none(const struct ticket *t)
{
	static const struct ticket none;

	return memcmp(t, &none, sizeof none) == 0;
}
