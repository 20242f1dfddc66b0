/* SPDX-License-Identifier: MIT */
/*
 * secretmem: memory for secrets, and random bytes to make them of.  secretmem_linux.c keeps it out of core dumps and of
 * children too, and takes physical memory only for what is used.
 */
#ifndef HOLDFAST_SECRETMEM_H
#define HOLDFAST_SECRETMEM_H

#include <stddef.h>

/* LEN bytes, zero, that are never on a swap partition; NULL: this process may not lock as much. */
void *secretmem_new(size_t len);
/* Wipes them; takes NULL. */
void secretmem_free(void *p, size_t len);
/* Makes LEN bytes zero, also where the compiler sees that nobody reads them again. */
void secretmem_wipe(void *p, size_t len);
/* LEN bytes (256 at most) that nobody can guess: 0 or a negative errno. */
int secretmem_random(void *p, size_t len);

#endif
