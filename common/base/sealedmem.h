/* SPDX-License-Identifier: MIT */
/* sealedmem: memory as a file without a name (memfd_create(2)), of a size that nobody can change. */
#ifndef HOLDFAST_SEALEDMEM_H
#define HOLDFAST_SEALEDMEM_H

#include <stdint.h>

/*
 * SIZE bytes, all zero, that show as NAME in /proc: a descriptor (close-on-exec), the caller's, or a negative errno
 * (-EFBIG: RLIMIT_FSIZE permits no file of that size).  The seals SHRINK and GROW keep its mappers from SIGBUS.
 */
int sealedmem_make(const char *name, uint64_t size);

#endif
