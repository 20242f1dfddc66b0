/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "link_stream.h"

static struct link_stream s;

static struct frame_attached
answer(uint64_t output)
{
	return (struct frame_attached){ .version = 1, .id = 3, .key = "key", .kind = FRAME_TERMINAL, .known = true,
	                                .window = 1000, .output = output };
}

static int
setup(void **state)
{
	struct frame_attached m = answer(100);
	size_t lost;

	(void)state;
	assert_int_equal(link_stream_init(&s), 0);
	assert_int_equal(link_stream_attached(&s, &m, &lost), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	link_input_free(&s.input);
	return 0;
}

static int
output(uint64_t offset, size_t len, size_t *fresh)
{
	struct frame_data d = { .offset = offset, .data = (const unsigned char *)"0123456789", .len = len };
	int rc = link_stream_output(&s, &d);

	*fresh = rc ? 0 : d.len;
	if (!rc && d.len)
		assert_int_equal(d.data[0], '0' + (int)(len - d.len));
	return rc;
}

static int
again(uint64_t at)
{
	struct frame_attached m = answer(at);
	size_t lost;

	return link_stream_attached(&s, &m, &lost);
}

static void
test_in_order(void **state)
{
	size_t n;

	(void)state;
	assert_int_equal(output(100, 5, &n), 0);
	assert_int_equal(n, 5);
	assert_int_equal(output(105, 5, &n), 0);
	assert_int_equal(s.next[0], 110);
	assert_int_equal(output(111, 1, &n), -EBADMSG);
	assert_int_equal(output(109, 1, &n), -EBADMSG);
}

static void
test_twice_after_a_cut(void **state)
{
	size_t n;

	(void)state;
	output(100, 8, &n);
	assert_int_equal(again(104), 0);
	assert_int_equal(output(104, 2, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(output(106, 5, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(s.next[0], 111);
}

static void
test_hole_needs_a_gap(void **state)
{
	struct frame_gap g = { .from = 108, .to = 200 };
	uint64_t lost;
	size_t n;

	(void)state;
	output(100, 8, &n);
	assert_int_equal(again(150), 0);
	assert_int_equal(output(150, 2, &n), -EBADMSG);
	assert_int_equal(again(108), 0);
	assert_int_equal(link_stream_gap(&s, &g, &lost), 0);
	assert_int_equal(lost, 92);
	assert_true(s.unpainted);
	assert_int_equal(output(200, 2, &n), 0);
	g = (struct frame_gap){ .from = 300, .to = 301 };
	assert_int_equal(link_stream_gap(&s, &g, &lost), -EBADMSG);
}

static void
test_rendering(void **state)
{
	struct frame_data d = { .channel = 0, .offset = 500 };
	size_t n;

	(void)state;
	assert_true(s.unpainted);
	link_stream_rendering(&s, &d);
	assert_true(s.unpainted);
	d.channel = FRAME_LAST;
	link_stream_rendering(&s, &d);
	assert_false(s.unpainted);
	assert_int_equal(output(500, 3, &n), 0);
	assert_int_equal(n, 3);
}

static void
test_another_session(void **state)
{
	struct frame_attached m = answer(100);
	size_t lost;

	(void)state;
	m.key[0] = 'x';
	assert_int_equal(link_stream_attached(&s, &m, &lost), -EBADMSG);
	m = answer(100);
	m.kind = FRAME_COMMAND;
	assert_int_equal(link_stream_attached(&s, &m, &lost), -EBADMSG);
	m = answer(100);
	m.version = 2;
	assert_int_equal(link_stream_attached(&s, &m, &lost), -EBADMSG);
	m = answer(100);
	m.window = FRAME_INPUT_WINDOW_MAX + 1;
	assert_int_equal(link_stream_attached(&s, &m, &lost), -EBADMSG);
}

static void
test_forgotten(void **state)
{
	struct frame_attached m = answer(100);
	size_t lost;

	(void)state;
	link_input_add(&s.input, "abc", 3);
	m.known = false;
	assert_int_equal(link_stream_attached(&s, &m, &lost), 0);
	assert_int_equal(lost, 3);
}

static void
test_asks_for_what_is_missing(void **state)
{
	static struct frame_attach m;
	size_t n;

	(void)state;
	output(100, 5, &n);
	link_input_add(&s.input, "abc", 3);
	link_stream_ask(&s, &m);
	assert_int_equal(m.mode, FRAME_STREAM);
	assert_int_equal(m.output, 105);
	assert_int_equal(m.input, 0);
	assert_memory_equal(m.key, "key", 4);
	assert_memory_equal(m.stream, s.id, sizeof s.id);
}

/* Input that was sent ahead counts as sent where the keeper has taken it, and is sent again where it has not. */
static void
test_ahead(void **state)
{
	(void)state;
	for (int knows = 0; knows < 2; knows++) {
		struct frame_attached m = answer(0);
		const unsigned char *p;
		size_t lost;

		assert_int_equal(link_stream_init(&s), 0);
		snprintf(m.features, sizeof m.features, "%s", knows ? "output-closed,input-ahead" : "output-closed");
		assert_int_equal(link_input_add(&s.input, "0123456789", 10), 10);
		s.ahead = s.input.ended = true;
		link_input_begin(&s.input, 6);
		assert_int_equal(link_input_next(&s.input, &p, 100), 6);
		link_input_sent(&s.input, 6);
		assert_int_equal(link_stream_attached(&s, &m, &lost), 0);
		assert_int_equal(s.input.base, 0);
		assert_int_equal(s.input.sent, knows ? 6 : 0);
		assert_int_equal(link_input_next(&s.input, &p, 100), knows ? 4 : 10);
		assert_int_equal(link_input_kept(&s.input), 10);
		link_input_free(&s.input);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twice_after_a_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hole_needs_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rendering, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_session, setup, teardown),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test_setup_teardown(test_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asks_for_what_is_missing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
