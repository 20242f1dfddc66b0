/* SPDX-License-Identifier: MIT */
/* What is shown of texts that a server has sent. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "asking.h"

/* What standard error gets of TEXT. */
static void
shown(const char *text, char *out, size_t cap)
{
	struct asking a;
	int p[2], before = dup(2);
	ssize_t n;

	assert_int_equal(pipe(p), 0);
	assert_int_equal(dup2(p[1], 2), 2);
	asking_init(&a, true, false);
	a.ops.say(a.ops.object, text);
	dup2(before, 2);
	close(before);
	close(p[1]);
	n = read(p[0], out, cap - 1);
	close(p[0]);
	assert_true(n >= 0);
	out[n] = '\0';
}

static void
nothing_steers_the_terminal(void **state)
{
	char out[256];

	(void)state;
	shown("plain \303\244\n", out, sizeof out);
	assert_string_equal(out, "plain \303\244\n");
	shown("a\033[2Jb\177\n", out, sizeof out);
	assert_string_equal(out, "a[2Jb\n");
	/* CSI of C1, in UTF-8: at once, and with something between that is left out. */
	shown("a\302\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
	shown("a\302\001\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
	shown("a\302\177\302\233\2332Jb\n", out, sizeof out);
	assert_null(strstr(out, "\302\233"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_steers_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
