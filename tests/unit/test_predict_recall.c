/* SPDX-License-Identifier: MIT */
/* What is noted on a fast line (recall.h) brings the predictions to where they would be had they followed. */
#include "unit.h"

#include <stdio.h>

#include "frame_tty.h"
#include "predict.h"
#include "random_below.h"
#include "recall.h"

#define USUAL (FRAME_TTY_ICANON | FRAME_TTY_ECHO | FRAME_TTY_ECHOE | FRAME_TTY_ECHOK | FRAME_TTY_ECHOKE | \
	FRAME_TTY_ECHOCTL | FRAME_TTY_IEXTEN | FRAME_TTY_ISIG | FRAME_TTY_ICRNL | FRAME_TTY_IUTF8 | FRAME_TTY_OPOST | \
	FRAME_TTY_ONLCR)
#define MUTE (USUAL & ~(uint32_t)FRAME_TTY_ECHO)
#define RAW (FRAME_TTY_ISIG | FRAME_TTY_OPOST | FRAME_TTY_ONLCR)
#define ROWS 8
#define COLS 40
#define SHOWN 8192

struct shown { size_t len; char bytes[SHOWN]; };

/* Predictions that follow all the time; what is noted; and predictions that are told that. */
struct world {
	struct predict *follows, *told;
	struct recall *recall;
	uint64_t now, typed, acked, taken, written, stirred;
	bool heard, asked; /* … for a password, by the program in front */
	uint32_t modes, front;
};

static void
put(void *to, const void *bytes, size_t len)
{
	struct shown *s = to;

	assert_true(s->len + len < sizeof s->bytes);
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
	s->bytes[s->len] = '\0';
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->follows = predict_new();
	w->told = predict_new();
	w->recall = recall_new();
	assert_true(w->follows && w->told && w->recall);
	w->now = 1000;
	assert_int_equal(predict_begin(w->follows, ROWS, COLS), 0);
	recall_begin(w->recall, ROWS, COLS, 0, w->now);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	predict_free(w->follows);
	predict_free(w->told);
	recall_free(w->recall);
	free(w);
	return 0;
}

static bool
is_mute(const struct world *w)
{
	return (w->modes & FRAME_TTY_ICANON) && (!(w->modes & FRAME_TTY_ECHO) || w->asked);
}

/* The rule of recall.h, for those that follow. */
static void
assume(struct world *w)
{
	struct frame_taken m = { .input = w->typed, .output = w->written };

	if (w->taken >= w->typed || w->acked < w->typed || !w->heard || is_mute(w) ||
	    w->now < w->stirred + RECALL_QUIET_MS)
		return;
	predict_taken(w->follows, &m);
	w->taken = w->typed;
}

static void
out(struct world *w, const char *bytes)
{
	struct shown s = { 0 };
	size_t len = strlen(bytes);

	assume(w);
	w->written += len;
	w->stirred = w->now;
	predict_before(w->follows, bytes, len, put, &s);
	predict_fed(w->follows, bytes, len, w->written, w->now);
	recall_fed(w->recall, bytes, len, w->written, w->now);
}

/* The terminal gets a rendering, which ends with a prompt. */
static void
paint(struct world *w)
{
	static const char rendering[] = "\033[H\033[Jabove\r\n$ ";

	predict_hide(w->follows, put, &(struct shown){ 0 });
	predict_paint(w->follows, rendering, sizeof rendering - 1);
	predict_painted(w->follows, w->written, w->now);
	recall_paint(w->recall, rendering, 9);
	recall_paint(w->recall, rendering + 9, sizeof rendering - 1 - 9);
	recall_painted(w->recall, w->written, w->now);
	w->stirred = w->now;
}

static void
type_as(struct world *w, const char *keys, bool pasted)
{
	size_t len = strlen(keys);

	assume(w);
	if (is_mute(w))
		predict_missed(w->follows, w->typed + len);
	else
		predict_keys(w->follows, (const unsigned char *)keys, len, w->typed, w->now, pasted);
	recall_keys(w->recall, (const unsigned char *)keys, len, w->typed, w->now, pasted);
	w->typed += len;
}

static void
type(struct world *w, const char *keys)
{
	type_as(w, keys, false);
}

static void
acked(struct world *w)
{
	if (w->acked < w->typed)
		w->stirred = w->now;
	w->acked = w->typed;
	recall_acked(w->recall, w->acked, w->now);
}

static struct frame_tty
tty_of(const char *program, uint32_t modes)
{
	static const unsigned char cc[FRAME_TTY_CC] = { 3, 28, 127, 21, 4, 0, 0, 23, 22, 18, 26, 17, 19 };
	struct frame_tty m = { .modes = modes, .front = (uint32_t)strlen(program) };

	memcpy(m.cc, cc, sizeof cc);
	snprintf(m.program, sizeof m.program, "%s", program);
	return m;
}

static void
tty(struct world *w, const char *program, uint32_t modes)
{
	const struct frame_tty m = tty_of(program, modes);

	assume(w);
	w->heard = true;
	w->asked = modes == MUTE || (w->asked && m.front == w->front);
	w->modes = modes;
	w->front = m.front;
	predict_tty(w->follows, &m);
	recall_tty(w->recall, &m, w->now);
}

static void
quiet(struct world *w)
{
	acked(w);
	w->now += RECALL_QUIET_MS;
}

/* What is typed comes back, key by key. */
static void
echo(struct world *w, const char *text)
{
	for (char one[2] = { 0 }; *text; text++) {
		one[0] = *text;
		type(w, one);
		out(w, one);
		quiet(w);
	}
}

static void
line(struct world *w, const char *text, const char *answer)
{
	echo(w, text);
	type(w, "\r");
	out(w, "\r\n");
	out(w, answer);
	quiet(w);
}

static void
show(struct predict *p, struct shown *s)
{
	s->len = 0;
	s->bytes[0] = '\0';
	predict_show(p, false, put, s);
}

/* Both show the same now; how many bytes that are. */
static size_t
same(struct world *w)
{
	static struct shown a, b;

	show(w->follows, &a);
	show(w->told, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	assert_int_equal(predict_outstanding(w->follows), predict_outstanding(w->told));
	assert_int_equal(predict_drawn(w->follows), predict_drawn(w->told));
	return a.len;
}

/* The line is away: KEYS are typed; how much is shown for them. */
static size_t
outage(struct world *w, const char *keys)
{
	size_t shown = 0;

	assume(w);
	assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
	predict_hide(w->follows, put, &(struct shown){ 0 });
	predict_hide(w->told, put, &(struct shown){ 0 });
	same(w);
	for (; *keys; keys++, w->typed++) {
		predict_keys(w->follows, (const unsigned char *)keys, 1, w->typed, w->now, false);
		predict_keys(w->told, (const unsigned char *)keys, 1, w->typed, w->now, false);
		shown += same(w);
	}
	return shown;
}

/* It is back: what has come of the keys goes to both. */
static void
back(struct world *w, const char *bytes)
{
	struct frame_taken m = { .input = w->typed, .certain = true };
	struct predict *both[] = { w->follows, w->told };
	struct shown s = { 0 };

	w->written += strlen(bytes);
	m.output = w->written;
	for (unsigned i = 0; i < 2; i++) {
		predict_before(both[i], bytes, strlen(bytes), put, &s);
		predict_fed(both[i], bytes, strlen(bytes), w->written, w->now);
	}
	same(w);
	for (unsigned i = 0; i < 2; i++)
		predict_taken(both[i], &m);
	same(w);
}

static void
anything(struct world *w)
{
	static const char *const programs[] = { "bash", "cat", "ssh", "vim", "sudo" };
	static const char *const outputs[] = { "$ ", "\r\n", "x", "hello", "\033[K", "\b \b", "\033[2;5H", "\033[1mword",
		"\033[?1049h", "\033[?1049l\033[H\033[J", "\xe4\xb8\xad", "Password: ", "\033[8;1H-- INSERT --\033[2;3H" };
	static const char *const keys[] = { "a", "ls", "\r", "\177", "\033[D", "\033[C", "\t", "\003", "\xc3\xa9", "\033" };
	char one[2] = { (char)('a' + random_below(26)) };

	switch (random_below(14)) {
	case 0:
		/* What was typed ahead of a question for a password is another test's. */
		if (w->taken == w->typed)
			tty(w, programs[random_below(5)], random_below(4) ? random_below(2) ? USUAL : RAW : MUTE);
		break;
	case 1:
	case 2:
		out(w, outputs[random_below(sizeof outputs / sizeof *outputs)]);
		break;
	case 3:
	case 4:
		type(w, keys[random_below(sizeof keys / sizeof *keys)]);
		break;
	case 5:
		line(w, "echo", "$ ");
		break;
	case 6:
		w->now += random_below(80);
		break;
	case 7:
		quiet(w);
		break;
	case 8:
		acked(w);
		break;
	case 9:
		if (random_below(4) == 0)
			paint(w);
		break;
	case 11:
		if (random_below(8) == 0) {
			predict_reset(w->follows);
			recall_reset(w->recall);
		}
		break;
	case 10:
		type_as(w, random_below(2) ? "p" : "word", true);
		break;
	default:
		type(w, one);
		out(w, one);
		acked(w);
	}
}

static void
same_as_following_whatever_happens(void **state)
{
	unsigned shown = 0;

	(void)state;
	for (unsigned n = 0; n < 1500; n++) {
		struct world *w;

		set_up((void **)&w);
		tty(w, random_below(2) ? "bash" : "cat", random_below(2) ? USUAL : RAW);
		for (unsigned i = random_below(60); i > 0; i--) {
			anything(w);
			/* On a fast line it is told in between. */
			if (random_below(40) == 0) {
				assume(w);
				assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
			}
		}
		if (random_below(2)) {
			quiet(w);
			assume(w);
		}
		/* At a prompt, at last. */
		for (unsigned i = random_below(5); i > 0 && w->taken == w->typed; i--)
			line(w, "ls", "$ ");
		shown += outage(w, random_below(2) ? "pwd" : "a\rb\033[Dc") > 0;
		back(w, random_below(2) ? "pwd" : "\r\n$ ");
		if (random_below(2)) {
			recall_go_on(w->recall, w->typed, !predict_outstanding(w->told), w->now);
			w->taken = predict_outstanding(w->told) ? 0 : w->typed;
			w->stirred = w->now;
			predict_hide(w->follows, put, &(struct shown){ 0 });
			predict_hide(w->told, put, &(struct shown){ 0 });
			for (unsigned i = random_below(30); i > 0; i--)
				anything(w);
			shown += outage(w, "xyz") > 0;
		}
		tear_down((void **)&w);
	}
	assert_true(shown > 200);
}

/* The usual case: a person at a prompt, who has typed some lines. */
static void
first_key_is_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "make", "done\r\n$ ");
	assert_true(outage(w, "l") > 0);
	back(w, "l");
}

static void
until_a_key_comes_back_nothing_is_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	assert_int_equal(outage(w, "l"), 0);
}

/* Whether the record of what was typed has it. */
static bool
keeps(const struct world *w, const char *text)
{
	return memmem(w->recall, RECALL_CAP, text, strlen(text));
}

static void
nothing_of_a_password(void **state)
{
	struct world *w = *state;

	tty(w, "bash", USUAL);
	out(w, "$ ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "sudo", "$ ");
	echo(w, "sudo");
	assert_true(keeps(w, "o"));
	type(w, "\r");
	out(w, "\r\n");
	tty(w, "sudo", MUTE);
	out(w, "$ ");
	type(w, "hun");
	quiet(w);
	type(w, "ter");
	assert_false(keeps(w, "hun"));
	assert_false(keeps(w, "ter"));
	/* The outage is in the middle of it. */
	assert_int_equal(outage(w, "two\rthree\r"), 0);
}

/* As outage(), where those that follow know more. */
static size_t
told_alone(struct world *w, const char *keys)
{
	static struct shown s;
	size_t shown = 0;

	assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
	for (; *keys; keys++, shown += s.len) {
		predict_keys(w->told, (const unsigned char *)keys, 1, w->typed++, w->now, false);
		show(w->told, &s);
	}
	return shown;
}

/* It has been typed, and asked for again; and what comes behind it is shown once something has come back. */
static void
nothing_behind_a_password(void **state)
{
	struct world *w = *state;

	tty(w, "bash", USUAL);
	out(w, "$ ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "sudo", "$ ");
	type(w, "sudo\r");
	tty(w, "sudo", MUTE);
	out(w, "sudo\r\nPassword: ");
	quiet(w);
	type(w, "hunter\r");
	out(w, "\r\n");
	/* The program that has asked is still in front. */
	tty(w, "sudo", USUAL);
	out(w, "Sorry, try again.\r\n$ ");
	quiet(w);
	assert_false(keeps(w, "hunter"));
	type(w, "twice");
	assert_false(keeps(w, "twice"));
	quiet(w);
	assert_int_equal(told_alone(w, "abc"), 0);
}

/* The host says too late that the terminal is mute: what was typed until then is not kept, and nothing is shown. */
static void
nothing_that_was_typed_ahead_of_its_question(void **state)
{
	struct world *w = *state;

	tty(w, "bash", USUAL);
	out(w, "$ ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "read", "$ ");
	type(w, "read\r");
	out(w, "read\r\n$ ");
	type(w, "hunter");
	assert_true(keeps(w, "hunter"));
	acked(w);
	tty(w, "bash", MUTE);
	assert_false(keeps(w, "hunter"));
	type(w, "two");
	assert_int_equal(told_alone(w, "three"), 0);
}

/* No answer to the key before, acknowledged long ago: the host may be asking for a secret without a word. */
static void
a_silent_prompt_shows_nothing(void **state)
{
	struct world *w = *state;

	tty(w, "bash", USUAL);
	out(w, "> ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "word", "> ");
	type(w, "hun");
	quiet(w);
	type(w, "ter");
	quiet(w);
	assert_int_equal(outage(w, "two"), 0);
}

static void
a_flood_is_unknown(void **state)
{
	static char flood[1001];
	struct world *w = *state;
	unsigned n = 0;

	memset(flood, 'x', sizeof flood - 1);
	tty(w, "bash", RAW);
	echo(w, "ls");
	for (; recall_knows(w->recall); n++)
		recall_fed(w->recall, flood, sizeof flood - 1, w->written += sizeof flood - 1, w->now);
	assert_in_range(n, 50, RECALL_CAP / (sizeof flood - 1));
	assert_true(recall_tell(w->recall, w->told, w->now) < 0);
	assert_false(predict_begun(w->told));
	assert_true(recall_due(w->recall) == UINT64_MAX);
	assert_false(keeps(w, "xxx"));
	/* A frame that is larger than all, and one that just fits. */
	recall_begin(w->recall, ROWS, COLS, w->typed, w->now);
	recall_fed(w->recall, flood, sizeof flood - 1, 1, w->now);
	assert_true(recall_knows(w->recall));
	recall_paint(w->recall, w->recall, RECALL_CAP);
	assert_false(recall_knows(w->recall));
}

/* The screen has come anew, and what was typed before that is unknown: nothing is shown until it was taken. */
static void
begins_with_a_rendering(void **state)
{
	struct world *w = *state;
	static struct shown s;

	tty(w, "bash", RAW);
	out(w, "$ ");
	for (unsigned i = 0; i < 4; i++)
		line(w, "make", "$ ");
	assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
	for (unsigned taken = 0; taken < 2; taken++) {
		recall_begin(w->recall, ROWS, COLS, w->typed, w->now);
		recall_paint(w->recall, "\033[H\033[J", 6);
		recall_paint(w->recall, "$ ", 2);
		recall_painted(w->recall, w->written, w->now);
		w->now += taken ? RECALL_QUIET_MS : RECALL_QUIET_MS - 1;
		assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
		predict_keys(w->told, (const unsigned char *)"l", 1, w->typed++, w->now, false);
		show(w->told, &s);
		assert_int_equal(s.len > 0, taken);
		recall_acked(w->recall, w->typed, w->now);
	}
}

/* A character comes back, and another one is typed: whether that is shown. */
static bool
shown_behind_one(struct world *w)
{
	static struct shown s;

	predict_keys(w->told, (const unsigned char *)"a", 1, w->typed, w->now, false);
	predict_fed(w->told, "a", 1, ++w->written, w->now);
	predict_keys(w->told, (const unsigned char *)"b", 1, w->typed + 1, w->now, false);
	show(w->told, &s);
	w->typed += 2;
	return s.len > 0;
}

/* A rendering that has what was typed answers it. */
static void
a_rendering_answers(void **state)
{
	struct world *w = *state;

	tty(w, "cat", USUAL);
	out(w, "$ ");
	echo(w, "l");
	type(w, "s");
	recall_paint(w->recall, "\033[H\033[J$ ls", 10);
	recall_painted(w->recall, w->written, w->now);
	assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
	assert_false(predict_outstanding(w->told));
}

/* What the host had said before it began counts. */
static void
begins_where_the_modes_are_known(void **state)
{
	struct world *w = *state;

	for (unsigned asked = 0; asked < 2; asked++) {
		recall_forget(w->recall);
		if (asked)
			tty(w, "cat", MUTE);
		tty(w, "cat", USUAL);
		recall_begin(w->recall, ROWS, COLS, w->typed, w->now);
		predict_free(w->told);
		w->told = predict_new();
		assert_non_null(w->told);
		quiet(w);
		out(w, "$ ");
		for (unsigned i = 0; i < 4; i++)
			line(w, "make", "$ ");
		assert_int_equal(told_alone(w, "l") > 0, !asked);
		predict_fed(w->told, "l", 1, ++w->written, w->now);
		predict_taken(w->told, &(struct frame_taken){ .input = w->typed, .output = w->written });
		assert_int_equal(shown_behind_one(w), !asked);
		/* A model that begins apart from it is told as much. */
		predict_free(w->told);
		w->told = predict_new();
		assert_non_null(w->told);
		recall_tell_tty(w->recall, w->told);
		assert_int_equal(predict_begin(w->told, ROWS, COLS), 0);
		assert_int_equal(shown_behind_one(w), !asked);
	}
}

static void
keys_are_not_kept_for_long(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	assert_true(recall_due(w->recall) == UINT64_MAX);
	type(w, "secret");
	assert_true(recall_due(w->recall) == w->now + RECALL_KEYS_MS);
	assert_false(recall_is_due(w->recall, w->now + RECALL_KEYS_MS - 1));
	assert_true(recall_is_due(w->recall, w->now + RECALL_KEYS_MS));
	assert_int_equal(recall_tell(w->recall, w->told, w->now), 0);
	assert_false(keeps(w, "secret"));
	assert_true(recall_due(w->recall) == UINT64_MAX);
	assert_true(recall_knows(w->recall));
	/* Half of the room is full. */
	type(w, "secret");
	for (unsigned i = 0; !recall_is_due(w->recall, w->now); i++) {
		assert_true(i < RECALL_CAP);
		out(w, "0123456789");
	}
	assert_true(recall_knows(w->recall));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_following_whatever_happens),
		cmocka_unit_test_setup_teardown(first_key_is_shown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(until_a_key_comes_back_nothing_is_shown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_a_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_behind_a_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_that_was_typed_ahead_of_its_question, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_silent_prompt_shows_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_flood_is_unknown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(begins_with_a_rendering, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rendering_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(begins_where_the_modes_are_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_are_not_kept_for_long, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
