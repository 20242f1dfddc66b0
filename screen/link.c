/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <stdlib.h>
#include <string.h>

void
links_free(struct links *l)
{
	for (uint32_t i = 1; i < l->count; i++)
		free(l->text[i]);
	free(l->text);
	free(l->hash);
	*l = (struct links){ .count = 0 };
}

static uint32_t
hash_of(const char *text, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ (unsigned char)*text++) * 16777619u;
	return h;
}

static bool
is(const struct links *l, uint32_t number, const char *text, size_t len)
{
	const char *t = number && number < l->count ? l->text[number] : NULL;

	return t && strlen(t) == len && memcmp(t, text, len) == 0;
}

/* A number that is not in use; 0: no memory. */
static uint32_t
free_number(struct links *l)
{
	char **text;
	uint32_t *hash, cap = l->cap ? l->cap * 2 : 16;

	if (l->count && l->live < l->count - 1)
		for (uint32_t i = 1; i < l->count; i++)
			if (!l->text[i])
				return i;
	if (!l->count)
		l->count = 1;
	if (l->count >= l->cap) {
		text = realloc(l->text, cap * sizeof *text);
		if (text)
			l->text = text;
		hash = realloc(l->hash, cap * sizeof *hash);
		if (hash)
			l->hash = hash;
		if (!text || !hash)
			return 0;
		memset(text + l->cap, 0, (cap - l->cap) * sizeof *text);
		l->cap = cap;
	}
	return l->count++;
}

bool
links_full(const struct links *l, size_t more)
{
	return l->live >= LINKS_MAX || l->bytes + more + 1 > LINKS_BYTES_MAX;
}

uint32_t
links_number(struct links *l, const char *text, size_t len)
{
	char *copy;
	uint32_t n, hash;

	if (is(l, l->last, text, len))
		return l->last;
	hash = hash_of(text, len);
	for (n = 1; n < l->count; n++)
		if (l->hash[n] == hash && is(l, n, text, len))
			return l->last = n;
	if (links_full(l, len) || !(copy = strndup(text, len)))
		return 0;
	n = free_number(l);
	if (!n) {
		free(copy);
		return 0;
	}
	l->text[n] = copy;
	l->hash[n] = hash;
	l->live++;
	l->bytes += len + 1;
	return l->last = n;
}

void
links_sweep(struct links *l, const unsigned char *marks)
{
	for (uint32_t i = 1; i < l->count; i++)
		if (l->text[i] && !marks[i]) {
			l->bytes -= strlen(l->text[i]) + 1;
			l->live--;
			free(l->text[i]);
			l->text[i] = NULL;
		}
	l->last = 0;
}

size_t
links_memory(const struct links *l)
{
	return l->cap * (sizeof *l->text + sizeof *l->hash) + l->bytes;
}
