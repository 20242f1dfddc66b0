/* SPDX-License-Identifier: MIT */
/* The guesser: what is shown, and above all what is not. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "frame_tty.h"
#include "guess.h"
#include "look.h"
#include "overlay.h"
#include "screen.h"

#define ROWS 8
#define COLS 40
#define USUAL (FRAME_TTY_ICANON | FRAME_TTY_ECHO | FRAME_TTY_ECHOE | FRAME_TTY_ECHOK | FRAME_TTY_ECHOKE | \
	FRAME_TTY_ECHOCTL | FRAME_TTY_IEXTEN | FRAME_TTY_ISIG | FRAME_TTY_ICRNL | FRAME_TTY_IUTF8 | FRAME_TTY_OPOST | \
	FRAME_TTY_ONLCR)
#define MUTE (USUAL & ~(uint32_t)FRAME_TTY_ECHO)
#define RAW (FRAME_TTY_ISIG | FRAME_TTY_OPOST | FRAME_TTY_ONLCR)

struct world {
	struct screen *base;
	struct guess *guess;
	uint64_t typed, written;
	char row[COLS + 1];   /* as it is seen where the cursor is */
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->base = screen_new(ROWS, COLS, 0);
	w->guess = guess_new();
	assert_non_null(w->base);
	assert_non_null(w->guess);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	guess_free(w->guess);
	screen_free(w->base);
	free(w);
	return 0;
}

static void
tty(struct world *w, const char *program, uint32_t modes)
{
	static const unsigned char cc[FRAME_TTY_CC] = { 3, 28, 127, 21, 4, 0, 0, 23, 22, 18, 26, 17, 19 };
	struct frame_tty t = { .modes = modes, .front = (uint32_t)strlen(program) };

	memcpy(t.cc, cc, sizeof cc);
	snprintf(t.program, sizeof t.program, "%s", program);
	guess_tty(w->guess, &t);
}

static void
type(struct world *w, const char *keys)
{
	guess_keys(w->guess, w->base, (const unsigned char *)keys, strlen(keys), w->typed, 0, false);
	w->typed += strlen(keys);
}

static void
out(struct world *w, const char *bytes)
{
	screen_feed(w->base, bytes, strlen(bytes));
	w->written += strlen(bytes);
	guess_output(w->guess, w->base, w->written, 0);
}

static void
taken_up_to(struct world *w, uint64_t input)
{
	struct frame_taken t = { .input = input, .output = w->written };

	guess_taken(w->guess, w->base, &t);
}

static void
taken(struct world *w)
{
	taken_up_to(w, w->typed);
}

/* What is typed comes back, key by key, and is taken. */
static void
echo(struct world *w, const char *text)
{
	for (char one[2] = { 0 }; *text; text++) {
		one[0] = *text;
		type(w, one);
		out(w, one);
		taken(w);
	}
}

/* The cursor's row as the person sees it, cut behind the last text. */
static const char *
seen(struct world *w)
{
	const struct overlay_want *want = guess_want(w->guess, w->base);
	struct look_cursor cursor;
	unsigned end = 0;

	look_cursor(w->base, &cursor);
	for (unsigned i = 0; i < COLS; i++) {
		struct look_cell c;

		look_cell(w->base, cursor.row, i, &c);
		w->row[i] = c.len ? c.text[0] : ' ';
	}
	for (unsigned i = 0; i < want->n; i++)
		if (want->cells[i].row == cursor.row)
			w->row[want->cells[i].col] = want->cells[i].len ? want->cells[i].text[0] : ' ';
	for (unsigned i = 0; i < COLS; i++)
		if (w->row[i] != ' ')
			end = i + 1;
	w->row[end] = '\0';
	return w->row;
}

static unsigned
seen_column(struct world *w)
{
	const struct overlay_want *want = guess_want(w->guess, w->base);
	struct look_cursor cursor;

	look_cursor(w->base, &cursor);
	return want->cursor ? want->col : cursor.col;
}

/* A line at a shell's prompt, its answer, and the prompt once more. */
static void
one_line(struct world *w, const char *prompt, const char *line)
{
	echo(w, line);
	type(w, "\r");
	out(w, "\r\n");
	out(w, prompt);
	taken(w);
}

static void
the_kernels_echo_is_shown_behind_its_first_character(void **state)
{
	struct world *w = *state;

	tty(w, "cat", USUAL);
	type(w, "a");
	assert_string_equal(seen(w), "");
	type(w, "b");
	assert_string_equal(seen(w), "");
	out(w, "a");
	assert_string_equal(seen(w), "ab");
	type(w, "cd\x7f" "e\x16\x01");
	assert_string_equal(seen(w), "abce^A");
	type(w, "\x15");
	assert_string_equal(seen(w), "");
	assert_int_equal(seen_column(w), 0);
	out(w, "bcd\b \be^\b^A\b \b\b \b\b \b\b \b\b \b\b \b");
	assert_string_equal(seen(w), "");
	taken(w);
	assert_false(guess_outstanding(w->guess));
}

static void
nothing_is_shown_without_echo(void **state)
{
	struct world *w = *state;

	tty(w, "dash", USUAL);
	out(w, "$ ");
	one_line(w, "$ ", "true");
	one_line(w, "$ ", "true");
	tty(w, "dash", MUTE);
	type(w, "secret");
	assert_string_equal(seen(w), "$");
	assert_int_equal(seen_column(w), 2);
	/* Nor does it come to light later, while it has not been taken. */
	tty(w, "dash", USUAL);
	assert_string_equal(seen(w), "$");
	type(w, "x");
	assert_string_equal(seen(w), "$");
	out(w, "s");
	assert_string_equal(seen(w), "$ s");
}

static void
a_known_prompt_shows_the_first_key(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "me@host:~$ ");
	type(w, "l");
	assert_string_equal(seen(w), "me@host:~$");
	out(w, "l");
	taken(w);
	one_line(w, "me@host:~/src$ ", "s");
	one_line(w, "me@host:~/src$ ", "ls");
	type(w, "p");
	assert_string_equal(seen(w), "me@host:~/src$ p");
	type(w, "w");
	assert_string_equal(seen(w), "me@host:~/src$ pw");
}

/* Bash's read -se is readline with the same modes; fish's read -s is like its read. */
static void
a_question_in_the_same_program_does_not(void **state)
{
	static const char *const prompts[] = { "Password: ", "PIN> ", "read> ", "me@host's password: ", "Token$ ", "" };

	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
		struct world *w;

		tear_down(state);
		set_up(state);
		w = *state;
		tty(w, "bash", RAW);
		out(w, "me@host:~$ ");
		one_line(w, "me@host:~$ ", "true");
		one_line(w, "me@host:~$ ", "true");
		echo(w, "ask");
		type(w, "\r");
		out(w, "\r\n");
		out(w, prompts[i]);
		taken(w);
		type(w, "7");
		type(w, "8");
		assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		taken(w);
		type(w, "9");
		assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		/* Even one at which keys came back before. */
		type(w, "\r");
		out(w, "\r\n");
		out(w, prompts[i]);
		taken(w);
		if (strcmp(prompts[i], "read> ") == 0 || *prompts[i] == '\0') {
			one_line(w, prompts[i], "seen");
			one_line(w, prompts[i], "seen");
			type(w, "7");
			assert_int_equal(guess_want(w->guess, w->base)->n, 0);
		}
	}
}

static void
a_prompt_that_was_silent_is_not_trusted(void **state)
{
	struct world *w = *state;

	tty(w, "ask", RAW);
	out(w, "> ");
	type(w, "7");
	taken(w);
	type(w, "\r");
	out(w, "\r\n> ");
	taken(w);
	one_line(w, "> ", "seen");
	type(w, "7");
	assert_string_equal(seen(w), ">");
}

static void
what_is_typed_behind_an_enter_waits(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	one_line(w, "$ ", "true");
	one_line(w, "$ ", "true");
	type(w, "su\r");
	assert_string_equal(seen(w), "$ su");
	type(w, "78");
	assert_string_equal(seen(w), "$ su");
	out(w, "su\r\n");
	taken_up_to(w, w->typed - 2);
	assert_string_equal(seen(w), "");
	out(w, "$ ");
	assert_string_equal(seen(w), "$");
	taken(w);
	/* Taken without an echo: 9 is no longer in an epoch that is trusted, but this is a prompt. */
	assert_string_equal(seen(w), "$");
}

static void
a_window_is_trusted_within_an_epoch_alone(void **state)
{
	static const char *const programs[] = { "ssh", "tmux: client", "sudo", "su", "docker", "" };

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		struct world *w;

		tear_down(state);
		set_up(state);
		w = *state;
		tty(w, programs[i], RAW);
		out(w, "$ ");
		for (unsigned n = 0; n < 5; n++)
			one_line(w, "$ ", "true");
		type(w, "7");
		assert_string_equal(seen(w), "$");
		out(w, "7");
		type(w, "8");
		assert_string_equal(seen(w), "$ 78");
		/* A question that comes by itself, without an Enter. */
		out(w, "8\r\nPassword: ");
		type(w, "9");
		assert_string_equal(seen(w), "Password:");
	}
}

static void
output_of_others_ends_the_epoch(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "# ");
	echo(w, "abc");
	type(w, "d");
	assert_string_equal(seen(w), "# abcd");
	out(w, "d\r\nPIN: ");
	taken(w);
	type(w, "1");
	assert_string_equal(seen(w), "PIN:");
}

static void
what_was_taken_without_an_echo_is_dropped(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "d");
	assert_string_equal(seen(w), "$ abcd");
	taken(w);
	assert_string_equal(seen(w), "$ abc");
	type(w, "e");
	assert_string_equal(seen(w), "$ abc");
	out(w, "e");
	type(w, "f");
	assert_string_equal(seen(w), "$ abcef");
}

static void
a_paste_is_not_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "\033[200~pasted\033[201~");
	assert_string_equal(seen(w), "$ abc");
	type(w, "d");
	assert_string_equal(seen(w), "$ abc");
	out(w, "pastedd");
	taken(w);
	type(w, "e");
	assert_string_equal(seen(w), "$ abcpastedd");
	out(w, "e");
	type(w, "f");
	assert_string_equal(seen(w), "$ abcpasteddef");
}

static void
reports_are_no_keys(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "\033[I\033[O\033[<0;1;1M\033[1;5R\033[?1;2c\033]11;rgb:0/0/0\033\\");
	assert_false(guess_outstanding(w->guess));
	type(w, "d");
	assert_string_equal(seen(w), "$ abcd");
}

static void
a_suggestion_is_not_pushed(void **state)
{
	struct world *w = *state;

	tty(w, "fish", RAW);
	out(w, "> ");
	echo(w, "gi");
	out(w, "\033[90mt status\033[m\r\033[4C");
	type(w, "t");
	assert_string_equal(seen(w), "> git status");
	type(w, "x");
	assert_string_equal(seen(w), "> gitxstatus");
}

static void
text_moves_where_that_was_learned(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "acd");
	for (unsigned i = 0; i < 2; i++) {
		type(w, "\033[D");
		out(w, "\b");
		taken(w);
	}
	type(w, "b");
	assert_string_equal(seen(w), "$ abd"); /* what is under it is not known */
	out(w, "\033[@b");
	assert_string_equal(seen(w), "$ abcd");
	type(w, "x");
	assert_string_equal(seen(w), "$ abxcd");
	type(w, "\x7f\x7f");
	assert_string_equal(seen(w), "$ acd");
	type(w, "\033[D");
	assert_int_equal(seen_column(w), 2);
}

static void
wide_characters_and_marks_are_shown(void **state)
{
	struct world *w = *state;
	const struct overlay_want *want;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "a");
	type(w, "\xe4\xb8\xad" "e\xcc\x81");
	want = guess_want(w->guess, w->base);
	assert_int_equal(want->n, 2);
	assert_int_equal(want->cells[0].width, 2);
	assert_int_equal(want->cells[1].len, 3);
	assert_int_equal(want->col, 6);
	type(w, "\x7f\x7f");
	assert_int_equal(seen_column(w), 3);
}

static void
vi_is_trusted_where_it_says_that_it_inserts(void **state)
{
	struct world *w = *state;

	tty(w, "vim", RAW);
	out(w, "\033[?1049h\033[H");
	type(w, "i");
	out(w, "\033[8;1H-- INSERT --\033[H");
	taken(w);
	echo(w, "words");
	type(w, "\r");
	out(w, "\r\n");
	taken(w);
	type(w, "n");
	assert_string_equal(seen(w), "n");
	out(w, "n");
	taken(w);
	/* It has not said yet that ESC was taken. */
	type(w, "\033");
	taken(w);
	type(w, "d");
	assert_string_equal(seen(w), "n");
	out(w, "\033[8;1H\033[K\033[2;1H");
	taken(w);
	type(w, "d");
	assert_string_equal(seen(w), "n");
	/* A terminal in vi. */
	out(w, "\033[8;1H-- TERMINAL --\033[4;1H");
	type(w, "7");
	assert_string_equal(seen(w), "");
}

static void
a_reset_forgets_what_is_on_its_way(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "abc");
	type(w, "d");
	guess_reset(w->guess);
	assert_string_equal(seen(w), "$ abc");
	assert_true(guess_outstanding(w->guess));
	type(w, "e");
	assert_string_equal(seen(w), "$ abc");
	out(w, "de");
	taken(w);
	assert_false(guess_outstanding(w->guess));
}

static void
more_keys_than_are_followed_are_not_shown(void **state)
{
	struct world *w = *state;

	tty(w, "bash", RAW);
	out(w, "$ ");
	echo(w, "a");
	for (unsigned i = 0; i < 1000; i++)
		type(w, i % 2 ? "\x7f" : "b");
	assert_string_equal(seen(w), "$ a");
	taken(w);
	assert_false(guess_outstanding(w->guess));
	type(w, "c");
	out(w, "c");
	type(w, "d");
	assert_string_equal(seen(w), "$ acd");
}

static unsigned
random_below(unsigned n)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 11) % n);
}

/*
 * A host far away that asks for secrets, all of digits: in modes that it tells, tells late or does not tell at all, at
 * prompts of several kinds, while the person types when it pleases.  No digit is ever shown.
 */
#define HOST_QUEUE 4096
struct host {
	struct world *w;
	char queue[HOST_QUEUE];   /* typed, not arrived yet */
	unsigned n, done;
	bool secret;              /* it is being asked for */
	bool told;                /* … and the terminal says so */
	bool typing_secret;
	uint64_t arrived;
	bool window;
};

static void
no_digit(const struct world *w, struct guess *g)
{
	const struct overlay_want *want = guess_want(g, w->base);

	for (unsigned i = 0; i < want->n; i++)
		for (unsigned k = 0; k < want->cells[i].len; k++)
			assert_false(want->cells[i].text[k] >= '0' && want->cells[i].text[k] <= '9');
}

static void
ask(struct host *h)
{
	static const char *const prompts[] = { "Password: ", "[sudo] password for me: ", "", "Code: ", "me@far's word: ", "> " };

	h->secret = true;
	h->told = random_below(2) != 0;
	if (h->told)
		tty(h->w, random_below(2) ? "sudo" : "bash", MUTE);
	out(h->w, "\r\n");
	out(h->w, prompts[random_below(sizeof prompts / sizeof *prompts)]);
}

static void
prompt(struct host *h)
{
	h->secret = false;
	tty(h->w, h->window ? "ssh" : "bash", RAW);
	out(h->w, "\r\n$ ");
}

static void
arrive(struct host *h)
{
	char one[2] = { h->queue[h->done++ % HOST_QUEUE], 0 };

	h->arrived++;
	if (one[0] == '\n')
		ask(h);
	else if (one[0] == '\r')
		prompt(h);
	else if (!h->secret)
		out(h->w, one);
	if (random_below(3) == 0 || h->done == h->n)
		taken_up_to(h->w, h->arrived);
}

/*
 * The person types: "\\n" ends a line that will ask for a secret, and the digits may be typed before the question has
 * come.
 */
static void
person_types(struct host *h)
{
	char one[2] = { 0 };

	if (random_below(5) == 0)
		one[0] = h->typing_secret || random_below(2) ? '\r' : '\n';
	else
		one[0] = (char)(h->typing_secret ? '0' + (char)random_below(10) : 'a' + (char)random_below(26));
	if (one[0] == '\r' || one[0] == '\n')
		h->typing_secret = one[0] == '\n';
	type(h->w, one);
	h->queue[h->n++ % HOST_QUEUE] = one[0];
}

static void
no_secret_is_ever_shown(void **state)
{
	for (unsigned run = 0; run < 60; run++) {
		struct host h = { 0 };

		tear_down(state);
		set_up(state);
		h.w = *state;
		h.window = run % 3 == 0;
		prompt(&h);
		for (unsigned step = 0; step < 3000 && h.n < HOST_QUEUE; step++) {
			bool behind = h.n - h.done > random_below(6);

			if (h.done < h.n && (behind || random_below(3) == 0))
				arrive(&h);
			else
				person_types(&h);
			no_digit(h.w, h.w->guess);
		}
	}
}

static void
nothing_breaks_it(void **state)
{
	static const char *const outs[] = { "a", "b ", "\r\n", "\b \b", "\033[3;5H", "\033[?1049h", "\033[?1049l", "\033[@x", "\033[2J",
		"\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\033[K", "\033[A", "\033[8;1H-- INSERT --\033[2;1H", "\033[39C", "\033[?7l", "\t", "x\033[" };
	static const char *const keys[] = { "a", "b", " ", "\x7f", "\r", "\033[D", "\033[C", "\033[H", "\033[F", "\033[3~", "\033b",
		"\033f", "\t", "\x15", "\x17", "\xe4\xb8\xad", "\xcc\x81", "\xf0\x9f\x98\x80", "\033", "\x03", "\x16", "\033[1;", "\xe4",
		"\033[200~", "\033[201~", "\033P", "\xff", "abcdefghij" };
	static const uint32_t modes[] = { USUAL, MUTE, RAW, RAW | FRAME_TTY_ECHO, 0xffffffff };
	static const char *const programs[] = { "bash", "vim", "nano", "ssh", "" };
	struct world *w = *state;

	for (unsigned step = 0; step < 60000; step++) {
		const struct overlay_want *want;

		switch (random_below(16)) {
		case 0:
			tty(w, programs[random_below(5)], modes[random_below(5)]);
			break;
		case 1:
			taken_up_to(w, w->typed ? w->typed - random_below(4) % w->typed : 0);
			break;
		case 2:
			if (random_below(20) == 0)
				guess_reset(w->guess);
			break;
		case 3:
		case 4:
		case 5:
		case 6:
			out(w, outs[random_below(sizeof outs / sizeof *outs)]);
			break;
		default:
			type(w, keys[random_below(sizeof keys / sizeof *keys)]);
		}
		want = guess_want(w->guess, w->base);
		assert_true(want->n <= OVERLAY_CELLS);
		assert_true(!want->cursor || (want->row < ROWS && want->col < COLS));
		for (unsigned i = 0; i < want->n; i++)
			assert_true(want->cells[i].row < ROWS && want->cells[i].col < COLS && want->cells[i].like_col < COLS &&
			    want->cells[i].len <= OVERLAY_TEXT && want->cells[i].width <= 2);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_kernels_echo_is_shown_behind_its_first_character),
		TEST(nothing_is_shown_without_echo),
		TEST(a_known_prompt_shows_the_first_key),
		TEST(a_question_in_the_same_program_does_not),
		TEST(a_prompt_that_was_silent_is_not_trusted),
		TEST(what_is_typed_behind_an_enter_waits),
		TEST(a_window_is_trusted_within_an_epoch_alone),
		TEST(output_of_others_ends_the_epoch),
		TEST(what_was_taken_without_an_echo_is_dropped),
		TEST(a_paste_is_not_shown),
		TEST(reports_are_no_keys),
		TEST(a_suggestion_is_not_pushed),
		TEST(text_moves_where_that_was_learned),
		TEST(wide_characters_and_marks_are_shown),
		TEST(vi_is_trusted_where_it_says_that_it_inserts),
		TEST(a_reset_forgets_what_is_on_its_way),
		TEST(more_keys_than_are_followed_are_not_shown),
		TEST(no_secret_is_ever_shown),
		TEST(nothing_breaks_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
