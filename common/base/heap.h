/* SPDX-License-Identifier: MIT */
/* heap: how the C library's allocator keeps memory (mallopt(3)).  With a libc that has no such settings, nothing. */
#ifndef HOLDFAST_HEAP_H
#define HOLDFAST_HEAP_H

#include <stddef.h>

/* Allocations of THRESHOLD bytes and more go back to the system as soon as they are freed. */
void heap_large_from(size_t threshold);
/* All threads allocate from one arena, and its free end goes back to the system from TRIM bytes on. */
void heap_one_arena(size_t trim);
/* Gives free memory back to the system now. */
void heap_trim(void);

#endif
