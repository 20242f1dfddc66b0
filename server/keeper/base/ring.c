/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sealedmem.h"

#define MUCH (256u << 10)  /* little output takes no more memory than it needs */
#define AT_ONCE (1u << 20) /* of memory */

/* Maps FD twice, one behind the other, into address space reserved for both. */
static unsigned char *
map_twice(int fd, off_t at, size_t size)
{
	unsigned char *base = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	for (int i = 0; i < 2; i++)
		if (mmap(base + (size_t)i * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, at) ==
		    MAP_FAILED) {
			munmap(base, 2 * size);
			return NULL;
		}
	return base;
}

/* The same without a file: memory that only the keeper and its children have. */
static int
open_nameless(struct ring *r, size_t size)
{
	unsigned char *base = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int err;

	if (base == MAP_FAILED)
		return -errno;
	/* mremap(2) with a length of 0 maps shared memory once more. */
	if (mmap(base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED ||
	    mremap(base, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, base + size) == MAP_FAILED) {
		err = errno;
		munmap(base, 2 * size);
		return -err;
	}
	*r = (struct ring){ .fd = -1, .base = base, .size = size, .head = 0 };
	return 0;
}

static bool
is_size(size_t size)
{
	return size >= (size_t)sysconf(_SC_PAGESIZE) && size <= SIZE_MAX / 2 && !(size & (size - 1));
}

int
ring_map(struct ring *r, int fd, uint64_t at, size_t size, uint64_t head)
{
	unsigned char *base = is_size(size) ? map_twice(fd, (off_t)at, size) : NULL;

	if (!base)
		return is_size(size) ? -errno : -EINVAL;
	*r = (struct ring){ .fd = -1, .base = base, .size = size, .head = head };
	return 0;
}

int
ring_open(struct ring *r, size_t size)
{
	unsigned char *base;
	int fd, err;

	if (!is_size(size))
		return -EINVAL;
	fd = sealedmem_make("holdfast-ring", size);
	if (fd == -EFBIG)
		return open_nameless(r, size);
	if (fd < 0)
		return fd;
	base = map_twice(fd, 0, size);
	if (!base) {
		err = errno;
		close(fd);
		return -err;
	}
	*r = (struct ring){ .fd = fd, .base = base, .size = size, .head = 0 };
	return 0;
}

void
ring_close(struct ring *r)
{
	if (r->base)
		munmap(r->base, 2 * r->size);
	if (r->fd >= 0)
		close(r->fd);
	*r = (struct ring){ .fd = -1 };
}

unsigned char *
ring_space(const struct ring *r)
{
	return r->base + (r->head & (r->size - 1));
}

void
ring_advance(struct ring *r, size_t n)
{
	r->head += n;
	if (r->live)
		__atomic_store_n(&r->live->head, r->head, __ATOMIC_RELEASE);
}

const unsigned char *
ring_at(const struct ring *r, uint64_t offset)
{
	return r->base + (offset & (r->size - 1));
}

uint64_t
ring_oldest(const struct ring *r)
{
	return r->head > r->size ? r->head - r->size : 0;
}

uint64_t
ring_release(struct ring *r, uint64_t from, uint64_t to)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), end = to & ~(page - 1);
	uint64_t oldest = (ring_oldest(r) + page - 1) & ~(page - 1);

	/* Where there are newer bytes already, the memory is theirs. */
	if (from < oldest)
		from = oldest;
	if (from >= end)
		return from;
	/* If this fails, the memory is only kept. */
	madvise(r->base + (from & (r->size - 1)), (size_t)(end - from), MADV_REMOVE);
	r->fresh = r->head;
	return end;
}

void
ring_prepare(struct ring *r, size_t len)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), left;

	if (r->head - r->fresh < MUCH)
		return;
	if (r->made < r->head)
		r->made = (r->head + page - 1) & ~(page - 1);
	if (r->head + len <= r->made || r->made >= r->fresh + r->size)
		return;
	left = r->fresh + r->size - r->made;
	left = left < AT_ONCE ? left : AT_ONCE;
#ifdef MADV_POPULATE_WRITE
	madvise(r->base + (r->made & (r->size - 1)), (size_t)left, MADV_POPULATE_WRITE);
#endif
	r->made += left;
}
