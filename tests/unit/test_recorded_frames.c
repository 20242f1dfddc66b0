/* SPDX-License-Identifier: MIT */
/* The frames of docs/PROTOCOL.md (frame.h), against the recordings in wire/frames; see recordings.h. */
#include "recordings.h"

#include "frame.h"
#include "frame_line.h"
#include "frame_script.h"
#include "frame_session.h"
#include "frame_tty.h"

#define BYTES(n) { (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, [15] = 0xfe }
#define MOST_KEY { [0 ... FRAME_KEY - 1] = 0xff }
#define LONG(c, cap) { [0 ... (cap) - 2] = (c) }
#define STRING(s) { (const unsigned char *)(s), sizeof(s) - 1 }

RECORDED_FLAT(hello, struct frame_hello, boot, frame_put_hello(type, m, out, cap),
              frame_get_hello(type, &got, buf, len));
RECORDED_FLAT(attached, struct frame_attached, cols, frame_put_attached(m, out, cap),
              frame_get_attached(&got, buf, len));
RECORDED_FLAT(size, struct frame_size, ypixel, frame_put_size(type, m, out, cap),
              frame_get_size(type, &got, buf, len));
RECORDED_FLAT(gap, struct frame_gap, to, frame_put_gap(m, out, cap), frame_get_gap(&got, buf, len));
RECORDED_FLAT(input_ack, struct frame_input_ack, window, frame_put_input_ack(m, out, cap),
              frame_get_input_ack(&got, buf, len));
RECORDED_FLAT(ended, struct frame_exit, signal, frame_put_exit(m, out, cap), frame_get_exit(&got, buf, len));
RECORDED_FLAT(text, struct frame_text, text, frame_put_text(type, m, out, cap),
              frame_get_text(type, &got, buf, len));

struct one_number { uint64_t v; };
struct one_ack { uint64_t offset; uint8_t channel; };
struct one_byte { uint8_t v; };
struct one_watch { enum frame_watch what; };

RECORDED_FLAT(number, struct one_number, v, frame_put_u64(type, m->v, out, cap), frame_get_u64(&got.v, buf, len));
RECORDED_FLAT(ack, struct one_ack, channel, frame_put_ack(m->channel, m->offset, out, cap),
              frame_get_ack(&got.channel, &got.offset, buf, len));
RECORDED_FLAT(channel, struct one_byte, v, frame_put_channel(m->v, out, cap), frame_get_channel(&got.v, buf, len));
RECORDED_FLAT(tty, struct frame_tty, program, frame_put_tty(m, out, cap), frame_get_tty(&got, buf, len));
RECORDED_FLAT(taken, struct frame_taken, certain, frame_put_taken(m, out, cap), frame_get_taken(&got, buf, len));
RECORDED_FLAT(watch, struct one_watch, what, frame_put_watch(m->what, out, cap), frame_get_watch(&got.what, buf, len));
RECORDED_FLAT(line_is, struct frame_line, ago_ms, frame_put_line(m, out, cap), frame_get_line(&got, buf, len));
RECORDED_FLAT(script_end, struct frame_script_end, text, frame_put_script_end(m, out, cap),
              frame_get_script_end(&got, buf, len));
RECORDED_FLAT(redraw, struct one_byte, v, frame_put_redraw(m->v, out, cap), frame_get_redraw(&got.v, buf, len));

static int
plain_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)m;
	return frame_put_plain(type, out, cap);
}

/* These frames have no decoder; receivers check that the body is empty. */
static int
plain_decode(const void *m, uint8_t type, const void *buf, size_t len)
{
	(void)m, (void)type, (void)buf;
	return len ? -EBADMSG : 0;
}

static int
data_encode(const void *p, uint8_t type, unsigned char *out, size_t cap)
{
	const struct frame_data *m = p;
	int head = frame_put_data_head(type, m, out, cap);

	if (head < 0 || (size_t)head + m->len > cap)
		return -EMSGSIZE;
	if (m->len)
		memcpy(out + head, m->data, m->len);
	return head + (int)m->len;
}

static int
data_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	const struct frame_data *m = p;
	struct frame_data got;
	int rc = frame_get_data(type, &got, buf, len);

	if (m && !rc) {
		assert_true(got.channel == m->channel && got.offset == m->offset && got.len == m->len);
		assert_true(got.data + got.len == (const unsigned char *)buf + len);
		assert_true(!got.len || memcmp(got.data, m->data, got.len) == 0);
	}
	return rc;
}

static int
script_data_encode(const void *p, uint8_t type, unsigned char *out, size_t cap)
{
	const struct frame_script_data *m = p;
	int head = frame_put_script_head(type, m, out, cap);

	if (head < 0 || (size_t)head + m->len > cap)
		return -EMSGSIZE;
	if (m->len)
		memcpy(out + head, m->data, m->len);
	return head + (int)m->len;
}

static int
script_data_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	const struct frame_script_data *m = p;
	struct frame_script_data got;
	int rc = frame_get_script_data(type, &got, buf, len);

	if (m && !rc) {
		assert_true(got.channel == m->channel && got.len == m->len);
		assert_true(!got.len || memcmp(got.data, m->data, got.len) == 0);
	}
	return rc;
}

static int
script_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return frame_put_script(m, out, cap);
}

static int
script_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct frame_script got;
	const struct frame_script *m = p;
	int rc = frame_get_script(&got, buf, len);

	(void)type;
	if (!m || rc)
		return rc;
	assert_int_equal(got.count, m->count);
	for (uint32_t i = 0; i < m->count; i++) {
		assert_int_equal(got.word[i].len, m->word[i].len);
		assert_true(!got.word[i].len || memcmp(got.word[i].data, m->word[i].data, got.word[i].len) == 0);
	}
	return 0;
}

static int
attach_encode(const void *m, uint8_t type, unsigned char *out, size_t cap)
{
	(void)type;
	return frame_put_attach(m, out, cap);
}

static int
attach_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct frame_attach got;
	const struct frame_attach *m = p;
	int rc = frame_get_attach(&got, buf, len);

	(void)type;
	if (!m || rc)
		return rc;
	assert_memory_equal(&got, m, offsetof(struct frame_attach, env));
	for (uint32_t i = 0; i < m->env_count; i++) {
		assert_int_equal(got.env[i].len, m->env[i].len);
		assert_memory_equal(got.env[i].data, m->env[i].data, m->env[i].len);
	}
	assert_memory_equal(got.stream, m->stream, FRAME_KEY);
	assert_memory_equal(got.key, m->key, FRAME_KEY);
	assert_true(got.input == m->input && got.output == m->output && got.errors == m->errors);
	return 0;
}

struct sessions {
	const struct frame_session *v;
	size_t count;
};

static int
list_encode(const void *p, uint8_t type, unsigned char *out, size_t cap)
{
	const struct sessions *m = p;

	(void)type;
	return frame_put_list(m->v, m->count, out, cap);
}

static int
list_decode(const void *p, uint8_t type, const void *buf, size_t len)
{
	static struct frame_session got[FRAME_LIST_MAX];
	const struct sessions *m = p;
	int n = frame_get_list(got, FRAME_LIST_MAX, buf, len);

	(void)type;
	if (m && n >= 0) {
		assert_int_equal(n, m->count);
		assert_memory_equal(got, m->v, m->count * sizeof *m->v);
	}
	return n < 0 ? n : 0;
}

/* Static, so that all padding is zero, as after a decoder. */
static const struct frame_hello
	hello = { 1, 0x01020304, "holdfast 0.9", "a,b@example.org", { 0 } },
	hello_min = { .lowest = 1, .highest = 1 },
	hello_max = { UINT32_MAX, UINT32_MAX, LONG('s', TEXT_CAP), "", { 0 } },
	server_hello = { 0x01020304, 0x01020304, "holdfastd 0.9", "a,b@example.org", BYTES(0x30) },
	server_hello_max = { UINT32_MAX, UINT32_MAX, LONG('s', TEXT_CAP), "", MOST_KEY };
static struct frame_hello hello_most; /* features */
static const struct frame_attach
	attach = { FRAME_STREAM, FRAME_QUIET | FRAME_PIPES, "3", "build", "make 'all of it'", "xterm", 24, 80, 0x0102,
	           0x0304, 2, { STRING("LANG=C.UTF-8"), STRING("EMPTY=") }, BYTES(0x30), BYTES(0x40), 0x5152535455565758,
	           0x6162636465666768, 0x7172737475767778 },
	attach_min = { .mode = FRAME_AUTO };
static struct frame_attach attach_max = {
	FRAME_STREAM, UINT32_MAX, LONG('w', NAME_CAP), LONG('n', NAME_CAP), LONG('c', FRAME_COMMAND_MAX + 1),
	LONG('t', TERM_CAP), UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, FRAME_ENV_COUNT, { { NULL, 0 } }, MOST_KEY,
	MOST_KEY, UINT64_MAX, UINT64_MAX, UINT64_MAX };
static const struct frame_attached
	attached = { 0x01020304, "a,b@example.org", 0x11121314, "build", BYTES(0x30), FRAME_COMMAND, true, true,
	             0x4142434445464748, 0x7172, 0x5152535455565758, 0x6162636465666768, 24, 80 },
	attached_min = { .kind = FRAME_TERMINAL };
static struct frame_attached attached_max = {
	UINT32_MAX, "", UINT32_MAX, LONG('n', NAME_CAP), MOST_KEY, FRAME_COMMAND, true, true, UINT64_MAX,
	FRAME_INPUT_WINDOW, UINT64_MAX, UINT64_MAX, UINT16_MAX, UINT16_MAX };
static const struct frame_session some[2] = {
	{ 0x01020304, "build", 4, 2, 0x11121314, 24, 80, 0x2122232425262728, 0x3132333435363738, 0x4142434445464748,
	  0x5152535455565758, true, "vim", "192.0.2.1" } };
static struct frame_session most[FRAME_LIST_MAX];
static const struct sessions list = { some, 2 }, list_min = { NULL, 0 }, list_max = { most, FRAME_LIST_MAX };
static const unsigned char bytes[FRAME_MAX] = "ls -l\r";
static const struct frame_data
	data = { 1, 0x0102030405060708, bytes, 6 }, data_min = { 0, 0, bytes, 0 },
	output_max = { 1, UINT64_MAX - (FRAME_MAX - 10), bytes, FRAME_MAX - 10 },
	input = { 0, 0x0102030405060708, bytes, 6 },
	input_max = { 0, UINT64_MAX - (FRAME_MAX - 9), bytes, FRAME_MAX - 9 },
	rendering_max = { 255, UINT64_MAX - (FRAME_MAX - 10), bytes, FRAME_MAX - 10 };
static const struct one_number number = { 0x0102030405060708 }, number_min, number_max = { UINT64_MAX };
static const struct one_ack ack = { 0x0102030405060708, 1 }, ack_min, ack_max = { UINT64_MAX, 1 };
static const struct one_byte channel_0 = { 0 }, channel_1 = { 1 };
static const struct one_byte redraw = { FRAME_REDRAW_SCREEN }, redraw_all = { FRAME_REDRAW_ALL };
static const struct frame_line line_is = { FRAME_LINE_DEAD, 30000 }, line_is_min = { FRAME_LINE_ALIVE, 0 };
static const struct frame_line line_is_max = { FRAME_LINE_UNKNOWN, UINT32_MAX };
static const struct one_watch watch_on = { FRAME_WATCH_ALL }, watch_off = { FRAME_WATCH_NOT };
static const struct frame_tty tty = { 0x0102030405060708, 0x11121314, { 3, 28, 127, 21, 4, [12] = 19 }, 0x21222324,
                                      "vim \xc3\xa9" },
                              tty_min,
                              tty_max = { UINT64_MAX, UINT32_MAX, { [0 ... FRAME_TTY_CC - 1] = 255 }, UINT32_MAX,
                                          LONG('p', NAME_CAP) };
static const struct frame_taken taken = { 0x0102030405060708, 0x1112131415161718, true }, taken_min,
                                taken_max = { UINT64_MAX, UINT64_MAX, true };
static const struct frame_script script = { 4, { STRING("send"), STRING("--"), STRING("work"), STRING("make \xc3\xa9\n") } },
                                 script_min = { 1, { STRING("") } };
static struct frame_script script_max = { .count = FRAME_SCRIPT_WORDS };
static const struct frame_script_data script_input = { 0, bytes, 6 }, script_output = { 1, bytes, 6 },
                                      script_no_data = { 0, bytes, 0 };
static const struct frame_script_end script_end = { 3, "a line \xc3\xa9" }, script_end_min,
                                     script_end_max = { 255, LONG('t', TEXT_CAP) };
static const struct frame_size size = { 24, 80, 640, 480 }, size_min, size_max = { 65535, 65535, 65535, 65535 },
                               size_is = { 24, 80, 0, 0 }, size_is_max = { 65535, 65535, 0, 0 };
static const struct frame_gap gap = { 1, 0x0102030405060708, 0x1112131415161718 }, gap_min,
                              gap_max = { 1, UINT64_MAX, UINT64_MAX };
static const struct frame_input_ack input_ack = { 0x0102030405060708, 0x1112 }, input_ack_min,
                                    input_ack_max = { UINT64_MAX, FRAME_INPUT_WINDOW };
static const struct frame_exit ended = { true, 9, "KILL" }, ended_min, ended_max = { true, UINT32_MAX, LONG('s', 32) };
static const struct frame_text text = { 0x01020304, "a line \xc3\xa9" }, text_min,
                               text_max = { UINT32_MAX, LONG('t', TEXT_CAP) }, line = { 0, "a line \xc3\xa9" },
                               line_min, line_max = { 0, LONG('t', TEXT_CAP) };

static void
fill(void)
{
	static char features[FRAME_FEATURES_CAP], variables[FRAME_ENV_COUNT][FRAME_ENV_BYTES / FRAME_ENV_COUNT];

	for (int i = 0; i < 16; i++) {
		memset(features + i * 65, 'a' + i, 64);
		features[i * 65 + 64] = i < 15 ? ',' : '\0';
	}
	hello_most = hello_max;
	strcpy(hello_most.features, features);
	strcpy(attached_max.features, features);
	for (int i = 0; i < FRAME_ENV_COUNT; i++) {
		memset(variables[i], 'v', sizeof variables[i]);
		variables[i][1] = '=';
		attach_max.env[i] = (struct wire_bytes){ (const unsigned char *)variables[i], sizeof variables[i] };
	}
	for (unsigned i = 0; i < FRAME_SCRIPT_WORDS; i++)
		script_max.word[i] = (struct wire_bytes){ (const unsigned char *)variables[0], sizeof variables[0] };
	for (size_t i = 0; i < FRAME_LIST_MAX; i++) {
		struct frame_session *s = &most[i];

		s->id = s->state = s->kind = s->attachments = s->rows = s->cols = UINT32_MAX;
		s->created_ms = s->changed_ms = s->activity_ms = s->away_bytes = UINT64_MAX;
		s->same_identity = true;
		memset(s->name, 'n', NAME_CAP - 1);
		memset(s->program, 'p', NAME_CAP - 1);
		memset(s->address, 'a', ADDRESS_CAP - 1);
	}
}

#define ONE(text, number, of, message, ...) \
	{ .name = text, .type = number, .m = message, .encode = of##_encode, .decode = of##_decode, \
	  .head = FRAME_HEAD, __VA_ARGS__ }
#define NAMED(text, number, of, values, ...) \
	ONE(text, number, of, &values, __VA_ARGS__), ONE(text "-min", number, of, &values##_min, __VA_ARGS__), \
	ONE(text "-max", number, of, &values##_max, __VA_ARGS__)
#define THREE(text, number, of, ...) NAMED(text, number, of, of, __VA_ARGS__)
#define TOLD .told_type = true
#define LINES TOLD, .alike = { FRAME_SIGNAL, FRAME_NAME, FRAME_NOTICE }
#define CODES TOLD, .alike = { FRAME_DETACHED, FRAME_ERROR }
#define DATA_FRAME TOLD, .alike = { FRAME_INPUT, FRAME_OUTPUT, FRAME_RENDERING }
#define DATA(text, number, m, before) ONE(text, number, data, m, DATA_FRAME, .rest_is_data = true, .plain = (before))

#define SCRIPT_DATA TOLD, .alike = { FRAME_SCRIPT_INPUT, FRAME_SCRIPT_OUTPUT }

static void
from_the_client(void **state)
{
	const struct recorded v[] = {
		THREE("hello", FRAME_HELLO, hello, TOLD), ONE("hello-features", FRAME_HELLO, hello, &hello_most, TOLD),
		ONE("list", FRAME_LIST, plain, NULL), THREE("attach", FRAME_ATTACH, attach),
		DATA("input", FRAME_INPUT, &input, 13), DATA("input-min", FRAME_INPUT, &data_min, 13),
		ONE("input-max", FRAME_INPUT, data, &input_max, DATA_FRAME, .whole_only = true),
		THREE("input-end", FRAME_INPUT_END, number), THREE("ack", FRAME_ACK, ack),
		THREE("size", FRAME_SIZE, size, TOLD), NAMED("signal", FRAME_SIGNAL, text, line, LINES),
		ONE("redraw", FRAME_REDRAW, redraw, &redraw), ONE("redraw-all", FRAME_REDRAW, redraw, &redraw_all),
		NAMED("name", FRAME_NAME, text, line, LINES), ONE("detach", FRAME_DETACH, plain, NULL),
		ONE("exit-ack", FRAME_EXIT_ACK, plain, NULL), THREE("ping", FRAME_PING, number),
		THREE("pong", FRAME_PONG, number), ONE("output-closed", FRAME_OUTPUT_CLOSED, channel, &channel_0),
		ONE("output-closed-1", FRAME_OUTPUT_CLOSED, channel, &channel_1),
		ONE("watch", FRAME_WATCH, watch, &watch_on), ONE("watch-off", FRAME_WATCH, watch, &watch_off),
		THREE("line-is", FRAME_LINE_IS, line_is), THREE("script", FRAME_SCRIPT, script),
		ONE("script-input", FRAME_SCRIPT_INPUT, script_data, &script_input, SCRIPT_DATA, .rest_is_data = true),
		ONE("script-input-end", FRAME_SCRIPT_INPUT, script_data, &script_no_data, SCRIPT_DATA, .rest_is_data = true),
	};

	(void)state;
	fill();
	recordings_check("frames-client", v, sizeof v / sizeof *v);
}

static void
from_the_server(void **state)
{
	const struct recorded v[] = {
		ONE("hello", FRAME_SERVER_HELLO, hello, &server_hello, TOLD),
		ONE("hello-min", FRAME_SERVER_HELLO, hello, &hello_min, TOLD),
		ONE("hello-max", FRAME_SERVER_HELLO, hello, &server_hello_max, TOLD),
		THREE("list-is", FRAME_LIST_IS, list), THREE("attached", FRAME_ATTACHED, attached),
		DATA("output", FRAME_OUTPUT, &data, 14), DATA("output-min", FRAME_OUTPUT, &data_min, 14),
		ONE("output-max", FRAME_OUTPUT, data, &output_max, DATA_FRAME, .whole_only = true),
		THREE("input-ack", FRAME_INPUT_ACK, input_ack), THREE("gap", FRAME_GAP, gap),
		DATA("rendering", FRAME_RENDERING, &data, 14), DATA("rendering-min", FRAME_RENDERING, &data_min, 14),
		ONE("rendering-max", FRAME_RENDERING, data, &rendering_max, DATA_FRAME, .whole_only = true),
		ONE("size-is", FRAME_SIZE_IS, size, &size_is, TOLD), ONE("size-is-min", FRAME_SIZE_IS, size, &size_min, TOLD),
		ONE("size-is-max", FRAME_SIZE_IS, size, &size_is_max, TOLD), THREE("exit", FRAME_EXIT, ended),
		THREE("detached", FRAME_DETACHED, text, CODES), THREE("error", FRAME_ERROR, text, CODES),
		THREE("ping", FRAME_SERVER_PING, number), THREE("pong", FRAME_SERVER_PONG, number),
		NAMED("notice", FRAME_NOTICE, text, line, LINES),
		ONE("line-ask", FRAME_LINE_ASK, plain, NULL), THREE("tty", FRAME_TTY, tty), THREE("taken", FRAME_TAKEN, taken),
		ONE("script-output", FRAME_SCRIPT_OUTPUT, script_data, &script_output, SCRIPT_DATA, .rest_is_data = true,
		    .plain = 6),
		THREE("script-end", FRAME_SCRIPT_END, script_end), NAMED("script-taken", FRAME_SCRIPT_TAKEN, number, number),
	};

	(void)state;
	fill();
	recordings_check("frames-server", v, sizeof v / sizeof *v);
}

/* Both sides begin with these bytes, before their nonce. */
static void
magic(void **state)
{
	(void)state;
	assert_memory_equal(frame_magic, "\0HLDFST\1", 8);
	assert_int_equal(FRAME_PREAMBLE, 24);
	assert_int_equal(FRAME_NONCE, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_client),
		cmocka_unit_test(from_the_server),
		cmocka_unit_test(magic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
