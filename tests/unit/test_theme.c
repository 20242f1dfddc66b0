/* SPDX-License-Identifier: MIT */
/* A terminal that resumes is asked for its colours, once; its answers are the keeper's, and a program gets its own. */
#include "theme_world.h"

#include "saved.h"
#include "theme.h"
#include "themereports.h"

#define ANSWERS "\033]10;rgb:0101/0202/0303\033\\\033]11;rgb:fdfd/f6f6/e3e3\033\\\033]12;rgb:10/20/30\007"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
