/* SPDX-License-Identifier: MIT */
#include "unused.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap.h"

#define STACK_USED ((uintptr_t)1 << 20) /* more is not looked for; unmapped parts don't matter */

/* A page below this frame is left alone: the calls in here need some of it. */
void __attribute__((noinline))
unused_give_back(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(page - 1);

	heap_trim();
	madvise((void *)(here - STACK_USED - page), STACK_USED, MADV_DONTNEED);
}
