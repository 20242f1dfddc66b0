/* SPDX-License-Identifier: MIT */
#include "unanswered.h"

#include <stdlib.h>
#include <string.h>

static void
drop_oldest(struct unanswered *u)
{
	size_t len = u->each[0].len;

	u->len -= len;
	memmove(u->bytes, u->bytes + len, u->len);
	u->count--;
	memmove(u->each, u->each + 1, u->count * sizeof u->each[0]);
}

void
unanswered_keep(struct unanswered *u, uint64_t at, const unsigned char *p, size_t len)
{
	if (!len || len > UNANSWERED_BYTES || (!u->bytes && !(u->bytes = malloc(UNANSWERED_BYTES))))
		return;
	while (u->count == UNANSWERED_COUNT || u->len + len > UNANSWERED_BYTES)
		drop_oldest(u);
	memcpy(u->bytes + u->len, p, len);
	u->len += len;
	u->each[u->count].at = at;
	u->each[u->count++].len = len;
}

void
unanswered_forget(struct unanswered *u, uint64_t from)
{
	while (u->count && u->each[0].at <= from)
		drop_oldest(u);
	if (!u->count)
		unanswered_free(u);
}

void
unanswered_free(struct unanswered *u)
{
	free(u->bytes);
	*u = (struct unanswered){ .count = 0 };
}
