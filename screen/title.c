/* SPDX-License-Identifier: MIT */
#include "title.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

/* TEXT of LEN bytes, cut to the bound where a character begins; NULL if it is empty. */
static char *
bounded(const char *text, size_t len)
{
	if (len > TITLE_BYTES_MAX) {
		len = TITLE_BYTES_MAX;
		while (len && (text[len] & 0xc0) == 0x80)
			len--;
	}
	return len ? strndup(text, len) : NULL;
}

void
title_set(struct title *t, const char *text, size_t len)
{
	free(t->text);
	t->text = bounded(text, len);
}

void
title_push(struct title *t)
{
	if (t->n == TITLES_MAX) {
		free(t->pushed[0]);
		memmove(&t->pushed[0], &t->pushed[1], (TITLES_MAX - 1) * sizeof *t->pushed);
		t->n--;
	}
	t->pushed[t->n++] = t->text ? strdup(t->text) : NULL;
}

void
title_pop(struct title *t)
{
	if (!t->n)
		return;
	free(t->text);
	t->text = t->pushed[--t->n];
	t->pushed[t->n] = NULL;
}

void
title_free(struct title *t)
{
	free(t->text);
	while (t->n)
		free(t->pushed[--t->n]);
	*t = (struct title){ .n = 0 };
}
