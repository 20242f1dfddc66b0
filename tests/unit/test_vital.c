/* SPDX-License-Identifier: MIT */
/* The session's memory: a keeper's state in it is found again, and a state that cannot be is refused. */
#include "vital_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"
#include "vital_check.h"

#define HEAD 8192

static void
facts_are_found_again(void **state)
{
	int fd = memory_new(false);
	struct vital v;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	assert_null(vital_facts(&v));
	for (unsigned i = 1; i < 5; i++) {
		struct vital_facts *f = vital_next(&v);

		f->rows = (uint16_t)i;
		snprintf(f->name, sizeof f->name, "session-%u", i);
		vital_commit(&v);
		assert_ptr_equal(vital_facts(&v), f);
	}
	vital_close(&v);
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), 0);
	assert_int_equal(vital_check(&v), 0);
	assert_int_equal(vital_facts(&v)->rows, 4);
	assert_string_equal(vital_facts(&v)->name, "session-4");
	vital_close(&v);
	close(fd);
}

/* What is written next does not show before it counts. */
static void
facts_that_do_not_count_yet_do_not_show(void **state)
{
	int fd = memory_new(false);
	struct vital v;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	vital_next(&v)->rows = 24;
	vital_commit(&v);
	vital_next(&v)->rows = 50;
	snprintf(vital_next(&v)->name, NAME_CAP, "half a na");
	vital_close(&v);
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), 0);
	assert_int_equal(vital_facts(&v)->rows, 24);
	assert_string_equal(vital_facts(&v)->name, "");
	vital_close(&v);
	close(fd);
}

static void
input_is_found_again(void **state)
{
	static unsigned char much[STREAMS_QUEUE];
	static struct streams before, after;
	const unsigned char *p;
	int fd = memory_new(false);
	struct vital v;
	struct stream *s;

	(void)state;
	for (size_t i = 0; i < sizeof much; i++)
		much[i] = (unsigned char)(i * 7 + i / 256);
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	vital_streams(&v, &before);
	before.limit = STREAMS_ALL;
	s = streams_begin(&before, name);
	s->wide = true;
	assert_int_equal(stream_take(s, 0, much, 40000, false), 1);
	stream_used(s, 30000);
	/* Around the end of the circle. */
	assert_int_equal(stream_take(s, 40000, much + 40000, sizeof much - 40000, false), 1);
	assert_int_equal(stream_take(s, sizeof much, much, 20000, false), 1);
	assert_int_equal(stream_end(s, sizeof much + 20000), 0);
	s->open = true;
	streams_commit(&before);
	vital_next(&v);
	vital_commit(&v);
	vital_close(&v);

	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), 0);
	assert_int_equal(vital_check(&v), 0);
	vital_streams(&v, &after);
	s = streams_find(&after, name);
	assert_non_null(s);
	assert_int_equal(s->input, sizeof much + 20000);
	assert_true(s->ended && s->open);
	assert_int_equal(stream_waits(s), sizeof much - 30000 + 20000);
	assert_int_equal(stream_waiting(s, &p), sizeof much - 30000);
	assert_memory_equal(p, much + 30000, sizeof much - 30000);
	stream_used(s, sizeof much - 30000);
	assert_int_equal(stream_waiting(s, &p), 20000);
	assert_memory_equal(p, much, 20000);
	vital_close(&v);
	close(fd);
}

static long
memory_used(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (long)st.st_blocks * 512;
}

/* Input goes round a wide queue in pieces of all sizes, memory is given back behind it, and every byte is what came. */
static void
wide_input_is_whole_and_given_back(void **state)
{
	static unsigned char piece[65536];
	static struct streams t;
	const unsigned char *p;
	uint64_t in = 0, out = 0;
	int fd = memory_new(false);
	struct vital v;
	struct stream *s;
	long before, most = 0;
	size_t n;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	vital_streams(&v, &t);
	before = memory_used(fd);
	t.limit = STREAMS_ALL;
	s = streams_begin(&t, name);
	s->wide = true;
	srand(17);
	while (out < 5 * STREAMS_QUEUE) {
		bool filling = in < STREAMS_QUEUE || (in / (2 * STREAMS_QUEUE)) % 2;

		for (unsigned i = 0; i < (filling ? 3 : 1); i++) {
			n = (size_t)rand() % sizeof piece;
			for (size_t j = 0; j < n; j++)
				piece[j] = (unsigned char)((in + j) % 251);
			in += n * (unsigned)stream_take(s, in, piece, n, false);
		}
		n = stream_waiting(s, &p);
		n = n > sizeof piece ? (size_t)rand() % sizeof piece : n;
		for (size_t j = 0; j < n; j++)
			if (p[j] != (out + j) % 251)
				fail_msg("byte %zu", (size_t)out + j);
		stream_used(s, n);
		out += n;
		most = memory_used(fd) > most ? memory_used(fd) : most;
		assert_true(memory_used(fd) - before <=
		            (long)(stream_waits(s) + STREAMS_PIECE + sizeof piece + 2 * 65536));
	}
	assert_true(most - before > 3 << 20);
	stream_used(s, stream_waits(s));
	stream_rest(s);
	assert_true(memory_used(fd) - before <= 65536);
	vital_close(&v);
	close(fd);
}

/* All wide streams of a session together are bounded; each has the narrow window at least. */
static void
all_input_is_bounded(void **state)
{
	static unsigned char piece[STREAMS_NARROW];
	static struct streams t;
	unsigned char id[FRAME_KEY] = { 0 };
	int fd = memory_new(false);
	size_t waits = 0;
	struct vital v;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	vital_streams(&v, &t);
	t.limit = 1 << 20;
	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		struct stream *s;

		id[0] = (unsigned char)(i + 1);
		s = streams_begin(&t, id);
		s->wide = i != 3;
		assert_true(stream_room(s) >= STREAMS_NARROW);
		while (stream_take(s, s->input, piece, sizeof piece, false) == 1)
			;
		waits += stream_waits(s);
		assert_true(stream_waits(s) >= STREAMS_NARROW);
		assert_true(s->wide || stream_waits(s) == STREAMS_NARROW);
	}
	assert_true(waits <= (1 << 20) + STREAMS_MAX * STREAMS_NARROW);
	/* a share that has become smaller takes nothing away */
	t.limit = 65536;
	assert_int_equal(stream_room(&t.v[0]), 0);
	vital_close(&v);
	close(fd);
}

/* A state that has been written over at random is refused, or all in it is within bounds: nothing here may crash. */
static void
damage_is_refused_or_harmless(void **state)
{
	static struct streams t;
	unsigned refused = 0;
	int fd = memory_new(true);
	unsigned char *head;
	struct vital v;

	(void)state;
	srand(15);
	head = mmap(NULL, HEAD, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(head != MAP_FAILED);
	for (unsigned round = 0; round < 3000; round++) {
		memset(&t, 0, sizeof t);
		assert_int_equal(vital_open(&v, memory_again(fd), true, RING, true), 0);
		vital_streams(&v, &t);
		stream_take(streams_begin(&t, name), 0, name, sizeof name, false);
		v.live->ring[0] = (struct ring_live){ 5000, 4000 };
		vital_next(&v)->size_count = 2;
		vital_commit(&v);
		streams_drop_input(&t);
		vital_close(&v);
		for (unsigned n = 1 + (unsigned)rand() % 8; n; n--)
			head[rand() % HEAD] = (unsigned char)rand();
		memset(&t, 0, sizeof t);
		if (vital_open(&v, memory_again(fd), true, RING, false) == 0) {
			struct ring r;

			vital_settle(&v, (uint64_t)rand(), (uint64_t)rand());
			if (vital_check(&v) == 0) {
				const struct vital_facts *f = vital_facts(&v);

				vital_streams(&v, &t);
				assert_true(f->size_count <= VITAL_SIZES && f->settings_len <= VITAL_SETTINGS);
				assert_true(strlen(f->name) < NAME_CAP && strlen(f->term) < TERM_CAP);
				for (unsigned i = 0; i < STREAMS_MAX; i++)
					assert_true(stream_waits(&t.v[i]) <= streams_queue_bytes(&t));
				assert_int_equal(vital_ring(&v, 0, &r), 0);
				assert_true(r.live->acked <= r.head && r.head - r.live->acked <= RING);
				ring_close(&r);
				streams_drop_input(&t);
			} else {
				refused++;
			}
		} else {
			refused++;
		}
		vital_close(&v);
	}
	/* Most bytes of the head are never used; among those that are, bounds count. */
	assert_in_range(refused, 100, 2900);
	munmap(head, HEAD);
	close(fd);
}

/* What was typed between the two calls of a keeper that died: one read, then part of it written. */
static void
keys_are_typed_by_the_next_keeper(void **state)
{
	static const struct {
		enum vital_call call;
		uint64_t span, at, moved;
		const char *typed;
	} cases[] = {
		{ VITAL_NOTHING, 0, 0, 0, "" },
		{ VITAL_NOTHING, VITAL_KEYS_SPAN(0, 6), 0, 0, "abcdef" },
		{ VITAL_NOTHING, VITAL_KEYS_SPAN(4, 6), 0, 0, "ef" },
		{ VITAL_KEYS_READ, 0, 0, 0, "" },
		{ VITAL_KEYS_READ, 0, 0, 6, "abcdef" },
		{ VITAL_KEYS_READ, VITAL_KEYS_SPAN(0, 6), 0, 6, "abcdef" },
		{ VITAL_KEYS_TYPED, VITAL_KEYS_SPAN(0, 6), 0, 0, "abcdef" },
		{ VITAL_KEYS_TYPED, VITAL_KEYS_SPAN(0, 6), 0, 2, "cdef" },
		{ VITAL_KEYS_TYPED, VITAL_KEYS_SPAN(2, 6), 0, 2, "cdef" },
		{ VITAL_KEYS_TYPED, VITAL_KEYS_SPAN(2, 6), 2, 4, "" },
		{ VITAL_KEYS_TYPED, 0, 2, 4, "" },
		{ VITAL_KEYS_READ, 0, 0, VITAL_KEYS_MAX + 1, "" },
		{ VITAL_KEYS_TYPED, VITAL_KEYS_SPAN(0, UINT32_MAX), 0, 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fd = memory_new(false), out[2];
		char got[64] = "";
		struct vital v;

		assert_int_equal(pipe2(out, O_NONBLOCK), 0);
		assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
		vital_next(&v);
		vital_commit(&v);
		memcpy(vital_keys(&v)[7].bytes, "abcdef", 6);
		vital_keys(&v)[7].span = cases[i].span;
		vital_intend(&v, cases[i].call, 7, cases[i].at);
		vital_close(&v);
		assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), 0);
		vital_settle(&v, cases[i].moved, cases[i].moved);
		keys_type(&v, out[1]);
		assert_true(read(out[0], got, sizeof got - 1) >= -1);
		assert_string_equal(got, cases[i].typed);
		assert_int_equal(vital_keys(&v)[7].span, 0);
		vital_close(&v);
		close(out[0]);
		close(out[1]);
		close(fd);
	}
}

/* The place of a call that no keeper can have begun is not written to; offsets have room for what is added to them. */
static void
a_lie_about_the_last_call_is_refused(void **state)
{
	int fd = memory_new(true);
	struct vital v;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), true, RING, true), 0);
	vital_commit(&v);
	for (uint32_t call = VITAL_OUTPUT; call <= VITAL_SHOWN + 1; call++) {
		v.live->intent = (struct vital_intent){ .call = call, .index = call > VITAL_SHOWN ? 0 : UINT32_MAX };
		assert_false(vital_settle(&v, 10, 10));
		assert_int_equal(v.moved.call, VITAL_NOTHING);
		assert_int_equal(v.live->intent.call, VITAL_NOTHING);
	}
	assert_int_equal(vital_check(&v), 0);
	v.live->intent = (struct vital_intent){ .call = VITAL_OUTPUT, .at = UINT64_MAX - 5 };
	assert_true(vital_settle(&v, 3, 0));
	assert_int_equal(vital_check(&v), -EPROTO);
	vital_close(&v);
	close(fd);
}

static void
another_layout_is_refused(void **state)
{
	int fd = memory_new(false);
	struct vital v;

	(void)state;
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), -EPROTO);
	vital_close(&v);
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, true), 0);
	v.head->version = VITAL_VERSION + 1;
	vital_close(&v);
	assert_int_equal(vital_open(&v, memory_again(fd), false, RING, false), -EPROTO);
	vital_close(&v);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_found_again),
		cmocka_unit_test(facts_that_do_not_count_yet_do_not_show),
		cmocka_unit_test(input_is_found_again),
		cmocka_unit_test(wide_input_is_whole_and_given_back),
		cmocka_unit_test(all_input_is_bounded),
		cmocka_unit_test(damage_is_refused_or_harmless),
		cmocka_unit_test(keys_are_typed_by_the_next_keeper),
		cmocka_unit_test(a_lie_about_the_last_call_is_refused),
		cmocka_unit_test(another_layout_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
