/* SPDX-License-Identifier: MIT */
/* A terminal that resumes is asked for its colours, once; its answers are the keeper's, and a program gets its own. */
#include "keeper_world.h"

#include "saved.h"
#include "theme.h"
#include "themereports.h"

#define QUESTION "\033]10;?\033\\\033]11;?\033\\\033]12;?\033\\"
#define ANSWERS "\033]10;rgb:0101/0202/0303\033\\\033]11;rgb:fdfd/f6f6/e3e3\033\\\033]12;rgb:10/20/30\007"

/* A terminal with a size, unless it has none. */
static void
claims(struct caller *c, struct attach_claim *m, unsigned short rows)
{
	struct winsize ws = { .ws_row = rows, .ws_col = 80 };

	caller_connect(c);
	caller_claim(c, m);
	if (rows)
		assert_int_equal(ioctl(c->screen, TIOCSWINSZ, &ws), 0);
}

/* A session whose program writes what it reads, unchanged, and the first terminal, which can do CAN. */
static void
open_session(struct caller *c, uint64_t can)
{
	struct attach_claim m;
	struct termios t;
	size_t len;

	world_command[0] = '\0';
	world_open(false, false);
	snprintf(k.init.shell, sizeof k.init.shell, "/bin/cat");
	m = claim_of(ATTACH_MODE_FIRST, 0);
	m.target.can = can;
	claims(c, &m, 24);
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 1);
	assert_int_equal(tcgetattr(k.slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
	/* Until it prints something, the keeper holds input back. */
	assert_int_equal(write(k.slave, "ready", 5), 5);
	turn_until(k.ring.head >= 5);
}

static void
join(struct caller *c, uint64_t can, uint32_t flags, unsigned short rows)
{
	struct attach_claim m = claim_of(ATTACH_MODE_JOIN, flags);
	unsigned before = peers_attached(&k);
	size_t len;

	m.target.can = can;
	claims(c, &m, rows);
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) > before);
}

static void
types(struct caller *c, const char *keys)
{
	assert_int_equal(write(c->screen, keys, strlen(keys)), strlen(keys));
}

static char all[65536]; /* what a terminal has got */

static void
see(struct caller *c)
{
	const char *more = caller_seen(c);
	size_t at = strlen(all), len = strlen(more);

	assert_true(at + len < sizeof all);
	memcpy(all + at, more, len + 1);
}

/* C's terminal gets exactly TEXT now. */
static void
sees(struct caller *c, const char *text)
{
	all[0] = '\0';
	turn_until((see(c), strlen(all) >= strlen(text)));
	turn();
	see(c);
	assert_string_equal(all, text);
}

#define THEMED (TERMCAN_KNOWN | TERMCAN_THEME)

/* A session that a terminal which can do that comes back to; it has been asked, and shows the screen. */
static void
open_asked(struct caller *c)
{
	open_session(c, THEMED);
	sees(c, "ready");
	caller_hang_up(c);
	turn_until(peers_attached(&k) == 0);
	join(c, THEMED, 0, 24);
	all[0] = '\0';
	turn_until((see(c), strstr(all, "ready") && !k.peers.v[0]->t.paint));
	turn();
	see(c);
	assert_memory_equal(all, QUESTION, strlen(QUESTION));
	assert_null(strstr(all + 1, QUESTION));
}

static void
prints(const char *text)
{
	uint64_t to = k.ring.head + strlen(text);

	assert_int_equal(write(k.slave, text, strlen(text)), strlen(text));
	turn_until(k.ring.head >= to);
}

static void
answers_are_the_keepers(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	types(&c, "a\033[A" ANSWERS "b");
	sees(&c, "a\033[Ab");
	assert_int_equal(k.colours[0], 0x1010203);
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	assert_int_equal(k.colours[2], 0x1102030);
	/* Doubled: nobody has asked. */
	types(&c, ANSWERS "c" ANSWERS);
	sees(&c, "c");
	caller_hang_up(&c);
	world_close();
}

/* Each cut of them, with time for an ESC to be a key. */
static void
answers_come_late_and_in_pieces(void **state)
{
	static const char text[] = "x" ANSWERS "y";
	struct caller c;

	(void)state;
	open_asked(&c);
	for (size_t i = 0; i < sizeof text - 1; i++) {
		assert_int_equal(write(c.screen, text + i, 1), 1);
		turn();
		turn();
	}
	all[0] = '\0';
	turn_until((see(&c), strchr(all, 'y')));
	/* Where the machine was slow for a moment, an ESC has passed for a key. */
	assert_int_equal(all[0], 'x');
	assert_int_equal(strspn(all + 1, "\033"), strlen(all) - 2);
	assert_int_equal(k.colours[2], 0x1102030);
	/* A lone ESC is a key. */
	types(&c, "\033");
	sees(&c, "\033");
	types(&c, "]");
	sees(&c, "]");
	caller_hang_up(&c);
	world_close();
}

/* Only answers: nobody has typed. */
static void
answers_are_no_input(void **state)
{
	struct caller c;
	uint64_t active, answered;

	(void)state;
	open_asked(&c);
	active = k.peers.v[0]->active;
	answered = k.answered;
	types(&c, ANSWERS);
	turn_until(k.colours[2]);
	assert_true(k.peers.v[0]->active == active);
	assert_true(k.answered == answered);
	caller_hang_up(&c);
	world_close();
}

/* It asks before the keeper's answers have come, or after: it gets one answer for each question. */
static void
a_program_gets_its_own_answer(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	prints("\033]11;?\033\\");
	sees(&c, "\033]11;?\033\\");
	types(&c, ANSWERS "\033]11;rgb:fd/f6/e3\033\\.");
	sees(&c, "\033]11;rgb:fdfd/f6f6/e3e3\033\\.");
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	/* Several in one. */
	prints("\033]10;?;?\007");
	sees(&c, "\033]10;?;?\007");
	types(&c, "\033]10;rgb:4/4/4\007\033]11;rgb:5/5/5\007");
	sees(&c, "\033]10;rgb:4/4/4\007\033]11;rgb:5/5/5\007");
	/* Each question once. */
	types(&c, "\033]10;rgb:4/4/4\007\033]12;rgb:5/5/5\007\033]11;rgb:5/5/5\007,");
	sees(&c, ",");
	assert_int_equal(k.colours[0], 0x1444444);
	/* Later nothing is looked for any more. */
	k.peers.v[0]->theme.since -= THEME_MS;
	types(&c, "-");
	sees(&c, "-");
	assert_false(theme_looks(k.peers.v[0], (const unsigned char *)"\033", 1));
	types(&c, "\033]10;rgb:4/4/4\007");
	sees(&c, "\033]10;rgb:4/4/4\007");
	caller_hang_up(&c);
	world_close();
}

/* The program has changed the colour, and asks: the second answer has that. */
static void
a_program_gets_the_colour_that_it_has_set(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	prints("\033]10;#123;#456\007\033]11;?\033\\");
	sees(&c, "\033]10;#123;#456\007\033]11;?\033\\");
	types(&c, ANSWERS "\033]11;rgb:44/55/66\033\\.");
	sees(&c, "\033]11;rgb:44/55/66\033\\.");
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	caller_hang_up(&c);
	world_close();
}

/* Only the program's question reaches the terminal, or is answered. */
static void
a_program_gets_the_only_answer(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	prints("\033]11;?\033\\");
	sees(&c, "\033]11;?\033\\");
	types(&c, "\033]11;rgb:fd/f6/e3\033\\.");
	sees(&c, "\033]11;rgb:fd/f6/e3\033\\.");
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	caller_hang_up(&c);
	world_close();
}

/* A terminal that has never answered: if it does later, and a program has asked, that is the program's. */
static void
a_silent_terminal_is_the_programs(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	k.peers.v[0]->theme.since -= THEME_MS;
	prints("\033]11;?\033\\");
	sees(&c, "\033]11;?\033\\");
	types(&c, "\033]11;rgb:1/2/3\033\\");
	sees(&c, "\033]11;rgb:1/2/3\033\\");
	/* Nobody else has asked for this one: it is the late answer. */
	types(&c, "\033]10;rgb:1/2/3\033\\;");
	sees(&c, ";");
	assert_int_equal(k.colours[0], 0x1112233);
	/* No Escape waits any more; but the rest of an answer is known as that. */
	types(&c, "\033");
	turn_until(strcmp(caller_seen(&c), "\033") == 0 || k.peers.v[0]->theme.reports.until);
	assert_int_equal(k.peers.v[0]->theme.reports.until, 0);
	types(&c, "]12;rgb:1/1/1\007!");
	sees(&c, "!");
	assert_int_equal(k.colours[2], 0x1111111);
	caller_hang_up(&c);
	world_close();
}

/* Then no ESC waits for it, and what comes of an answer is taken out all the same. */
static void
a_silent_terminal_delays_no_key(void **state)
{
	struct caller c;
	struct peer *peer;

	(void)state;
	open_asked(&c);
	peer = k.peers.v[0];
	types(&c, "a\033");
	turn_until(peer->theme.reports.until);
	peer->theme.since -= THEME_MS;
	sees(&c, "a\033");
	for (unsigned i = 0; i < 3; i++) {
		types(&c, "\033");
		all[0] = '\0';
		turn_until((assert_int_equal(peer->theme.reports.until, 0), see(&c), strcmp(all, "\033") == 0));
	}
	types(&c, "]11;rgb:1/2/3\033\\;");
	sees(&c, ";");
	assert_int_equal(k.colours[1], 0x1112233);
	caller_hang_up(&c);
	world_close();
}

static void
only_who_can_is_asked(void **state)
{
	struct caller c, reader, other, script;

	(void)state;
	open_session(&c, TERMCAN_KNOWN);
	sees(&c, "ready");
	types(&c, ANSWERS);
	sees(&c, ANSWERS);
	join(&reader, THEMED, ATTACH_FLAG_READONLY, 24);
	turn_until(k.peers.v[1]->wish == 0);
	turn();
	assert_null(strstr(caller_seen(&reader), QUESTION));
	join(&other, TERMCAN_THEME, 0, 24); /* nothing is known of it */
	turn_until(k.peers.v[2]->wish == 0);
	turn();
	assert_null(strstr(caller_seen(&other), QUESTION));
	join(&script, THEMED, 0, 0); /* ssh -tt, with input from a file */
	turn_until(k.peers.v[3]->wish == 0);
	turn();
	assert_null(strstr(caller_seen(&script), QUESTION));
	caller_hang_up(&script);
	caller_hang_up(&reader);
	caller_hang_up(&other);
	caller_hang_up(&c);
	world_close();
}

/* A second terminal is asked as well, and says what it has. */
static void
who_comes_later_is_asked_first(void **state)
{
	struct caller c, other;

	(void)state;
	open_asked(&c);
	types(&c, ANSWERS);
	turn_until(k.colours[2]);
	join(&other, THEMED, 0, 24);
	all[0] = '\0';
	turn_until((see(&other), strstr(all, "ready")));
	assert_memory_equal(all, QUESTION, strlen(QUESTION));
	assert_null(strstr(all + 1, QUESTION));
	types(&other, "\033]11;rgb:1/2/3\033\\");
	turn_until(k.colours[1] == 0x1112233);
	caller_hang_up(&other);
	caller_hang_up(&c);
	world_close();
}

/* The terminal of a new session is not asked.  Programs get all that it says; its answers to them are kept. */
static void
a_new_sessions_terminal_is_heard(void **state)
{
	struct caller c;

	(void)state;
	open_session(&c, THEMED);
	sees(&c, "ready");
	assert_true(k.peers.v[0]->theme.listens);
	/* Only what holds no ESC back may go by unseen. */
	assert_false(theme_looks(k.peers.v[0], (const unsigned char *)"keys", 4));
	prints("\033]11;?\033\\\033]12;#123456\007\033]12;?\033\\");
	sees(&c, "\033]11;?\033\\\033]12;#123456\007\033]12;?\033\\");
	types(&c, "\033]11;rgb:fd/f6/e3\033\\\033]12;rgb:12/34/56\033\\");
	sees(&c, "\033]11;rgb:fd/f6/e3\033\\\033]12;rgb:12/34/56\033\\");
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	/* That one is a program's. */
	assert_int_equal(k.colours[2], 0);
	types(&c, "\033\033[A\033]10;rgb:1/2/3\033\\b");
	sees(&c, "\033\033[A\033]10;rgb:1/2/3\033\\b");
	assert_int_equal(k.colours[0], 0);
	types(&c, "\033");
	turn_until(strcmp(caller_seen(&c), "\033") == 0 || k.peers.v[0]->theme.reports.until);
	assert_int_equal(k.peers.v[0]->theme.reports.until, 0);
	caller_hang_up(&c);
	world_close();
}

/* As after a keeper's death: an answer may be on its way that the keeper before has asked for. */
static void
answers_of_before_are_taken_out(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	k.peers.v[0]->theme = (struct theme){ .asked = false };
	theme_goes_on(k.peers.v[0]);
	assert_true(k.peers.v[0]->theme.asked);
	types(&c, "a" ANSWERS "b");
	sees(&c, "ab");
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	prints("\033]12;?\033\\");
	sees(&c, "\033]12;?\033\\");
	types(&c, "\033]12;rgb:1/2/3\033\\");
	sees(&c, "\033]12;rgb:1/2/3\033\\");
	caller_hang_up(&c);
	world_close();
}

/* The answers outlive the keeper, as far as they can be believed. */
static void
colours_are_kept(void **state)
{
	struct vital_facts f;
	struct caller c;

	(void)state;
	open_asked(&c);
	types(&c, ANSWERS);
	turn_until(k.colours[2]);
	turn();
	f = *vital_facts(&k.vital);
	assert_int_equal(f.colours[1], 0x1fdf6e3);
	caller_hang_up(&c);
	world_close();
}

#define DARK "\033]11;rgb:1010/1010/2020\033\\"
#define LIGHT "\033]11;rgb:fdfd/f6f6/e3e3\033\\"
#define IS_DARK "\033[?997;1n"
#define IS_LIGHT "\033[?997;2n"

/* The terminal goes, and another one comes, whose background is BACKGROUND; what that gets, up to the echo of a key. */
static void
comes_back(struct caller *c, const char *background)
{
	caller_hang_up(c);
	turn_until(peers_attached(&k) == 0);
	join(c, THEMED, 0, 24);
	all[0] = '\0';
	turn_until((see(c), strstr(all, "ready") && !k.peers.v[0]->t.paint));
	all[0] = '\0';
	types(c, background);
	types(c, ".");
	turn_until((see(c), strchr(all, '.')));
}

/* A rendering is the painter's answer to a later order, so what it had to say before has come. */
static void
told(struct caller *c, const char *report, unsigned times)
{
	unsigned n = 0;

	caller_hang_up(c);
	turn_until(peers_attached(&k) == 0);
	join(c, THEMED, 0, 24);
	turn_until((see(c), !k.peers.v[0]->t.paint));
	for (const char *at = all; (at = strstr(at, report)); at++)
		n++;
	assert_int_equal(n, times);
}

/* A program that has asked to be told (?2031), in front, and only when the theme is another one than before. */
static void
a_program_is_told_of_another_theme(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	prints("\033[?2031h");
	k.front.back = false; /* it is the session's own, but no shell */
	types(&c, DARK "!");
	turn_until((see(&c), strchr(all, '!')));
	assert_int_equal(k.colours[1], 0x1101020);
	told(&c, "\033[?997", 0);
	comes_back(&c, LIGHT);
	turn_until((see(&c), strstr(all, IS_LIGHT)));
	told(&c, "\033[?997", 1);
	comes_back(&c, LIGHT);
	told(&c, "\033[?997", 0);
	/* A lighter one is the same theme. */
	comes_back(&c, "\033]11;rgb:ff/ff/ff\033\\");
	assert_int_equal(k.colours[1], 0x1ffffff);
	told(&c, "\033[?997", 0);
	comes_back(&c, DARK);
	turn_until((see(&c), strstr(all, IS_DARK)));
	told(&c, "\033[?997", 1);
	caller_hang_up(&c);
	world_close();
}

static void
nobody_else_is_told_of_a_theme(void **state)
{
	struct caller c;

	(void)state;
	open_asked(&c);
	k.front.back = false;
	types(&c, DARK "!");
	turn_until((see(&c), strchr(all, '!')));
	/* No program has asked. */
	comes_back(&c, LIGHT);
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	told(&c, "\033[?997", 0);
	/* A program has, and has a background of its own. */
	prints("\033[?2031h\033]11;#123\007");
	comes_back(&c, DARK);
	assert_int_equal(k.colours[1], 0x1101020);
	told(&c, "\033[?997", 0);
	prints("\033]111\007");
	/* It has gone, and a shell is in front. */
	k.front.back = true;
	comes_back(&c, LIGHT);
	assert_int_equal(k.colours[1], 0x1fdf6e3);
	told(&c, "\033[?997", 0);
	caller_hang_up(&c);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_the_keepers),
		cmocka_unit_test(answers_come_late_and_in_pieces),
		cmocka_unit_test(answers_are_no_input),
		cmocka_unit_test(a_program_gets_its_own_answer),
		cmocka_unit_test(a_program_gets_the_colour_that_it_has_set),
		cmocka_unit_test(a_program_gets_the_only_answer),
		cmocka_unit_test(a_silent_terminal_is_the_programs),
		cmocka_unit_test(a_silent_terminal_delays_no_key),
		cmocka_unit_test(only_who_can_is_asked),
		cmocka_unit_test(who_comes_later_is_asked_first),
		cmocka_unit_test(a_new_sessions_terminal_is_heard),
		cmocka_unit_test(answers_of_before_are_taken_out),
		cmocka_unit_test(colours_are_kept),
		cmocka_unit_test(a_program_is_told_of_another_theme),
		cmocka_unit_test(nobody_else_is_told_of_a_theme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
