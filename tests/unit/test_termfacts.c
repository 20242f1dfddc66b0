/* SPDX-License-Identifier: MIT */
/* What a login finds out about its terminal: TERM, terminfo, COLORTERM, the locale. */
#include "unit.h"

#include <fcntl.h>
#include <iconv.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "envlist.h"
#include "termask.h"

static struct termcan
ask(const char *term, const char *locale, const char *colorterm)
{
	struct envlist env = ENVLIST_INIT;
	struct termcan t;

	if (term)
		assert_int_equal(envlist_set_value(&env, "TERM", term), 0);
	if (locale)
		assert_int_equal(envlist_set_value(&env, "LANG", locale), 0);
	if (colorterm)
		assert_int_equal(envlist_set_value(&env, "COLORTERM", colorterm), 0);
	termask(&t, &env);
	envlist_free(&env);
	/* The child is gone. */
	assert_true(waitpid(-1, NULL, WNOHANG) < 0);
	return t;
}

static void
expect(const char *term, uint64_t has, uint64_t has_not, uint32_t colours)
{
	struct termcan t = ask(term, "C.UTF-8", NULL);

	assert_true(termcan_known(&t));
	if ((t.can & has) != has || t.can & has_not || t.colours != colours)
		fail_msg("TERM=%s: %llx of %llx, %llx that it has not, %u colours", term,
		         (unsigned long long)(t.can & has), (unsigned long long)has,
		         (unsigned long long)(t.can & has_not), t.colours);
}

static void
need_terminfo(void)
{
	struct termcan t = ask("xterm-256color", "C.UTF-8", NULL);

	/* By its name alone it would have that, too; but linux has no colours without terminfo. */
	if (ask("linux", "C.UTF-8", NULL).colours == 0)
		skip();
	assert_int_equal(t.colours, 256);
}

#define NEW (TERMCAN_COLONS | TERMCAN_KITTY_KEYS | TERMCAN_SIZE_REPORTS | TERMCAN_GRAPHEMES)

static void
terminfo_is_read(void **state)
{
	(void)state;
	need_terminfo();
	expect("xterm-256color", TERMCAN_XTERM | TERMCAN_LINKS | TERMCAN_MODIFY_KEYS | TERMCAN_STRIKE, NEW, 256);
	expect("xterm", TERMCAN_XTERM | TERMCAN_DRAWING, NEW, 8);
	expect("vt100",
	       TERMCAN_ECMA48 | TERMCAN_DRAWING | TERMCAN_REGION | TERMCAN_KEYPAD | TERMCAN_STAYS | TERMCAN_WRAPS,
	       TERMCAN_XTERM | TERMCAN_ERASES | TERMCAN_ALTERNATE | TERMCAN_HIDES | TERMCAN_TITLE | TERMCAN_LINKS, 0);
	/* With UTF-8 the console has no charset of lines (U8). */
	expect("linux", TERMCAN_ERASES | TERMCAN_ERASES_COLOURED | TERMCAN_HIDES | TERMCAN_UNDERLINE_ALONE,
	       TERMCAN_XTERM | TERMCAN_ALTERNATE | TERMCAN_DRAWING | TERMCAN_TITLE | TERMCAN_ITALIC, 8);
	expect("screen-256color", TERMCAN_ALTERNATE | TERMCAN_TITLE,
	       TERMCAN_XTERM | TERMCAN_LINKS | TERMCAN_ITALIC | TERMCAN_ERASES_COLOURED | TERMCAN_MODIFY_KEYS | NEW,
	       256);
	expect("tmux-256color", TERMCAN_XTERM | TERMCAN_COLONS | TERMCAN_LINKS, TERMCAN_KITTY_KEYS, 256);
	expect("ansi", TERMCAN_WRAPS, TERMCAN_STAYS | TERMCAN_REGION | TERMCAN_DRAWING, 8);
	expect("dumb", 0, TERMCAN_ECMA48, 0);
	assert_true(ask("linux", "POSIX.ISO-8859-1", NULL).can & TERMCAN_DRAWING);
}

static void
colorterm_counts(void **state)
{
	(void)state;
	need_terminfo();
	assert_int_equal(ask("xterm-256color", "C.UTF-8", "truecolor").colours, TERMCAN_DIRECT);
	assert_int_equal(ask("xterm-256color", "C.UTF-8", "24bit").colours, TERMCAN_DIRECT);
	assert_int_equal(ask("xterm-256color", "C.UTF-8", "yes").colours, 256);
	assert_int_equal(ask("vt100", "C.UTF-8", "truecolor").colours, 0);
}

/* The server has no entry for them. */
static void
names_say_a_little(void **state)
{
	(void)state;
	expect("no-such-terminal", TERMCAN_ECMA48 | TERMCAN_BOLD,
	       TERMCAN_XTERM | TERMCAN_ERASES | TERMCAN_TITLE | NEW, 0);
	expect("no-such-256color", TERMCAN_ECMA48, TERMCAN_XTERM | NEW, 256);
	expect("no-such-xterm", TERMCAN_XTERM, NEW, 8);
	expect("no-such-xterm-direct", TERMCAN_XTERM, NEW, TERMCAN_DIRECT);
	expect("xterm-ghostty", TERMCAN_XTERM | NEW, 0, TERMCAN_DIRECT);
	expect("../../etc/passwd", TERMCAN_ECMA48, TERMCAN_XTERM, 0);
}

static bool
converts(const char *set)
{
	iconv_t cd = iconv_open("UTF-16BE", set);

	return cd != (iconv_t)-1 && iconv_close(cd) == 0;
}

static void
locales_say_the_charset(void **state)
{
	struct termcan t;

	(void)state;
	assert_true(ask("xterm", NULL, NULL).can & TERMCAN_UTF8);
	assert_true(ask("xterm", "C", NULL).can & TERMCAN_UTF8);
	assert_true(ask("xterm", "no_SUCH.UTF-8", NULL).can & TERMCAN_UTF8);
	assert_true(ask("xterm", "no_SUCH.utf8@euro", NULL).can & TERMCAN_UTF8);
	/* Some C libraries have few converters. */
	if (!converts("ISO-8859-15") || !converts("KOI8-R") || !converts("EUC-KR"))
		skip();
	t = ask("xterm", "no_SUCH.ISO-8859-15@euro", NULL);
	assert_false(t.can & TERMCAN_UTF8);
	assert_int_equal(t.upper[0x24], 0x20ac);
	assert_int_equal(t.upper[0x64], 0xe4);
	/* Controls are none of its characters. */
	assert_int_equal(t.upper[0], 0);
	t = ask("xterm", "no_SUCH.KOI8-R", NULL);
	assert_int_equal(t.upper[0], 0x2500);
	assert_int_equal(t.upper[0x41], 0x430);
	/* Bytes that only begin a character show nothing by themselves. */
	t = ask("xterm", "no_SUCH.EUC-KR", NULL);
	assert_false(t.can & TERMCAN_UTF8);
	assert_int_equal(t.upper[0x40], 0);
	t = ask("xterm", "no_SUCH.NO-SUCH-CHARSET", NULL);
	assert_false(t.can & TERMCAN_UTF8);
}

/* An entry of the user's own that hurts the child costs the login nothing. */
static void
hostile_entries(void **state)
{
	char root[] = "/tmp/termfacts.XXXXXX", path[64], file[96];
	unsigned char junk[4096];
	unsigned seed = 1;
	uint64_t begin;
	int fd;

	(void)state;
	need_terminfo();
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof path, "%s/e", root);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(setenv("TERMINFO", root, 1), 0);
	snprintf(file, sizeof file, "%s/evil", path);
	for (int i = 0; i < 200; i++) {
		/* The magic number of a compiled entry, sizes that may be anything, and noise. */
		for (size_t j = 0; j < sizeof junk; j++)
			junk[j] = (unsigned char)(rand_r(&seed) % (i % 2 ? 256 : 4));
		junk[0] = 0x1a;
		junk[1] = i % 3 ? 0x01 : 0x02;
		fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		assert_true(fd >= 0 && write(fd, junk, (size_t)(rand_r(&seed) % (int)sizeof junk)) >= 0);
		close(fd);
		ask("evil", "C.UTF-8", NULL);
	}
	assert_int_equal(unlink(file), 0);
	/* One that never answers. */
	assert_int_equal(mkfifo(file, 0600), 0);
	begin = clock_now_ms();
	assert_false(termcan_known(&(struct termcan){ .can = ask("evil", "C.UTF-8", NULL).can }));
	assert_true(clock_now_ms() - begin >= TERMASK_MS);
	unlink(file);
	rmdir(path);
	rmdir(root);
	unsetenv("TERMINFO");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminfo_is_read),
		cmocka_unit_test(colorterm_counts),
		cmocka_unit_test(names_say_a_little),
		cmocka_unit_test(locales_say_the_charset),
		cmocka_unit_test(hostile_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
