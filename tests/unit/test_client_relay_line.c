/* SPDX-License-Identifier: MIT */
/* Where frames begin and end in what a relay carries, however the bytes are cut, and what it puts between (relay_line.h). */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "frame_line.h"
#include "frame_session.h"
#include "incoming.h"
#include "relay_line.h"

static unsigned char all[2 * FRAME_MAX];

static void
frames_in_any_pieces(void **state)
{
	struct frame_data data = { .channel = 0, .offset = 7, .len = 300 };
	size_t ends[3], len = 0;

	(void)state;
	len += (size_t)frame_put_data_head(FRAME_OUTPUT, &data, all, sizeof all);
	/* What looks like the frame that is looked for, inside of another one. */
	memset(all + len, FRAME_LINE_ASK, data.len);
	ends[0] = len += data.len;
	ends[1] = len += (size_t)frame_put_plain(FRAME_LINE_ASK, all + len, sizeof all - len);
	ends[2] = len += (size_t)frame_put_u64(FRAME_SERVER_PING, 1, all + len, sizeof all - len);
	for (size_t piece = 1; piece <= len; piece++) {
		struct relay_edges e = { .left = 0 };
		unsigned found = 0;

		for (size_t at = 0, n; at < len; at += n) {
			n = len - at < piece ? len - at : piece;
			if (relay_edges_follow(&e, all + at, n, FRAME_LINE_ASK)) {
				found++;
				assert_true(at < ends[1] && at + n >= ends[1]);
			}
			assert_true(relay_edges_between(&e) ==
			            (at + n == ends[0] || at + n == ends[1] || at + n == ends[2]));
		}
		assert_int_equal(found, 1);
	}
}

/* Nothing is ever put behind a length that is none, nor is anything found there. */
static void
lengths_that_are_none(void **state)
{
	static const unsigned char wrong[][FRAME_HEAD] = {
		{ 0, 0, 0, 0, FRAME_LINE_ASK }, { 0, 1, 0, 1, FRAME_LINE_ASK }, { 0xff, 0xff, 0xff, 0xff, FRAME_LINE_ASK },
	};
	static const unsigned char good[] = { 0, 0, 0, 1, FRAME_LINE_ASK };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct relay_edges e = { .left = 0 };

		assert_false(relay_edges_follow(&e, wrong[i], FRAME_HEAD, FRAME_LINE_ASK));
		assert_false(relay_edges_follow(&e, good, sizeof good, FRAME_LINE_ASK));
		assert_false(relay_edges_between(&e));
	}
}

static int
hello_with(const char *features, char said[FRAME_FEATURES_CAP])
{
	static struct frame_hello m, got;
	static unsigned char in[4096], out[4096];
	int n;

	m = (struct frame_hello){ .lowest = 1, .highest = 2, .software = "test 1" };
	snprintf(m.features, sizeof m.features, "%s", features);
	n = frame_put_hello(FRAME_HELLO, &m, in, sizeof in);
	assert_true(n > 0);
	n = relay_line_hello(in, (size_t)n, "line", out, sizeof out);
	if (n < 0)
		return n;
	assert_int_equal(frame_get_hello(FRAME_HELLO, &got, out + FRAME_HEAD, (size_t)n - FRAME_HEAD), 0);
	assert_true(got.lowest == 1 && got.highest == 2 && strcmp(got.software, "test 1") == 0);
	strcpy(said, got.features);
	return 0;
}

static void
the_clients_hello_names_the_feature(void **state)
{
	char said[FRAME_FEATURES_CAP];
	unsigned char out[64];

	(void)state;
	assert_int_equal(hello_with("", said), 0);
	assert_string_equal(said, "line");
	assert_int_equal(hello_with("input-window,redirect", said), 0);
	assert_string_equal(said, "input-window,redirect,line");
	/* No room for one more. */
	assert_true(hello_with("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", said) < 0);
	assert_true(relay_line_hello((const unsigned char *)"", 0, "line", out, sizeof out) < 0);
	assert_true(relay_line_hello((const unsigned char *)"\0\0\0\1\1", 5, "line", out, sizeof out) < 0);
}

/* Where the connection is not known, that is the answer, and the client is sent nothing. */
static void
an_answer_comes_once(void **state)
{
	unsigned char out[RELAY_LINE_MAX];
	struct frame_line m;
	int n;

	(void)state;
	unsetenv("SSH_CONNECTION");
	incoming_open(1, true);
	assert_int_equal(relay_line_answer(0, out), 0);
	assert_int_equal(relay_line_asked(true, out), 0);
	n = relay_line_answer(0, out);
	assert_true(n > FRAME_HEAD && out[FRAME_HEAD - 1] == FRAME_LINE_IS);
	assert_int_equal(frame_get_line(&m, out + FRAME_HEAD, (size_t)n - FRAME_HEAD), 0);
	assert_int_equal(m.verdict, FRAME_LINE_UNKNOWN);
	assert_int_equal(relay_line_answer(0, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_in_any_pieces),
		cmocka_unit_test(lengths_that_are_none),
		cmocka_unit_test(the_clients_hello_names_the_feature),
		cmocka_unit_test(an_answer_comes_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
