/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "link_input.h"

static struct link_input in;

static int
setup(void **state)
{
	(void)state;
	link_input_free(&in);
	return 0;
}

static size_t
send_all(char *out)
{
	const unsigned char *p;
	size_t n, total = 0;

	while ((n = link_input_next(&in, &p, 1000)) > 0) {
		if (out)
			memcpy(out + total, p, n);
		link_input_sent(&in, n);
		total += n;
	}
	return total;
}

static void
test_window(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(link_input_resume(&in, 0, 5), 0);
	assert_int_equal(link_input_add(&in, "abcdefgh", 8), 8);
	assert_int_equal(send_all(out), 5);
	assert_memory_equal(out, "abcde", 5);
	assert_int_equal(link_input_ack(&in, 3, 5), 0);
	assert_int_equal(link_input_kept(&in), 5);
	assert_int_equal(send_all(out), 3);
	assert_memory_equal(out, "fgh", 3);
}

static void
test_again_from_where_the_host_is(void **state)
{
	char out[16];

	(void)state;
	link_input_resume(&in, 0, 100);
	link_input_add(&in, "abcdefgh", 8);
	send_all(NULL);
	link_input_ack(&in, 2, 100);
	assert_int_equal(link_input_resume(&in, 1, 100), -EBADMSG);
	assert_int_equal(link_input_resume(&in, 9, 100), -EBADMSG);
	assert_int_equal(link_input_resume(&in, 4, FRAME_INPUT_WINDOW_MAX + 1), -EBADMSG);
	assert_int_equal(link_input_resume(&in, 4, 100), 0);
	assert_int_equal(send_all(out), 4);
	assert_memory_equal(out, "efgh", 4);
	assert_int_equal(link_input_resume(&in, 8, 100), 0);
	assert_int_equal(send_all(NULL), 0);
}

static void
test_lies(void **state)
{
	(void)state;
	link_input_resume(&in, 0, 4);
	link_input_add(&in, "abcdefgh", 8);
	send_all(NULL);
	assert_int_equal(link_input_ack(&in, 5, 4), -EBADMSG);
	assert_int_equal(link_input_ack(&in, 4, FRAME_INPUT_WINDOW_MAX + 1), -EBADMSG);
	assert_int_equal(link_input_ack(&in, 4, 4), 0);
	assert_int_equal(link_input_ack(&in, 1, 4), 0);
	assert_int_equal(link_input_kept(&in), 4);
}

static void
test_bounded_and_round(void **state)
{
	static char big[LINK_INPUT_CAP + 100], back[LINK_INPUT_CAP];
	uint64_t at = 0;

	(void)state;
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)(i * 7 + i / 251);
	link_input_resume(&in, 0, FRAME_INPUT_WINDOW);
	assert_int_equal(link_input_add(&in, big, sizeof big), LINK_INPUT_CAP);
	assert_int_equal(link_input_room(&in), 0);
	assert_int_equal(link_input_add(&in, big, 1), 0);
	for (int turn = 0; turn < 9; turn++) {
		size_t n = send_all(back);

		for (size_t i = 0; i < n; i++)
			if (back[i] != big[(size_t)(at + i) % LINK_INPUT_CAP])
				fail_msg("byte %zu of turn %d", i, turn);
		at += n;
		assert_int_equal(link_input_ack(&in, at, FRAME_INPUT_WINDOW), 0);
		while (link_input_room(&in)) /* what is at OFFSET is big[OFFSET % CAP] */
			link_input_add(&in, big + in.end % LINK_INPUT_CAP, 1);
	}
}

/* A pipe fills a wide window, in memory that grows, and gives it back; a person has the narrow one. */
static void
test_wide(void **state)
{
	const uint64_t wide = FRAME_INPUT_WINDOW_MAX;
	static unsigned char back[4096];
	const unsigned char *p;
	uint64_t got = 0;
	size_t n;

	(void)state;
	assert_int_equal(link_input_resume(&in, 0, FRAME_INPUT_WINDOW_MAX), 0);
	while (in.sent < wide) {
		assert_true(link_input_room(&in) > 0 && link_input_room(&in) <= LINK_INPUT_AHEAD);
		for (size_t i = 0; i < sizeof back; i++)
			back[i] = (unsigned char)((in.end + i) % 251);
		link_input_add(&in, back, sizeof back);
		while ((n = link_input_next(&in, &p, 3000)) > 0) {
			for (size_t i = 0; i < n; i++)
				if (p[i] != (in.sent + i) % 251)
					fail_msg("byte %zu", (size_t)in.sent + i);
			link_input_sent(&in, n);
		}
	}
	while (link_input_room(&in))
		link_input_add(&in, back, 100);
	assert_int_equal(in.end, wide + LINK_INPUT_AHEAD);
	/* what was sent and is not confirmed is still there */
	assert_int_equal(link_input_resume(&in, 1000, FRAME_INPUT_WINDOW_MAX), 0);
	assert_int_equal(link_input_room(&in), 0);
	while (got < wide - 1000 && (n = link_input_next(&in, &p, 3000)) > 0) {
		for (size_t i = 0; i < n && in.sent + i < wide; i++)
			if (p[i] != (in.sent + i) % 251)
				fail_msg("byte %zu again", (size_t)in.sent + i);
		link_input_sent(&in, n);
		got += n;
	}
	assert_true(in.cap > LINK_INPUT_CAP);
	link_input_rest(&in);
	assert_true(in.cap > LINK_INPUT_CAP);
	assert_int_equal(link_input_ack(&in, in.sent, 0), 0);
	link_input_forget(&in, in.end, 0);
	link_input_rest(&in);
	assert_int_equal(in.cap, 0);
	in.typed = true;
	link_input_resume(&in, in.end, FRAME_INPUT_WINDOW_MAX);
	while (link_input_room(&in))
		link_input_add(&in, back, 1000);
	assert_int_equal(send_all(NULL), FRAME_INPUT_WINDOW);
	assert_int_equal(link_input_kept(&in), LINK_INPUT_CAP);
}

static void
test_end(void **state)
{
	(void)state;
	link_input_resume(&in, 0, 10);
	link_input_add(&in, "abc", 3);
	in.ended = true;
	assert_int_equal(link_input_add(&in, "d", 1), 0);
	assert_false(link_input_end_due(&in));
	send_all(NULL);
	assert_true(link_input_end_due(&in));
	in.end_sent = true;
	assert_false(link_input_end_due(&in));
	link_input_resume(&in, 3, 10);
	assert_true(link_input_end_due(&in));
}

static void
test_forgotten(void **state)
{
	(void)state;
	link_input_resume(&in, 0, 10);
	link_input_add(&in, "abcdef", 6);
	send_all(NULL);
	link_input_ack(&in, 2, 10);
	assert_int_equal(link_input_forget(&in, 0, 10), 4);
	assert_int_equal(link_input_kept(&in), 0);
	link_input_add(&in, "x", 1);
	assert_int_equal(in.sent, 0);
	assert_int_equal(send_all(NULL), 1);
}

static void
test_offsets_at_the_end_of_numbers(void **state)
{
	(void)state;
	link_input_forget(&in, UINT64_MAX - 3, 100);
	assert_int_equal(in.limit, UINT64_MAX);
	link_input_add(&in, "ab", 2);
	assert_int_equal(send_all(NULL), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_window, setup),
		cmocka_unit_test_setup(test_again_from_where_the_host_is, setup),
		cmocka_unit_test_setup(test_lies, setup),
		cmocka_unit_test_setup(test_bounded_and_round, setup),
		cmocka_unit_test_setup(test_wide, setup),
		cmocka_unit_test_setup(test_end, setup),
		cmocka_unit_test_setup(test_forgotten, setup),
		cmocka_unit_test_setup_teardown(test_offsets_at_the_end_of_numbers, setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
