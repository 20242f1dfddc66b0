/* SPDX-License-Identifier: MIT */
/* Where no painter can be confined, there is none, and a resume is made from the ring's tail. */
#include "painter_world.h"

#include "redraw.h"

static int
open_without(void **state)
{
	int rc = world_open(state);

	k.picture->none = true;
	return rc;
}

static const char *
resume(void)
{
	static char text[65536];
	ssize_t n;

	world_attach();
	redraw_screen(&world_peer, REDRAW_RESUMED, false);
	for (int i = 0; i < 400 && world_peer.t.flow == TERMINAL_WAITING; i++)
		world_turn(10);
	assert_int_equal(world_peer.t.flow, TERMINAL_FLOWING);
	n = read(world_screen, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	world_drop();
	return text;
}

static void
is_rebuilt_each_time(void **state)
{
	(void)state;
	world_print("hello world");
	for (int i = 0; i < 2; i++) {
		const char *s = resume();

		assert_non_null(strstr(s, "hello world"));
		assert_non_null(strstr(s, "screen rebuilt from recent output"));
		assert_int_equal(k.picture->proc.pid, 0);
	}
}

/* Whatever is printed: nobody parses it, nobody answers, and the program is not held up. */
static void
nothing_is_parsed(void **state)
{
	(void)state;
	world_raw();
	picture_attend(&k);
	for (int i = 0; i < 100000; i++) {
		world_print("\033[6n");
		assert_true(picture_has_room(&k));
		assert_int_equal(k.picture->proc.pid, 0);
	}
	world_turn(0);
	assert_string_equal(world_typed(), "");
	assert_int_equal(k.picture->proc.pid, 0);
}

static void
has_no_way_to_leave(void **state)
{
	unsigned char *bytes;
	size_t len;

	(void)state;
	world_print("\033[?1000h");
	assert_int_equal(picture_leave(&k, &(struct termcan){ .can = 0 }, &bytes, &len), -ETIMEDOUT);
	assert_int_equal(k.picture->proc.pid, 0);
}

#define WITHOUT(name) cmocka_unit_test_setup_teardown(name, open_without, world_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITHOUT(is_rebuilt_each_time),
		WITHOUT(nothing_is_parsed),
		WITHOUT(has_no_way_to_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
