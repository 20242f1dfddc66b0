/* SPDX-License-Identifier: MIT */
/* When output was printed: the rows of the table, what is forgotten, and the message that tells of them. */
#include "vital_world.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "times.h"

static const struct winsize small = { .ws_row = 24, .ws_col = 80 }, large = { .ws_row = 50, .ws_col = 132 };
static struct ring ring = { .fd = -1, .size = RING };
static struct attach_times told;
static struct vital vital;
static struct times *table;
static int memory;

static int
begin(void **state)
{
	(void)state;
	memory = memory_new(false);
	ring.head = 0;
	assert_int_equal(vital_open(&vital, memory_again(memory), false, RING, true), 0);
	table = times_open(&vital, 0);
	assert_non_null(table);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	times_close(table);
	vital_close(&vital);
	close(memory);
	return 0;
}

/* LEN bytes come at MS. */
static void
print(uint64_t ms, size_t len)
{
	uint64_t from = ring.head;

	ring.head += len;
	times_output(table, &ring, from, ms, &small);
}

static void
row_is(unsigned i, uint64_t offset, uint64_t ms, const struct winsize *size)
{
	times_tell(table, &ring, &told);
	assert_true(i < told.count);
	assert_int_equal(told.v[i].offset, offset);
	assert_int_equal(told.v[i].ms, ms);
	assert_int_equal(told.v[i].rows, size->ws_row);
	assert_int_equal(told.v[i].cols, size->ws_col);
}

static void
output_of_a_moment_is_one_row(void **state)
{
	(void)state;
	print(1000, 10);
	print(1040, 10);
	print(1099, 10);
	print(1100, 10);
	print(9000, 10);
	assert_int_equal(table->count, 3);
	row_is(0, 0, 1000, &small);
	row_is(1, 30, 1100, &small);
	row_is(2, 40, 9000, &small);
	assert_int_equal(told.oldest, 0);
	assert_int_equal(told.head, 50);
}

static void
a_size_is_a_row(void **state)
{
	(void)state;
	times_size(table, &ring, 500, &small);
	print(1000, 10);
	times_size(table, &ring, 1010, &large);
	times_size(table, &ring, 1020, &large);
	assert_int_equal(table->count, 3);
	row_is(2, 10, 1010, &large);
}

/* A clock that is set back costs nothing but the sense of the times. */
static void
a_clock_set_back(void **state)
{
	(void)state;
	print(100000, 1);
	print(50000, 1);
	print(50050, 1);
	print(50150, 1);
	assert_int_equal(table->count, 3);
	row_is(1, 1, 50000, &small);
	row_is(2, 3, 50150, &small);
}

static void
rows_of_lost_output_go(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TIMES_MAX + 1; i++)
		print(1000 * (uint64_t)i, RING / 16 + 1);
	times_tell(table, &ring, &told);
	assert_int_equal(told.count, 16);
	/* The one in which the oldest byte came is there. */
	assert_true(told.v[0].offset < ring_oldest(&ring) && told.v[1].offset > ring_oldest(&ring));
	row_is(15, ring.head - RING / 16 - 1, 1000 * (uint64_t)TIMES_MAX, &small);
}

/* A session that prints a little for days: the new times are exact, the old ones in order, and the table has room. */
static void
old_rows_get_coarser(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		print(1000 * (uint64_t)i, 1);
		assert_true(table->count <= TIMES_MAX);
	}
	times_tell(table, &ring, &told);
	assert_true(told.count > TIMES_MAX / 2);
	assert_int_equal(told.v[0].offset, 0);
	for (unsigned i = 1; i < told.count; i++) {
		assert_true(told.v[i].offset > told.v[i - 1].offset);
		assert_true(told.v[i].offset - told.v[i - 1].offset <= 128);
		assert_int_equal(told.v[i].ms, 1000 * told.v[i].offset);
	}
	for (unsigned i = told.count - 256; i < told.count; i++)
		assert_int_equal(told.v[i].offset, 20000 - told.count + i);
}

/* Long pauses take no room: what was printed between them keeps its times. */
static void
pauses_cost_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		print(200 * (uint64_t)i + 86400000 * (uint64_t)(i / 300), 1);
	times_tell(table, &ring, &told);
	for (unsigned i = 1; i < told.count; i++) {
		uint64_t from = told.v[i - 1].offset, to = told.v[i].offset;

		assert_true(to - from <= 16);
		assert_int_equal(told.v[i].ms, 200 * to + 86400000 * (to / 300));
	}
}

static void
sizes_without_end(void **state)
{
	struct winsize ws = small;

	(void)state;
	for (unsigned i = 0; i < 5 * TIMES_MAX; i++) {
		ws.ws_col = (unsigned short)(80 + i % 2);
		times_size(table, &ring, i, &ws);
		assert_true(table->count <= TIMES_MAX);
	}
	row_is(table->count - 1, 0, 5 * TIMES_MAX - 1, &ws);
}

static void
the_next_keeper_has_it(void **state)
{
	(void)state;
	print(1000, 10);
	print(2000, 10);
	times_close(table);
	vital_close(&vital);
	assert_int_equal(vital_open(&vital, memory_again(memory), false, RING, false), 0);
	table = times_open(&vital, 20);
	row_is(1, 10, 2000, &small);
	assert_int_equal(told.count, 2);
}

/* Rows that can't be: those, and what follows, are forgotten. */
static void
what_cannot_be_is_forgotten(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		print(1000 * (uint64_t)(i + 1), 10);
	table->v[7].offset = 5;
	times_close(table);
	table = times_open(&vital, 100);
	assert_int_equal(table->count, 7);
	times_close(table);
	table = times_open(&vital, 35);
	assert_int_equal(table->count, 4);
	table->count = TIMES_MAX + 1;
	times_close(table);
	table = times_open(&vital, 35);
	assert_int_equal(table->count, 0);
}

/* A memory that an older version has laid out gets the place when a keeper of this one takes it over. */
static void
an_older_memory_gets_the_place(void **state)
{
	unsigned last;

	(void)state;
	times_close(table);
	last = vital.head->parts - 1;
	assert_int_equal(vital.head->part[last].type, VITAL_TIMES);
	vital.head->part[last] = (struct vital_part){ 0, 0, 0 };
	vital.head->parts--;
	assert_null(vital_map(&vital, VITAL_TIMES, 0, sizeof *table, true));
	vital_close(&vital);
	assert_int_equal(vital_open(&vital, memory_again(memory), false, RING, false), 0);
	table = times_open(&vital, 0);
	assert_non_null(table);
	assert_int_equal(table->count, 0);
	print(1000, 10);
	row_is(0, 0, 1000, &small);
}

static void
without_a_place_nothing_is_noted(void **state)
{
	(void)state;
	times_output(NULL, &ring, 0, 1000, &small);
	times_size(NULL, &ring, 1000, &small);
	times_tell(NULL, &ring, &told);
	assert_int_equal(told.count, 0);
	times_close(NULL);
}

static void
the_message(void **state)
{
	static unsigned char out[MESSAGE_MAX];
	static struct attach_times m, got;
	int len;

	(void)state;
	m = (struct attach_times){ .oldest = 5, .head = 1000, .count = ATTACH_TIMES_MAX };
	for (unsigned i = 0; i < ATTACH_TIMES_MAX; i++)
		m.v[i] = (struct attach_time){ .offset = i, .ms = UINT64_MAX - i, .rows = 24, .cols = 80 };
	len = attach_encode_times(&m, out, sizeof out);
	assert_true(len > 0);
	assert_int_equal(attach_decode_times(&got, out, (size_t)len), 0);
	assert_memory_equal(&m, &got, sizeof m);
	assert_int_equal(attach_encode_times(&m, out, (size_t)len - 1), -EMSGSIZE);
	m.v[9].offset = 3;
	len = attach_encode_times(&m, out, sizeof out);
	assert_int_equal(attach_decode_times(&got, out, (size_t)len), -EBADMSG);
	m.count = ATTACH_TIMES_MAX + 1;
	assert_int_equal(attach_encode_times(&m, out, sizeof out), -EMSGSIZE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(output_of_a_moment_is_one_row),
		CASE(a_size_is_a_row),
		CASE(a_clock_set_back),
		CASE(rows_of_lost_output_go),
		CASE(old_rows_get_coarser),
		CASE(pauses_cost_nothing),
		CASE(sizes_without_end),
		CASE(the_next_keeper_has_it),
		CASE(what_cannot_be_is_forgotten),
		CASE(an_older_memory_gets_the_place),
		CASE(without_a_place_nothing_is_noted),
		CASE(the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
