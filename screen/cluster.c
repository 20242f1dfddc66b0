/* SPDX-License-Identifier: MIT */
#include "cluster.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_LIMIT 2048
#define FIRST_CAP 64
#define REFUSED_MAX 256 /* the table may be full of clusters that are on the screen: then anew is no remedy */

bool
clusters_add(struct clusters *t, const uint32_t *codes, unsigned n, uint32_t *number)
{
	uint32_t cap = t->cap ? t->cap * 2 : FIRST_CAP;
	uint32_t *word;

	if (t->count > CELL_CODE) {
		t->refused++;
		return false;
	}
	if (t->cap - t->count < n + 1) {
		word = realloc(t->word, cap * sizeof *word);
		if (!word)
			return false;
		t->word = word;
		t->cap = cap;
	}
	*number = t->count;
	t->word[t->count] = n;
	memcpy(&t->word[t->count + 1], codes, n * sizeof *codes);
	t->count += n + 1;
	return true;
}

void
clusters_free(struct clusters *t)
{
	free(t->word);
	*t = (struct clusters){ .count = 0 };
}

bool
clusters_full(const struct clusters *t)
{
	return t->count >= (t->limit > FIRST_LIMIT ? t->limit : FIRST_LIMIT) || t->refused >= REFUSED_MAX;
}

size_t
clusters_memory(const struct clusters *t)
{
	return (size_t)t->cap * sizeof *t->word;
}
