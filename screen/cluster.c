/* SPDX-License-Identifier: MIT */
#include "cluster.h"

#include <stdlib.h>

#include "cell.h"

#define FIRST_LIMIT 256

bool
clusters_add(struct clusters *t, const struct cluster *c, uint32_t *number)
{
	uint32_t cap = t->cap ? t->cap * 2 : 16;
	struct cluster *all;

	if (t->count > CELL_CODE)
		return false;
	if (t->count == t->cap) {
		all = realloc(t->all, cap * sizeof *all);
		if (!all)
			return false;
		t->all = all;
		t->cap = cap;
	}
	t->all[t->count] = *c;
	*number = t->count++;
	return true;
}

void
clusters_free(struct clusters *t)
{
	free(t->all);
	*t = (struct clusters){ .count = 0 };
}

bool
clusters_full(const struct clusters *t)
{
	return t->count >= (t->limit > FIRST_LIMIT ? t->limit : FIRST_LIMIT);
}
