/* SPDX-License-Identifier: MIT */
/*
 * envlist: a bounded list of NAME=value strings that owns its bytes (one allocation, at most ENV_COUNT_MAX strings of
 * ENV_BYTES_MAX bytes together).  Used for environments in messages and for building a shell's.
 */
#ifndef HOLDFAST_ENVLIST_H
#define HOLDFAST_ENVLIST_H

#include <stddef.h>

#include "bounds.h"
#include "wire.h"

struct envlist {
	char **v;     /* NULL-terminated, for execve(2) */
	size_t count;
	size_t bytes; /* of all strings, with their NULs */
};

#define ENVLIST_INIT { NULL, 0, 0 }

/* Frees everything and makes the list empty; accepts an empty list. */
void envlist_free(struct envlist *e);
/*
 * Adds ENTRY ("NAME=value", copied), replacing an entry of the same name.
 * 0; -EINVAL: no name or no '='; -E2BIG: over the bounds; -ENOMEM.  After an error the list is unchanged.
 */
int envlist_set(struct envlist *e, const char *entry);
/* The same from two strings. */
int envlist_set_value(struct envlist *e, const char *name, const char *value);
/* Removes NAME if the list has it. */
void envlist_unset(struct envlist *e, const char *name);
/* The value of NAME, owned by the list, or NULL. */
const char *envlist_get(const struct envlist *e, const char *name);
/* uint32 count, then as many strings. */
void envlist_put(struct wire_writer *w, const struct envlist *e);
/* Reads the same into an empty list: 0, -EBADMSG, -E2BIG or -ENOMEM (the list is then empty). */
int envlist_get_from(struct wire_reader *r, struct envlist *e);

#endif
