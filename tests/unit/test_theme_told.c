/* SPDX-License-Identifier: MIT */
/* A program that has asked for it is told when the terminal that comes back has another theme, light or dark. */
#include "theme_world.h"

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
		cmocka_unit_test(a_program_is_told_of_another_theme),
		cmocka_unit_test(nobody_else_is_told_of_a_theme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
