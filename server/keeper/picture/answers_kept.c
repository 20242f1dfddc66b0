/* SPDX-License-Identifier: MIT */
#include "answers_kept.h"

#include <stdlib.h>
#include <string.h>

static void
drop_oldest(struct answers_kept *u)
{
	size_t len = u->each[0].len;

	u->len -= len;
	memmove(u->bytes, u->bytes + len, u->len);
	u->count--;
	memmove(u->each, u->each + 1, u->count * sizeof u->each[0]);
}

void
answers_kept_add(struct answers_kept *u, uint64_t at, const unsigned char *p, size_t len)
{
	if (!len || len > ANSWERS_KEPT_BYTES || (!u->bytes && !(u->bytes = malloc(ANSWERS_KEPT_BYTES))))
		return;
	while (u->count == ANSWERS_KEPT_COUNT || u->len + len > ANSWERS_KEPT_BYTES)
		drop_oldest(u);
	memcpy(u->bytes + u->len, p, len);
	u->len += len;
	u->each[u->count].at = at;
	u->each[u->count++].len = len;
}

void
answers_kept_forget(struct answers_kept *u, uint64_t from)
{
	while (u->count && u->each[0].at <= from)
		drop_oldest(u);
	if (!u->count)
		answers_kept_free(u);
}

void
answers_kept_free(struct answers_kept *u)
{
	free(u->bytes);
	*u = (struct answers_kept){ .count = 0 };
}
