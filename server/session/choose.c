/* SPDX-License-Identifier: MIT */
#include "choose.h"

#include <stdlib.h>

static int
latest_first(const void *a, const void *b)
{
	const struct attach_status *x = a, *y = b;

	if (x->changed_ms != y->changed_ms)
		return x->changed_ms > y->changed_ms ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

size_t
choose_candidates(struct session_list *list, const struct identity *who, bool who_known)
{
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct attach_status s = list->v[i];

		if (s.state != ATTACH_DROPPED || (who_known && !identity_equal(who, &s.identity)))
			continue;
		list->v[i] = list->v[n];
		list->v[n++] = s;
	}
	if (n)
		qsort(list->v, n, sizeof *list->v, latest_first);
	return n;
}
