/* SPDX-License-Identifier: MIT */
/* The guesser where anything happens at any time: no secret is shown, and nothing breaks. */
#include "guess_world.h"

#include "guess_state.h"
#include "random_below.h"

/*
 * A host far away that asks for secrets of digits and signs: in modes that it tells, tells late or does not tell at
 * all, at prompts of several kinds, with a mask or nothing for what is typed, while the person types when it pleases. 
 * No digit is ever shown.
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
	bool chatty;
	const char *mask;         /* what it shows for each character of a secret */
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
	static const char *const prompts[] = { "Password: ", "[sudo] password for me: ", "", "Code: ",
		"me@far's word: ", "> " };

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
	out(h->w, "\r\n");
	/* What it prints by itself may look like the secret. */
	while (h->chatty && random_below(3)) {
		char digits[] = "4711 08154711";

		digits[random_below(sizeof digits - 1)] = '\0';
		out(h->w, digits);
		if (random_below(3) == 0)
			out(h->w, "\r\n");
	}
	out(h->w, h->chatty && random_below(3) == 0 ? "7$ " : "$ ");
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
	else if (h->mask)
		out(h->w, h->mask);
	if (random_below(3) == 0 || h->done == h->n)
		taken_up_to(h->w, h->arrived);
	/* The keeper may take a program that is slow for one that is done. */
	else if (random_below(30) == 0)
		taken_up_to(h->w, h->w->typed);
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
		one[0] = h->typing_secret ? "0123456789****xx##"[random_below(18)] : (char)('a' + (char)random_below(26));
	if (one[0] == '\r' || one[0] == '\n')
		h->typing_secret = one[0] == '\n';
	type(h->w, one);
	h->queue[h->n++ % HOST_QUEUE] = one[0];
}

static void
no_secret_is_ever_shown(void **state)
{
	static const char *const masks[] = { NULL, "*", "x", "#", NULL };

	for (unsigned run = 0; run < 90; run++) {
		struct host h = { 0 };

		tear_down(state);
		set_up(state);
		h.w = *state;
		h.window = run % 3 == 0;
		h.chatty = run % 2 == 0;
		h.mask = masks[run % (sizeof masks / sizeof *masks)];
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
	static const char *const outs[] = { "a", "b ", "\r\n", "\b \b", "\033[3;5H", "\033[?1049h",
		"\033[?1049l", "\033[@x", "\033[2J", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "\033[K", "\033[A", 
		"\033[8;1H-- INSERT --\033[2;1H", "\033[39C", "\033[?7l", "\t", "x\033[" };
	static const char *const keys[] = { "a", "b", " ", "\x7f", "\r", "\033[D", "\033[C", "\033[H", "\033[F",
		"\033[3~", "\033b", "\033f", "\t", "\x15", "\x17", "\xe4\xb8\xad", "\xcc\x81", "\xf0\x9f\x98\x80",
		"\033", "\x03", "\x16", "\033[1;", "\xe4", "\033[200~", "\033[201~", "\033P", "\xff", "abcdefghij" };
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
			if (random_below(20) == 0) {
				guess_reset(w->guess);
				screen_free(w->base);
				w->base = screen_new(ROWS - random_below(3), COLS - random_below(20), 0);
			}
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
			assert_true(want->cells[i].row < ROWS && want->cells[i].col < COLS &&
			    want->cells[i].like_col < COLS && want->cells[i].len <= OVERLAY_TEXT &&
			    want->cells[i].width <= 2);
	}
}

/* What is typed where nothing is shown is not kept in memory, and other keys no longer than they are on their way. */
static void
no_secret_is_kept(void **state)
{
	struct world *w = *state;
	static const char secret[] = "sEcReT-word";
	static const struct sent nothing[GUESS_KEYS];

	for (unsigned mute = 0; mute < 2; mute++) {
		tty(w, "sudo", mute ? MUTE : RAW);
		out(w, "Password: ");
		for (const char *p = secret; *p; p++)
			type(w, (char[]){ *p, '\0' });
		for (size_t i = 0; mute && i + 2 < sizeof secret; i++)
			assert_null(memmem(w->guess, sizeof *w->guess, secret + i, 2));
		type(w, "\r");
		out(w, "\r\n");
		taken_up_to(w, w->typed);
		assert_int_equal(w->guess->n, 0);
		assert_memory_equal(w->guess->sent, nothing, sizeof nothing);
	}
}

/* A star that was typed, and the star that stands for it. */
static void
a_mask_proves_nothing(void **state)
{
	static const char *const masks[] = { "*", "\xe2\x80\xa2", "\xe2\x97\x8f", "#", "x" };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
		guess_reset(w->guess);
		tty(w, i % 2 ? "pinentry-curses" : "sudo", RAW);
		out(w, "\r\nCode: ");
		taken(w);
		type(w, masks[i]);
		type(w, "s3cret");
		out(w, masks[i]);
		assert_null(strchr(seen(w), 's'));
		type(w, "\r");
		out(w, "\r\n");
		taken(w);
	}
}

/* Nor does anything that comes back behind such a question; in a shell's prompt in the same row it does. */
static void
nothing_is_proved_at_a_question_for_a_secret(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 2; i++) {
		tty(w, i ? "vim" : "ssh", RAW);
		out(w, i ? "\033[?1049h\033[3;1HPIN: " : "far's password: ");
		type(w, "abc");
		out(w, "a");
		assert_null(strchr(seen(w), 'b'));
		type(w, "\r");
		out(w, "\r\n");
		taken(w);
	}
	tty(w, "ssh", RAW);
	out(w, "\033[?1049lroot@alpine> ");
	type(w, "ls");
	out(w, "l");
	assert_string_equal(seen(w), "root@alpine> ls");
	type(w, "\r");
	out(w, "s\r\nPIN: me@far:~$ ");
	taken(w);
	type(w, "id");
	out(w, "i");
	assert_string_equal(seen(w), "PIN: me@far:~$ id");
}

/* ssh has taken "su", whose echo comes from further away, while the password is typed ahead of its question. */
static void
a_late_echo_in_a_window_proves_nothing(void **state)
{
	static const char *const secrets[] = { "s3cret", "su3cret" };
	struct world *w = NULL;

	for (unsigned i = 0; i < 8; i++) {
		tear_down(state);
		set_up(state);
		w = *state;
		tty(w, "ssh", RAW);
		out(w, "\r\nfar$ ");
		taken(w);
		/* The same line typed, or called back. */
		type(w, i & 4 ? "\033[A" : "su");
		if (i & 2)
			taken(w);
		type(w, "\r");
		taken(w);
		type(w, secrets[i & 1]);
		out(w, "s");
		assert_string_equal(seen(w), "far$ s");
		out(w, "u");
		assert_string_equal(seen(w), "far$ su");
		out(w, "\r\nWord: ");
		taken(w);
		assert_string_equal(seen(w), "Word:");
	}
	/* What comes back once nothing can be late any more does. */
	out(w, "\r\nfar$ ");
	echo(w, "this is a long line");
	type(w, "x");
	assert_string_equal(seen(w), "far$ this is a long linex");
}

/* Nor what was typed before the host has said that it is not to be seen. */
static void
a_secret_typed_ahead_is_not_kept(void **state)
{
	struct world *w = *state;
	static const char secret[] = "sEcReT-word";

	for (unsigned raw = 0; raw < 2; raw++) {
		tty(w, "bash", raw ? RAW : USUAL);
		out(w, "$ ");
		one_line(w, "$ ", "true");
		one_line(w, "$ ", "true");
		for (const char *p = secret; *p; p++)
			type(w, (char[]){ *p, '\0' });
		seen(w);
		tty(w, "sudo", MUTE);
		for (size_t i = 0; i + 2 < sizeof secret; i++)
			assert_null(memmem(w->guess, sizeof *w->guess, secret + i, 2));
		type(w, "\r");
		taken(w);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_secret_is_ever_shown),
		TEST(no_secret_is_kept),
		TEST(nothing_breaks_it),
		TEST(a_secret_typed_ahead_is_not_kept),
		TEST(a_mask_proves_nothing),
		TEST(a_late_echo_in_a_window_proves_nothing),
		TEST(nothing_is_proved_at_a_question_for_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
