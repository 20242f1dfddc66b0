/* SPDX-License-Identifier: MIT */
#include "heap.h"

#ifdef HAVE_MALLOPT
#include <malloc.h>

void
heap_large_from(size_t threshold)
{
	mallopt(M_MMAP_THRESHOLD, (int)threshold);
}

void
heap_one_arena(size_t trim)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_TRIM_THRESHOLD, (int)trim);
}
#else
void
heap_large_from(size_t threshold)
{
	(void)threshold;
}

void
heap_one_arena(size_t trim)
{
	(void)trim;
}
#endif

#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>

void
heap_trim(void)
{
	malloc_trim(0);
}
#else
void
heap_trim(void)
{
}
#endif
