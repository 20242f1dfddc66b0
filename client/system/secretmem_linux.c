/* SPDX-License-Identifier: MIT */
#include "secretmem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

void *
secretmem_new(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (mlock2(p, len, MLOCK_ONFAULT) < 0) {
		munmap(p, len);
		return NULL;
	}
	madvise(p, len, MADV_DONTDUMP);
	madvise(p, len, MADV_WIPEONFORK);
	return p;
}

void
secretmem_free(void *p, size_t len)
{
	if (!p)
		return;
	secretmem_wipe(p, len);
	munmap(p, len);
}

void
secretmem_wipe(void *p, size_t len)
{
	explicit_bzero(p, len);
}

int
secretmem_random(void *p, size_t len)
{
	ssize_t n = getrandom(p, len, 0);

	return n < 0 ? -errno : (size_t)n == len ? 0 : -EIO;
}
