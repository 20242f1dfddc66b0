/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring.h"

static void
sizes_that_are_none(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_open(&r, 0), -EINVAL);
	assert_int_equal(ring_open(&r, 100), -EINVAL);
	assert_int_equal(ring_open(&r, 65536 + 4096), -EINVAL);
	assert_int_equal(ring_open(&r, SIZE_MAX / 2 + 1), -EINVAL);
}

/* Puts N bytes, each the low byte of its offset. */
static void
fill(struct ring *r, size_t n)
{
	unsigned char *p = ring_space(r);

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)((r->head + i) * 31);
	ring_advance(r, n);
}

static void
every_stretch_is_contiguous(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_open(&r, 65536), 0);
	/* Steps that do not divide the size, over its end several times. */
	for (int i = 0; i < 40; i++) {
		const unsigned char *p;

		fill(&r, 13001);
		p = ring_at(&r, ring_oldest(&r));
		for (uint64_t o = ring_oldest(&r); o < r.head; o++)
			assert_int_equal(p[o - ring_oldest(&r)], (unsigned char)(o * 31));
	}
	assert_int_equal(r.head, 40 * 13001);
	assert_int_equal(ring_oldest(&r), 40 * 13001 - 65536);
	ring_close(&r);
	ring_close(&r);
}

/* Pages of R's that are in memory. */
static size_t
resident(const struct ring *r)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	unsigned char in[512];

	assert_true(r->size / page <= sizeof in);
	assert_int_equal(mincore(r->base, r->size, in), 0);
	for (size_t i = 0; i < r->size / page; i++)
		n += in[i] & 1;
	return n * page;
}

/* The same as without, but for the memory: of much output a mebibyte at a time is made, of little none. */
static void
memory_in_advance(void **state)
{
	const size_t size = 2u << 20, step = 10000;
	uint64_t freed = 0;
	struct ring r;

	(void)state;
	assert_int_equal(ring_open(&r, size), 0);
	for (int round = 0; round < 3; round++) {
		while (r.head - freed < 200000) {
			ring_prepare(&r, step);
			fill(&r, step);
		}
		assert_true(resident(&r) <= 256u << 10);
		while (r.head - freed < 300000) {
			ring_prepare(&r, step);
			fill(&r, step);
		}
		assert_true(resident(&r) >= 1u << 20 && resident(&r) < 3u << 19);
		while (r.head - freed < 5 * size) {
			ring_prepare(&r, step);
			fill(&r, step);
		}
		assert_int_equal(resident(&r), size);
		for (uint64_t o = ring_oldest(&r); o < r.head; o++)
			assert_int_equal(*ring_at(&r, o), (unsigned char)(o * 31));
		freed = ring_release(&r, freed, r.head);
		assert_true(resident(&r) <= 4096);
	}
	ring_close(&r);
}

/* What is given back is only what nobody wants, and never newer bytes that have taken its place. */
static void
released_memory(void **state)
{
	const size_t size = 65536;
	uint64_t acked = 0, freed = 0;
	struct ring r;

	(void)state;
	assert_int_equal(ring_open(&r, size), 0);
	/* Steps of 13,000 bytes that wait in a full ring, over its end many times. */
	for (int i = 0; i < 200; i++) {
		while (r.head - acked + 1000 <= size)
			fill(&r, 1000);
		for (uint64_t o = acked; o < r.head; o++)
			assert_int_equal(*ring_at(&r, o), (unsigned char)(o * 31));
		acked += 13000;
		freed = ring_release(&r, freed, acked);
		assert_true(freed <= acked || freed - acked < 4096);
		for (uint64_t o = acked; o < r.head; o++)
			assert_int_equal(*ring_at(&r, o), (unsigned char)(o * 31));
	}
	/* Everything has been passed on. */
	ring_release(&r, freed, r.head);
	assert_int_equal(*ring_at(&r, r.head - 6000), 0);
	ring_close(&r);
}

static void
nobody_can_truncate_it(void **state)
{
	struct ring r;
	char path[64];
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(ring_open(&r, 65536), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", r.fd);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 1 << 20), -1);
	assert_int_equal(truncate(path, 0), -1);
	assert_int_equal(open(path, O_RDWR | O_TRUNC), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 65536);
	close(fd);
	ring_close(&r);
}

/* RLIMIT_FSIZE below its size: growing a file would end us. */
static void
a_small_limit_of_files(void **state)
{
	struct rlimit before, small;
	struct ring r;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(ring_open(&r, 65536), 0);
	assert_int_equal(r.fd, -1);
	ring_close(&r);
	every_stretch_is_contiguous(state);
	released_memory(state);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_are_none),
		cmocka_unit_test(every_stretch_is_contiguous),
		cmocka_unit_test(released_memory),
		cmocka_unit_test(memory_in_advance),
		cmocka_unit_test(nobody_can_truncate_it),
		cmocka_unit_test(a_small_limit_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
