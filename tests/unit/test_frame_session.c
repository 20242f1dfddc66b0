/* SPDX-License-Identifier: MIT */
/* The messages that begin a connection: greetings, what is wanted and what there is, and the list of sessions. */
#include "frame_world.h"

#include <errno.h>

#include "frame_session.h"

static void
hello_there_and_back(void **state)
{
	struct frame_hello m = { .lowest = 1, .highest = 7, .software = "x 1\n", .features = "a,b@example.org" }, n;
	const struct frame *f;

	(void)state;
	f = back(frame_put_hello(FRAME_HELLO, &m, out, sizeof out));
	assert_int_equal(frame_get_hello(FRAME_HELLO, &n, f->body, f->len), 0);
	assert_int_equal(n.lowest, 1);
	assert_int_equal(n.highest, 7);
	assert_string_equal(n.software, "x 1");
	assert_string_equal(n.features, m.features);
	MUST_BE_WHOLE(f, frame_get_hello(FRAME_HELLO, &n, body, len));
	memset(m.boot, 9, sizeof m.boot);
	f = back(frame_put_hello(FRAME_SERVER_HELLO, &m, out, sizeof out));
	assert_int_equal(frame_get_hello(FRAME_SERVER_HELLO, &n, f->body, f->len), 0);
	assert_int_equal(n.lowest, 7);
	assert_memory_equal(n.boot, m.boot, sizeof m.boot);
	MUST_BE_WHOLE(f, frame_get_hello(FRAME_SERVER_HELLO, &n, body, len));
}

static void
a_masked_body_is_no_text(void **state)
{
	unsigned char nonce[FRAME_NONCE], body[] = "\0\0\0\x0arm -rf xyz;\n(reboot)\n", was[sizeof body];

	(void)state;
	for (size_t i = 0; i < sizeof nonce; i++)
		nonce[i] = (unsigned char)(i * 37 + 10);
	memcpy(was, body, sizeof body);
	frame_mask(body, sizeof body, nonce);
	for (size_t i = 0; i < sizeof body; i++)
		assert_true(body[i] >= 0x80);
	frame_mask(body, sizeof body, nonce);
	assert_memory_equal(body, was, sizeof body);
}

static void
features_are_found_whole(void **state)
{
	(void)state;
	assert_true(frame_has_feature("input-window", FRAME_WIDE_INPUT));
	assert_true(frame_has_feature("a,input-window,b@example.org", "input-window"));
	assert_true(frame_has_feature("a,b", "b"));
	assert_false(frame_has_feature("", "b"));
	assert_false(frame_has_feature("a,input-windows", "input-window"));
	assert_false(frame_has_feature("input-windo", "input-window"));
	assert_false(frame_has_feature("a,xb", "b"));
}

static void
versions_and_features_must_make_sense(void **state)
{
	struct frame_hello m = { .lowest = 3, .highest = 2 }, n;
	const struct frame *f = back(frame_put_hello(FRAME_HELLO, &m, out, sizeof out));

	(void)state;
	assert_int_equal(frame_get_hello(FRAME_HELLO, &n, f->body, f->len), -EBADMSG);
	m.lowest = 1;
	for (int i = 0; i < 4; i++) {
		static const char *const bad[] = { ",", "a,", "a b", "a\001" };

		strcpy(m.features, bad[i]);
		assert_int_equal(frame_put_hello(FRAME_HELLO, &m, out, sizeof out), -EMSGSIZE);
	}
	strcpy(m.features, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16");
	assert_true(frame_put_hello(FRAME_HELLO, &m, out, sizeof out) > 0);
	assert_true(frame_has_feature(m.features, "1") && frame_has_feature(m.features, "16"));
	assert_false(frame_has_feature(m.features, "17") || frame_has_feature(m.features, "") ||
	             frame_has_feature(m.features, "1,2") || frame_has_feature("", "1"));
	strcat(m.features, ",17");
	assert_int_equal(frame_put_hello(FRAME_HELLO, &m, out, sizeof out), -EMSGSIZE);
}

static struct frame_attach
attach_sample(void)
{
	struct frame_attach m = { .mode = FRAME_STREAM, .flags = FRAME_QUIET, .want = "3", .name = "n",
		                  .command = "true", .term = "xterm", .rows = 24, .cols = 65535, .xpixel = 1,
		                  .ypixel = 2, .env_count = 2, .input = 5, .output = 6, .errors = UINT64_MAX };

	m.env[0] = (struct wire_bytes){ (const unsigned char *)"A=1", 3 };
	m.env[1] = (struct wire_bytes){ (const unsigned char *)"B=", 2 };
	memset(m.stream, 1, sizeof m.stream);
	memset(m.key, 2, sizeof m.key);
	return m;
}

static void
attach_there_and_back(void **state)
{
	struct frame_attach m = attach_sample(), n;
	const struct frame *f = back(frame_put_attach(&m, out, sizeof out));

	(void)state;
	assert_int_equal(frame_get_attach(&n, f->body, f->len), 0);
	assert_int_equal(n.mode, m.mode);
	assert_int_equal(n.flags, m.flags);
	assert_string_equal(n.want, "3");
	assert_string_equal(n.name, "n");
	assert_string_equal(n.command, "true");
	assert_string_equal(n.term, "xterm");
	assert_int_equal(n.cols, 65535);
	assert_int_equal(n.env_count, 2);
	assert_memory_equal(n.env[0].data, "A=1", 3);
	assert_int_equal(n.env[1].len, 2);
	assert_memory_equal(n.stream, m.stream, FRAME_KEY);
	assert_memory_equal(n.key, m.key, FRAME_KEY);
	assert_true(n.input == 5 && n.output == 6 && n.errors == UINT64_MAX);
	MUST_BE_WHOLE(f, frame_get_attach(&n, body, len));
}

static int
attach_refused(const struct frame_attach *m)
{
	static struct frame_attach n;
	const struct frame *f = back(frame_put_attach(m, out, sizeof out));

	return frame_get_attach(&n, f->body, f->len);
}

static void
attach_is_bounded(void **state)
{
	static unsigned char big[FRAME_ENV_BYTES + 1];
	struct frame_attach m = attach_sample();

	(void)state;
	m.mode = 6;
	assert_int_equal(attach_refused(&m), -EBADMSG);
	m = attach_sample();
	m.rows = 65536;
	assert_int_equal(attach_refused(&m), -EBADMSG);
	m = attach_sample();
	m.env[1] = (struct wire_bytes){ (const unsigned char *)"=x", 2 };
	assert_int_equal(attach_refused(&m), -EBADMSG);
	m.env[1] = (struct wire_bytes){ (const unsigned char *)"x", 1 };
	assert_int_equal(attach_refused(&m), -EBADMSG);
	m.env[1] = (struct wire_bytes){ (const unsigned char *)"x=\0", 3 };
	assert_int_equal(attach_refused(&m), -EBADMSG);
	memset(big, '=', sizeof big);
	big[0] = 'x';
	m.env[1] = (struct wire_bytes){ big, FRAME_ENV_BYTES - 3 };
	assert_int_equal(attach_refused(&m), 0);
	m.env[1].len++;
	assert_int_equal(frame_put_attach(&m, out, sizeof out), -EMSGSIZE);
	m.env_count = FRAME_ENV_COUNT + 1;
	assert_int_equal(frame_put_attach(&m, out, sizeof out), -EMSGSIZE);
}

static void
attached_there_and_back(void **state)
{
	struct frame_attached m = { .version = 1, .id = 7, .name = "n", .kind = FRAME_COMMAND, .is_new = true,
		                    .input = 1, .window = FRAME_INPUT_WINDOW_MAX, .output = 2, .errors = 3,
		                    .rows = 24, .cols = 80 }, n;
	const struct frame *f = back(frame_put_attached(&m, out, sizeof out));

	(void)state;
	assert_int_equal(frame_get_attached(&n, f->body, f->len), 0);
	assert_true(n.is_new && !n.known && n.kind == FRAME_COMMAND && n.window == FRAME_INPUT_WINDOW_MAX);
	assert_true(n.input == 1 && n.output == 2 && n.errors == 3 && n.rows == 24 && n.cols == 80);
	MUST_BE_WHOLE(f, frame_get_attached(&n, body, len));
	m.window++;
	f = back(frame_put_attached(&m, out, sizeof out));
	assert_int_equal(frame_get_attached(&n, f->body, f->len), -EBADMSG);
	m.window = 0;
	m.kind = 3;
	f = back(frame_put_attached(&m, out, sizeof out));
	assert_int_equal(frame_get_attached(&n, f->body, f->len), -EBADMSG);
}

static void
list_there_and_back(void **state)
{
	static struct frame_session v[FRAME_LIST_MAX + 1], w[FRAME_LIST_MAX];
	const struct frame *f;

	(void)state;
	for (int i = 0; i <= (int)FRAME_LIST_MAX; i++) {
		v[i].id = (uint32_t)i;
		/* the longest that there are, so that the largest list is tried */
		memset(v[i].name, 'n', sizeof v[i].name - 1);
		memset(v[i].program, 'p', sizeof v[i].program - 1);
		memset(v[i].address, 'a', sizeof v[i].address - 1);
		v[i].same_identity = i & 1;
	}
	strcpy(v[1].program, "evil\033[2J\302\233x");
	assert_int_equal(frame_put_list(v, FRAME_LIST_MAX + 1, out, sizeof out), -EMSGSIZE);
	f = back(frame_put_list(v, FRAME_LIST_MAX, out, sizeof out));
	assert_int_equal(frame_get_list(w, FRAME_LIST_MAX, f->body, f->len), FRAME_LIST_MAX);
	assert_int_equal(w[199].id, 199);
	assert_string_equal(w[1].program, "evil[2Jx");
	assert_true(w[1].same_identity && !w[2].same_identity);
	assert_int_equal(frame_get_list(w, 3, f->body, f->len), 3);
	assert_int_equal(frame_get_list(w, 3, f->body, f->len - 1), -EBADMSG);
	f = back(frame_put_list(v, 2, out, sizeof out));
	MUST_BE_WHOLE(f, frame_get_list(w, 2, body, len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hello_there_and_back, empty_reader),
		cmocka_unit_test(a_masked_body_is_no_text),
		cmocka_unit_test(features_are_found_whole),
		cmocka_unit_test_setup(versions_and_features_must_make_sense, empty_reader),
		cmocka_unit_test_setup(attach_there_and_back, empty_reader),
		cmocka_unit_test_setup(attach_is_bounded, empty_reader),
		cmocka_unit_test_setup(attached_there_and_back, empty_reader),
		cmocka_unit_test_setup(list_there_and_back, empty_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
