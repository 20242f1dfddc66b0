/* SPDX-License-Identifier: MIT */
/* pages: gives the memory of a fixed buffer back to the system between the times that it is needed. */
#ifndef HOLDFAST_PAGES_H
#define HOLDFAST_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* For a buffer that is given back: it begins on a page of its own, where pages are no larger than this. */
#define PAGES_OWN __attribute__((aligned(4096)))

/*
 * The contents of LEN bytes at P, which are in no file and in no heap, are no longer needed: whole pages of them become
 * zero.
 */
static inline void
pages_give_back(void *p, size_t len)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)p + page - 1) & ~(page - 1), to = ((uintptr_t)p + len) & ~(page - 1);

	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

#endif
