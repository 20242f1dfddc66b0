/* SPDX-License-Identifier: MIT */
#include "attachments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The place of SERIAL, or that of the first gap, or ATTACHMENTS_MAX. */
static unsigned
place_of(const struct attachments *a, uint32_t serial)
{
	unsigned i = 0;

	while (i < ATTACHMENTS_MAX && a->v[i] && a->v[i]->serial != serial)
		i++;
	return i;
}

static void
remove_at(struct attachments *a, unsigned i)
{
	free(a->v[i]);
	memmove(&a->v[i], &a->v[i + 1], (ATTACHMENTS_MAX - 1 - i) * sizeof *a->v);
	a->v[ATTACHMENTS_MAX - 1] = NULL;
}

/* Which one has to make room. */
static unsigned
oldest(const struct attachments *a)
{
	unsigned i = 0;

	while (i < ATTACHMENTS_MAX && a->v[i]->attached)
		i++;
	return i < ATTACHMENTS_MAX ? i : 0;
}

struct attachment *
attachments_add(struct attachments *a, uint32_t serial, uint32_t kind, const char *address, const char *who)
{
	struct attachment *made = calloc(1, sizeof *made);
	unsigned i = place_of(a, serial);

	if (i == ATTACHMENTS_MAX)
		i = oldest(a);
	if (a->v[i])
		remove_at(a, i);
	if (!made)
		return NULL;
	made->serial = serial;
	made->kind = kind;
	snprintf(made->address, sizeof made->address, "%s", address);
	snprintf(made->who, sizeof made->who, "%s", who);
	for (i = 0; a->v[i]; i++)
		;
	a->v[i] = made;
	return made;
}

struct attachment *
attachments_find(const struct attachments *a, uint32_t serial)
{
	unsigned i = place_of(a, serial);

	return i < ATTACHMENTS_MAX ? a->v[i] : NULL;
}

unsigned
attachments_attached(const struct attachments *a)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ATTACHMENTS_MAX && a->v[i]; i++)
		count += a->v[i]->attached;
	return count;
}

void
attachments_remove(struct attachments *a, uint32_t serial)
{
	unsigned i = place_of(a, serial);

	if (i < ATTACHMENTS_MAX && a->v[i])
		remove_at(a, i);
}
