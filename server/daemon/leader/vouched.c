/* SPDX-License-Identifier: MIT */
#include "vouched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The place of SERIAL, or that of the first gap, or ATTACHMENTS_MAX. */
static unsigned
sessiondir_of(const struct vouched *a, uint32_t serial)
{
	unsigned i = 0;

	while (i < ATTACHMENTS_MAX && a->v[i] && a->v[i]->serial != serial)
		i++;
	return i;
}

static void
remove_at(struct vouched *a, unsigned i)
{
	free(a->v[i]);
	memmove(&a->v[i], &a->v[i + 1], (ATTACHMENTS_MAX - 1 - i) * sizeof *a->v);
	a->v[ATTACHMENTS_MAX - 1] = NULL;
}

/* Which one has to make room. */
static unsigned
oldest(const struct vouched *a)
{
	unsigned i = 0;

	while (i < ATTACHMENTS_MAX && a->v[i]->attached)
		i++;
	return i < ATTACHMENTS_MAX ? i : 0;
}

struct vouched_one *
vouched_add(struct vouched *a, uint32_t serial, uint32_t kind, const char *address, const char *who)
{
	struct vouched_one *made = calloc(1, sizeof *made);
	unsigned i = sessiondir_of(a, serial);

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

struct vouched_one *
vouched_find(const struct vouched *a, uint32_t serial)
{
	unsigned i = sessiondir_of(a, serial);

	return i < ATTACHMENTS_MAX ? a->v[i] : NULL;
}

unsigned
vouched_attached(const struct vouched *a)
{
	unsigned count = 0;

	for (unsigned i = 0; i < ATTACHMENTS_MAX && a->v[i]; i++)
		count += a->v[i]->attached;
	return count;
}

void
vouched_remove(struct vouched *a, uint32_t serial)
{
	unsigned i = sessiondir_of(a, serial);

	if (i < ATTACHMENTS_MAX && a->v[i])
		remove_at(a, i);
}
