/* SPDX-License-Identifier: MIT */
/* Frames: how they lie in a stream, what comes before the first, and the messages while a client is attached. */
#include "frame_world.h"

#include <errno.h>
#include <stdio.h>

#include "frame_ahead.h"
#include "frame_line.h"
#include "frame_session.h"
#include "frame_tty.h"

static void
a_frame_has_length_and_type(void **state)
{
	static const unsigned char wanted[] = { 0, 0, 0, 9, 13, 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_int_equal(frame_put_u64(FRAME_PING, 0x0102030405060708, out, sizeof out), sizeof wanted);
	assert_memory_equal(out, wanted, sizeof wanted);
	assert_int_equal(frame_put_u64(FRAME_PING, 1, out, sizeof wanted - 1), -EMSGSIZE);
}

static void
frames_come_in_any_pieces(void **state)
{
	unsigned char stream[64];
	struct frame f;
	int len = frame_put_u64(FRAME_PING, 1, stream, sizeof stream), found;

	(void)state;
	len += frame_put_plain(FRAME_DETACH, stream + len, sizeof stream - (size_t)len);
	len += frame_put_u64(FRAME_PONG, 2, stream + len, sizeof stream - (size_t)len);
	for (int piece = 1; piece <= len; piece++) {
		static const uint8_t wanted[] = { FRAME_PING, FRAME_DETACH, FRAME_PONG };

		found = 0;
		for (int at = 0; at < len; at += piece) {
			fill(stream + at, (size_t)(piece < len - at ? piece : len - at));
			while (frame_next(&reader, &f) == 1)
				assert_int_equal(f.type, wanted[found++]);
		}
		assert_int_equal(found, 3);
		assert_false(frame_pending(&reader));
	}
}

static void
the_longest_frame_fits(void **state)
{
	unsigned char *long_one = calloc(1, FRAME_MAX + 4);
	struct frame f;

	(void)state;
	assert_non_null(long_one);
	long_one[1] = 1; /* 65536 */
	fill(long_one, 10);
	assert_int_equal(frame_next(&reader, &f), 0);
	fill(long_one + 10, FRAME_MAX + 4 - 10);
	assert_int_equal(frame_next(&reader, &f), 1);
	assert_int_equal(f.len, FRAME_MAX - 1);
	free(long_one);
}

static void
bad_lengths_are_refused(void **state)
{
	static const unsigned char zero[5] = { 0, 0, 0, 0, 1 }, much[5] = { 0, 1, 0, 1, 1 },
	                           more[5] = { 255, 255, 255, 255, 1 };
	struct frame f;

	fill(zero, 5);
	assert_int_equal(frame_next(&reader, &f), -EBADMSG);
	empty_reader(state);
	fill(much, 5);
	assert_int_equal(frame_next(&reader, &f), -EBADMSG);
	empty_reader(state);
	fill(more, 4);
	assert_int_equal(frame_next(&reader, &f), -EBADMSG);
}

static void
make_preamble(unsigned char p[FRAME_PREAMBLE])
{
	memcpy(p, frame_magic, sizeof frame_magic);
	for (int i = 0; i < FRAME_NONCE; i++)
		p[8 + i] = (unsigned char)(i ? 100 + i : 0); /* a NUL, as the first byte of the magic is */
}

static void
the_preamble_is_found_behind_anything(void **state)
{
	static const char before[] = "Welcome\r\n\033[1mto\0HLDFST\1 this host\n";
	unsigned char stream[128], preamble[FRAME_PREAMBLE];
	size_t len = sizeof before - 1;
	struct frame f;

	(void)state;
	make_preamble(preamble);
	memcpy(stream, before, len);
	memcpy(stream + len, preamble, FRAME_PREAMBLE);
	len += FRAME_PREAMBLE;
	len += (size_t)frame_put_plain(FRAME_LIST, stream + len, 16);
	for (size_t piece = 1; piece <= len; piece++) {
		char line[64] = { 0 };
		size_t seen = 0;
		int rc = 0;

		for (size_t at = 0; at < len; at += piece) {
			fill(stream + at, piece < len - at ? piece : len - at);
			if (!rc)
				rc = frame_find_preamble(&reader, preamble, &seen, line, sizeof line);
		}
		assert_int_equal(rc, 1);
		assert_int_equal(seen, sizeof before - 1);
		assert_string_equal(line, "[1mtoHLDFST this host");
		assert_int_equal(frame_next(&reader, &f), 1);
		assert_int_equal(f.type, FRAME_LIST);
		assert_false(frame_pending(&reader));
	}
}

static void
garbage_has_an_end(void **state)
{
	unsigned char preamble[FRAME_PREAMBLE], much[1000];
	char line[16] = { 0 };
	size_t seen = 0, rounds = 0;

	(void)state;
	make_preamble(preamble);
	memset(much, 'x', sizeof much);
	do
		fill(much, sizeof much);
	while (frame_find_preamble(&reader, preamble, &seen, line, sizeof line) == 0 && ++rounds < 1000);
	assert_int_equal(rounds, FRAME_GARBAGE_MAX / 1000);
	assert_string_equal(line, "xxxxxxxxxxxxxx");
}

static void
data_there_and_back(void **state)
{
	static unsigned char data[FRAME_MAX];
	static const uint8_t types[] = { FRAME_INPUT, FRAME_OUTPUT, FRAME_RENDERING };
	struct frame_data m = { .channel = 1, .offset = 77, .data = data, .len = 5 }, n;

	(void)state;
	for (int i = 0; i < 3; i++) {
		int head = frame_put_data_head(types[i], &m, out, sizeof out);
		const struct frame *f;

		assert_true(head <= FRAME_DATA_HEAD);
		memcpy(out + head, "hello", 5);
		f = back(head + 5);
		assert_int_equal(frame_get_data(types[i], &n, f->body, f->len), 0);
		assert_int_equal(n.channel, i ? 1 : 0);
		assert_int_equal(n.offset, 77);
		assert_int_equal(n.len, 5);
		assert_memory_equal(n.data, "hello", 5);
		assert_int_equal(frame_get_data(types[i], &n, f->body, 7), -EBADMSG);
	}
	m.len = FRAME_MAX - 9;
	assert_int_equal(frame_put_data_head(FRAME_INPUT, &m, out, sizeof out), 13);
	m.len++;
	assert_int_equal(frame_put_data_head(FRAME_INPUT, &m, out, sizeof out), -EMSGSIZE);
	m.len = SIZE_MAX;
	assert_int_equal(frame_put_data_head(FRAME_INPUT, &m, out, sizeof out), -EMSGSIZE);
}

static void
offsets_do_not_wrap(void **state)
{
	static const unsigned char body[] = { 1, 255, 255, 255, 255, 255, 255, 255, 255, 'x' };
	struct frame_data m;

	(void)state;
	assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, body, sizeof body), -EBADMSG);
	assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, body, sizeof body - 1), 0);
	assert_int_equal(frame_get_data(FRAME_INPUT, &m, body + 1, sizeof body - 1), -EBADMSG);
}

static void
small_ones_there_and_back(void **state)
{
	struct frame_size size = { 1, 2, 3, 4 }, size2;
	struct frame_gap gap = { 1, 5, 9 }, gap2;
	struct frame_input_ack ia = { 6, 7 }, ia2;
	struct frame_exit e = { true, 9, "KILL" }, e2;
	const struct frame *f;
	uint64_t u, offset;
	uint8_t b;

	(void)state;
	f = back(frame_put_u64(FRAME_INPUT_END, UINT64_MAX, out, sizeof out));
	assert_int_equal(frame_get_u64(&u, f->body, f->len), 0);
	assert_true(u == UINT64_MAX);
	MUST_BE_WHOLE(f, frame_get_u64(&u, body, len));
	f = back(frame_put_ack(1, 8, out, sizeof out));
	assert_int_equal(frame_get_ack(&b, &offset, f->body, f->len), 0);
	assert_true(b == 1 && offset == 8);
	MUST_BE_WHOLE(f, frame_get_ack(&b, &offset, body, len));
	f = back(frame_put_ack(2, 8, out, sizeof out));
	assert_int_equal(frame_get_ack(&b, &offset, f->body, f->len), -EBADMSG);
	f = back(frame_put_size(FRAME_SIZE, &size, out, sizeof out));
	assert_int_equal(frame_get_size(FRAME_SIZE, &size2, f->body, f->len), 0);
	assert_memory_equal(&size, &size2, sizeof size);
	MUST_BE_WHOLE(f, frame_get_size(FRAME_SIZE, &size2, body, len));
	f = back(frame_put_size(FRAME_SIZE_IS, &size, out, sizeof out));
	assert_int_equal(frame_get_size(FRAME_SIZE_IS, &size2, f->body, f->len), 0);
	assert_int_equal(size2.xpixel, 0);
	MUST_BE_WHOLE(f, frame_get_size(FRAME_SIZE_IS, &size2, body, len));
	f = back(frame_put_redraw(2, out, sizeof out));
	assert_int_equal(frame_get_redraw(&b, f->body, f->len), 0);
	MUST_BE_WHOLE(f, frame_get_redraw(&b, body, len));
	f = back(frame_put_redraw(3, out, sizeof out));
	assert_int_equal(frame_get_redraw(&b, f->body, f->len), -EBADMSG);
	f = back(frame_put_channel(1, out, sizeof out));
	assert_int_equal(frame_get_channel(&b, f->body, f->len), 0);
	assert_int_equal(b, 1);
	MUST_BE_WHOLE(f, frame_get_channel(&b, body, len));
	f = back(frame_put_gap(&gap, out, sizeof out));
	assert_int_equal(frame_get_gap(&gap2, f->body, f->len), 0);
	assert_true(gap2.channel == 1 && gap2.from == 5 && gap2.to == 9);
	MUST_BE_WHOLE(f, frame_get_gap(&gap2, body, len));
	gap.from = 10;
	f = back(frame_put_gap(&gap, out, sizeof out));
	assert_int_equal(frame_get_gap(&gap2, f->body, f->len), -EBADMSG);
	f = back(frame_put_input_ack(&ia, out, sizeof out));
	assert_int_equal(frame_get_input_ack(&ia2, f->body, f->len), 0);
	assert_true(ia2.offset == 6 && ia2.window == 7);
	MUST_BE_WHOLE(f, frame_get_input_ack(&ia2, body, len));
	f = back(frame_put_exit(&e, out, sizeof out));
	assert_int_equal(frame_get_exit(&e2, f->body, f->len), 0);
	assert_true(e2.signaled && e2.value == 9);
	assert_string_equal(e2.signal, "KILL");
	MUST_BE_WHOLE(f, frame_get_exit(&e2, body, len));
}

static void
texts_are_cleaned(void **state)
{
	struct frame_text m = { .code = 3, .text = "a\033]0;x\a\302\205b\177\302\001\233c \303\244" }, n;
	const struct frame *f = back(frame_put_text(FRAME_ERROR, &m, out, sizeof out));

	(void)state;
	assert_int_equal(frame_get_text(FRAME_ERROR, &n, f->body, f->len), 0);
	assert_int_equal(n.code, 3);
	assert_string_equal(n.text, "a]0;xbc \303\244");
	MUST_BE_WHOLE(f, frame_get_text(FRAME_ERROR, &n, body, len));
	/* and by the receiver again */
	memcpy(out, "\0\0\0\010\116\0\0\0\003a\033b", 12);
	f = back(12);
	assert_int_equal(frame_get_text(FRAME_NOTICE, &n, f->body, f->len), 0);
	assert_string_equal(n.text, "ab");
	memset(m.text, 'x', sizeof m.text);
	m.text[TEXT_CAP - 1] = '\0';
	f = back(frame_put_text(FRAME_NAME, &m, out, sizeof out));
	assert_int_equal(frame_get_text(FRAME_NAME, &n, f->body, f->len), 0);
	assert_int_equal(strlen(n.text), TEXT_CAP - 1);
}

static void
a_watch_asks_for_all_or_modes_or_nothing(void **state)
{
	static const unsigned char three[] = { 3 };
	const struct frame *f;
	enum frame_watch what;

	(void)state;
	for (unsigned want = FRAME_WATCH_NOT; want <= FRAME_WATCH_MODES; want++) {
		f = back(frame_put_watch(want, out, sizeof out));
		assert_int_equal(f->type, FRAME_WATCH);
		assert_int_equal(frame_get_watch(&what, f->body, f->len), 0);
		assert_int_equal(what, want);
		MUST_BE_WHOLE(f, frame_get_watch(&what, body, len));
	}
	assert_int_equal(frame_get_watch(&what, three, 1), -EBADMSG);
}

static void
a_line_is_alive_dead_or_unknown(void **state)
{
	static const unsigned char none[] = { 0, 0, 0, 0, 1 }, four[] = { 4, 0, 0, 0, 1 };
	const struct frame *f;
	struct frame_line m, got;

	(void)state;
	for (unsigned verdict = FRAME_LINE_ALIVE; verdict <= FRAME_LINE_UNKNOWN; verdict++) {
		m = (struct frame_line){ (uint8_t)verdict, verdict == FRAME_LINE_DEAD ? UINT32_MAX : 30000 };
		f = back(frame_put_line(&m, out, sizeof out));
		assert_int_equal(f->type, FRAME_LINE_IS);
		assert_int_equal(frame_get_line(&got, f->body, f->len), 0);
		assert_true(got.verdict == m.verdict && got.ago_ms == m.ago_ms);
		MUST_BE_WHOLE(f, frame_get_line(&got, body, len));
	}
	assert_int_equal(frame_get_line(&got, none, sizeof none), -EBADMSG);
	assert_int_equal(frame_get_line(&got, four, sizeof four), -EBADMSG);
}

static void
input_ahead_there_and_back(void **state)
{
	struct frame_input_ahead m = { .mask = "0123456789abcdef", .last = 1, .offset = 1u << 30, .len = 5 }, n;
	unsigned char text[] = "ls -l", *data;
	int len = frame_put_input_ahead_head(&m, out, sizeof out);
	const struct frame *f;

	(void)state;
	assert_int_equal(len, FRAME_INPUT_AHEAD_HEAD);
	data = out + len;
	memcpy(data, text, 5);
	frame_mask(data, 5, m.mask);
	for (int i = 0; i < 5; i++)
		assert_true(data[i] >= 0x80); /* no program takes it for a line */
	f = back(len + 5);
	assert_int_equal(f->type, FRAME_INPUT_AHEAD);
	assert_int_equal(frame_get_input_ahead(&n, f->body, f->len), 0);
	assert_true(n.last == 1 && n.offset == m.offset && n.len == 5);
	memcpy(text, n.data, 5);
	frame_mask(text, 5, n.mask);
	assert_string_equal((char *)text, "ls -l");
	for (size_t cut = 0; cut < FRAME_INPUT_AHEAD_HEAD - FRAME_HEAD; cut++)
		assert_int_equal(frame_get_input_ahead(&n, f->body, cut), -EBADMSG);
	out[FRAME_HEAD + FRAME_NONCE] = 2;
	assert_int_equal(frame_get_input_ahead(&n, out + FRAME_HEAD, f->len), -EBADMSG);
	out[FRAME_HEAD + FRAME_NONCE] = 0;
	memset(out + FRAME_HEAD + FRAME_NONCE + 1, 255, 8); /* its end would be no number */
	assert_int_equal(frame_get_input_ahead(&n, out + FRAME_HEAD, f->len), -EBADMSG);
}

/* Where in the body of a TTY the lengths of its strings are. */
#define AT_CC_LEN (8 + 4 + 3)
#define AT_PROGRAM (8 + 4 + 4 + FRAME_TTY_CC + 4)

static void
a_terminal_there_and_back(void **state)
{
	struct frame_tty m = { .output = UINT64_MAX, .modes = UINT32_MAX, .cc = { 3, [FRAME_TTY_VSTOP] = 255 },
		               .front = 7, .program = "v\033[2Ji\302\205m" }, n;
	const struct frame *f = back(frame_put_tty(&m, out, sizeof out));
	unsigned char copy[FRAME_HEAD + AT_PROGRAM + 4 + 64];

	(void)state;
	assert_int_equal(f->type, FRAME_TTY);
	assert_int_equal(frame_get_tty(&n, f->body, f->len), 0);
	assert_true(n.output == m.output && n.modes == m.modes && n.front == 7);
	assert_memory_equal(n.cc, m.cc, FRAME_TTY_CC);
	assert_string_equal(n.program, "v[2Jim");
	MUST_BE_WHOLE(f, frame_get_tty(&n, body, len));
	/* A number of control characters that is another; a name that is too long, or not clean. */
	memcpy(copy, f->body, f->len);
	copy[AT_CC_LEN]--;
	assert_int_equal(frame_get_tty(&n, copy, f->len - 1), -EBADMSG);
	copy[AT_CC_LEN] += 2;
	assert_int_equal(frame_get_tty(&n, copy, f->len + 1), -EBADMSG);
	copy[AT_CC_LEN]--;
	memset(copy + AT_PROGRAM + 4, 1, 64);
	copy[AT_PROGRAM + 3] = NAME_CAP;
	assert_int_equal(frame_get_tty(&n, copy, AT_PROGRAM + 4 + NAME_CAP), -EBADMSG);
	copy[AT_PROGRAM + 3] = NAME_CAP - 1;
	assert_int_equal(frame_get_tty(&n, copy, AT_PROGRAM + 4 + NAME_CAP - 1), 0);
	assert_string_equal(n.program, "");
}

static void
taken_there_and_back(void **state)
{
	struct frame_taken m = { .input = 5, .output = UINT64_MAX }, n;
	const struct frame *f;

	(void)state;
	for (int certain = 0; certain < 2; certain++) {
		m.certain = certain;
		f = back(frame_put_taken(&m, out, sizeof out));
		assert_int_equal(f->type, FRAME_TAKEN);
		assert_int_equal(frame_get_taken(&n, f->body, f->len), 0);
		assert_true(n.input == 5 && n.output == UINT64_MAX && n.certain == (certain == 1));
		MUST_BE_WHOLE(f, frame_get_taken(&n, body, len));
	}
	out[FRAME_HEAD + 16] = 2;
	assert_int_equal(frame_get_taken(&n, out + FRAME_HEAD, 17), -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_frame_has_length_and_type, empty_reader),
		cmocka_unit_test_setup(frames_come_in_any_pieces, empty_reader),
		cmocka_unit_test_setup(the_longest_frame_fits, empty_reader),
		cmocka_unit_test_setup(bad_lengths_are_refused, empty_reader),
		cmocka_unit_test_setup(the_preamble_is_found_behind_anything, empty_reader),
		cmocka_unit_test_setup(garbage_has_an_end, empty_reader),
		cmocka_unit_test_setup(data_there_and_back, empty_reader),
		cmocka_unit_test_setup(offsets_do_not_wrap, empty_reader),
		cmocka_unit_test_setup(small_ones_there_and_back, empty_reader),
		cmocka_unit_test_setup(texts_are_cleaned, empty_reader),
		cmocka_unit_test_setup(a_line_is_alive_dead_or_unknown, empty_reader),
		cmocka_unit_test_setup(input_ahead_there_and_back, empty_reader),
		cmocka_unit_test_setup(a_watch_asks_for_all_or_modes_or_nothing, empty_reader),
		cmocka_unit_test_setup(a_terminal_there_and_back, empty_reader),
		cmocka_unit_test_setup(taken_there_and_back, empty_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
