/* SPDX-License-Identifier: MIT */
/* screen_text: models of given bytes, and text that a test collects from them. */
#ifndef HOLDFAST_TESTS_SCREEN_TEXT_H
#define HOLDFAST_TESTS_SCREEN_TEXT_H

#include <string.h>

#include "screen.h"

struct text {
	size_t n;
	char bytes[1 << 16];
};

/* A screen_put into a struct text, which ends in a NUL; too much for it fails the test. */
__attribute__((unused)) static void
keep(void *to, const void *bytes, size_t len)
{
	struct text *t = to;

	assert_true(len < sizeof t->bytes - t->n);
	memcpy(t->bytes + t->n, bytes, len);
	t->n += len;
	t->bytes[t->n] = '\0';
}

/* A screen_put into a model. */
__attribute__((unused)) static void
feed(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

/* A model with 100 lines of scrollback that was fed BYTES; the caller frees it. */
__attribute__((unused)) static struct screen *
screen_of(unsigned rows, unsigned cols, const char *bytes)
{
	struct screen *s = screen_new(rows, cols, 100);

	assert_non_null(s);
	screen_feed(s, bytes, strlen(bytes));
	return s;
}

/* The text of S with its scrollback, rows ended by newlines, without the last empty rows; valid until the next call. */
__attribute__((unused)) static char *
text_of(const struct screen *s)
{
	static struct text t;

	t.n = 0;
	screen_text(s, true, keep, &t);
	while (t.n && t.bytes[t.n - 1] == '\n')
		t.n--;
	t.bytes[t.n] = '\0';
	return t.bytes;
}

#endif
