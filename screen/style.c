/* SPDX-License-Identifier: MIT */
#include "style.h"

#include <stdlib.h>
#include <string.h>

#include "cell.h"

#define FIRST_CAP 32
#define FIRST_LIMIT 512

bool
style_equal(const struct style *a, const struct style *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->ul == b->ul && a->attr == b->attr;
}

static uint32_t
hash(const struct style *s)
{
	uint64_t h = ((uint64_t)s->fg << 32 | s->bg) * UINT64_C(0x9e3779b97f4a7c15);

	h ^= ((uint64_t)s->ul << 32 | s->attr) * UINT64_C(0xc2b2ae3d27d4eb4f);
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

bool
styles_init(struct styles *t)
{
	*t = (struct styles){ .cap = FIRST_CAP, .nslots = 2 * FIRST_CAP, .limit = FIRST_LIMIT };
	t->all = calloc(t->cap, sizeof *t->all);
	t->slots = calloc(t->nslots, sizeof *t->slots);
	t->count = 1;
	if (t->all && t->slots)
		return true;
	styles_free(t);
	return false;
}

void
styles_free(struct styles *t)
{
	free(t->all);
	free(t->slots);
	*t = (struct styles){ .count = 0 };
}

/* The slot of STYLE, or the free one where it belongs. */
static uint32_t *
slot_of(const struct styles *t, const struct style *style)
{
	uint32_t i = hash(style) & (t->nslots - 1);

	while (t->slots[i] && !style_equal(&t->all[t->slots[i]], style))
		i = (i + 1) & (t->nslots - 1);
	return &t->slots[i];
}

static bool
grow(struct styles *t)
{
	uint32_t *slots = calloc((size_t)t->nslots * 2, sizeof *slots);
	struct style *all = realloc(t->all, (size_t)t->cap * 2 * sizeof *all);

	if (all)
		t->all = all;
	if (!all || !slots) {
		free(slots);
		return false;
	}
	free(t->slots);
	t->slots = slots;
	t->cap *= 2;
	t->nslots *= 2;
	for (uint32_t n = 1; n < t->count; n++)
		*slot_of(t, &t->all[n]) = n;
	return true;
}

uint32_t
styles_number(struct styles *t, const struct style *style)
{
	static const struct style plain;
	uint32_t *slot;

	if (style_equal(style, &plain))
		return 0;
	slot = slot_of(t, style);
	if (*slot)
		return *slot;
	if (t->count == t->cap) {
		if (t->cap > CELL_STYLE_MAX / 2 || !grow(t))
			return 0;
		slot = slot_of(t, style);
	}
	t->all[t->count] = *style;
	*slot = t->count;
	return t->count++;
}

bool
styles_full(const struct styles *t)
{
	return t->count >= t->limit;
}

size_t
styles_memory(const struct styles *t)
{
	return (size_t)t->cap * sizeof *t->all + (size_t)t->nslots * sizeof *t->slots;
}
