/* SPDX-License-Identifier: MIT */
/* What the terminal model keeps of a shell's marks (OSC 133, OSC 633) and of a job's progress (OSC 9;4). */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "law.h"
#include "screen.h"
#include "screen_text.h"
#include "termcan.h"

/* The lines of the state that begin with PREFIX, without it, with a bar between two. */
static const char *
state_of(const struct screen *s, const char *prefix)
{
	static struct text t, out;

	t.n = out.n = 0;
	out.bytes[0] = '\0';
	screen_state(s, keep, &t);
	for (char *line = strtok(t.bytes, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, prefix, strlen(prefix)) == 0) {
			keep(&out, "|", out.n > 0);
			keep(&out, line + strlen(prefix), strlen(line) - strlen(prefix));
		}
	return out.bytes;
}

/* How a rendering says the marks, and the text between them: "{A}$ {B}ls\n"; other sequences are left out. */
static const char *
said(const struct screen *s, const struct screen_render_options *o)
{
	static struct text t, out;

	t.n = out.n = 0;
	out.bytes[0] = '\0';
	screen_render(s, o, keep, &t);
	for (const char *p = t.bytes; *p; p++) {
		const char *end;

		if (*p != '\033') {
			keep(&out, p, (unsigned char)*p >= 0x20 || *p == '\n');
			continue;
		}
		if (strncmp(p, "\033]133;", 6) == 0 || strncmp(p, "\033]633;", 6) == 0) {
			end = strchr(p + 1, '\033');
			assert_non_null(end);
			keep(&out, p[2] == '6' ? "{v " : "{", p[2] == '6' ? 3 : 1);
			keep(&out, p + 6, (size_t)(end - p - 6));
			keep(&out, "}", 1);
			p = end + 1;
		} else if (p[1] == ']') {
			p = strchr(p + 1, '\033') + 1;
		} else if (p[1] == '[') {
			p += 2 + strspn(p + 2, "?0123456789;<>=! ");
		} else {
			p += strchr("()*+", p[1]) ? 2 : 1;
		}
	}
	while (out.n && out.bytes[out.n - 1] == '\n')
		out.bytes[--out.n] = '\0';
	return out.bytes + strspn(out.bytes, "\n");
}

#define ST "\033\\"
#define A "\033]133;A" ST
#define B "\033]133;B" ST
#define C "\033]133;C" ST
#define D "\033]133;D;0" ST

static void
marks_stand_where_they_were_said(void **state)
{
	static const struct {
		const char *bytes, *marks;
	} table[] = {
		{ A "$ " B, "1-1 A 0|1-3 B 0" },
		{ A "$ " B "true\r\n" C D A "$ " B, "1-1 A 0|1-3 B 0|2-1 C 0|2-1 D 100|2-1 A 0|2-3 B 0" },
		{ "\033]133;D;130;err=INT\007", "1-1 D 182" },
		{ "\033]133;D;256\007", "1-1 D 0" },
		{ "\033]633;A\007$ \033]633;B\007", "1-1-vscode A 0|1-3-vscode B 0" },
		/* Not of this place: a prompt stands at the start of its line, its command's end before it. */
		{ "out" D A "$ " B, "1-1 D 100|1-1 A 0|1-6 B 0" },
		{ "0123456789ab" A "$ ", "2-1 A 0" },
		{ "0123456789ab" D A "$ " B, "1-11 D 100|2-1 A 0|2-5 B 0" },
		/* At the edge, and behind the end of a row that goes on. */
		{ "0123456789" B, "1-11 B 0" },
		{ "0123456789a\b" B, "1-11 B 0" },
		/* The last one of a kind counts; a new prompt has its input still before it. */
		{ A "$ " B "\r> " A, "1-1 A 0" },
		{ C "\033[4G" C, "1-4 C 0" },
		/* A prompt in a prompt. */
		{ A "$ \033[8G\033]133;P;k=r\007r" B, "1-1 A 0|1-9 B 0" },
		{ A "\033]133;P;k=i\007$ ", "1-1 A 0" },
		{ "\033]133;P;k=s\007> ", "1-1 A 8003" },
		/* What goes with its row. */
		{ A "$ \033[2K", "" },
		{ A "$ \r\033[K", "" },
		{ A "$ \033[1K", "1-1 A 0" },
		{ A "$ \033[H\033[2J", "" },
		{ A "$ \033[H\033[L", "2-1 A 0" },
		{ A "$ \033[H\033[M", "" },
		{ A "\033c", "" },
		/* What a line goes on into is a part of that. */
		{ "\r\n" A "$ \033[H0123456789ab", "" },
		/* Not in the alternate screen. */
		{ "\033[?1049h" A "$ " B "\033[?1049l", "" },
		{ A "\033[?1049hx\033[?1049l", "1-1 A 0" },
		/* No marks. */
		{ "\033]133;AA\007\033]133\007\033]133;\007\033]133;L\007\033]133;a\007"
		  "\033]633;P;Cwd=/\007\033]633;E;x\007", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = screen_of(5, 10, table[i].bytes);

		if (strcmp(state_of(s, "mark-"), table[i].marks) != 0)
			fail_msg("%zu: \"%s\", expected \"%s\"", i, state_of(s, "mark-"), table[i].marks);
		screen_free(s);
	}
}

static const char session[] =
	"\033]133;D\007\033]133;A;cl=m;aid=77;click_events=1;redraw=0;x=y\007$ " B "ls\r\n" C "out\r\nof ls\r\n"
	"\033]133;D;3\007" A "$ " B "a command that is much longer than the row" "\r\n" C "wide \xe4\xb8\xad\r\n"
	D A "$ " B "cat <<x\r\n\033]133;A;k=s\007> " B "x\r\n" C D A "$ " B;

static const char session_said[] =
	"{D}{A;redraw=0;click_events=1;cl=m}$ {B}ls\n{C}out\nof ls\n"
	"{D;3}{A}$ {B}a command that is much longer than the row\n{C}wide \xe4\xb8\xad\n"
	"{D;0}{A}$ {B}cat <<x\n{A;k=s}> {B}x\n{C}{D;0}{A}$ {B}";

/* On the screen, in the scrollback, and after another one of the two has become wider or narrower. */
static void
a_rendering_says_them_in_place(void **state)
{
	static const unsigned rows[] = { 24, 5, 2, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct screen *s = screen_of(rows[i], 20, session), *copy = law_restored(s, 100);
		char why[512];

		assert_string_equal(said(s, NULL), session_said);
		assert_non_null(copy);
		assert_true(screen_equal(s, copy, why, sizeof why));
		assert_string_equal(said(copy, NULL), session_said);
		screen_resize(copy, rows[i] + 1, 33);
		screen_resize(copy, 2, 7);
		screen_resize(copy, 30, 80);
		assert_string_equal(said(copy, NULL), session_said);
		screen_free(copy);
		screen_free(s);
	}
}

/* The line is longer than the screen: its beginning has gone up when the prompt comes. */
static void
a_prompt_behind_a_long_line_marks_its_row(void **state)
{
	struct screen *s = screen_of(2, 5, C "0123456789abcdefghijkl" D A "$ " B), *copy;

	(void)state;
	assert_string_equal(state_of(s, "mark-"), "1-6 D 100|2-1 A 0|2-5 B 0");
	assert_string_equal(said(s, NULL), "{C}0123456789abcdefghij{D;0} {A}kl$ {B}");
	screen_feed(s, "\r\n\r\n\r\n", 6);
	assert_string_equal(said(s, NULL), "{C}0123456789abcdefghij{D;0} {A}kl$ {B}");
	copy = law_restored(s, 100);
	assert_string_equal(said(copy, NULL), "{C}0123456789abcdefghij{D;0} {A}kl$ {B}");
	/* Another width: the prompt is in no row of its own any more. */
	screen_resize(s, 2, 8);
	assert_string_equal(said(s, NULL), "{C}{A}0123456789abcdefghij{D;0}kl$ {B}");
	screen_free(copy);
	screen_free(s);
}

static void
a_terminal_without_them_gets_none(void **state)
{
	struct termcan t = { .can = ~(uint64_t)(TERMCAN_MARKS | TERMCAN_PROGRESS) };
	struct screen_render_options o = { .target = &t };
	struct screen *s = screen_of(5, 20, session);
	struct text all = { .n = 0 };

	(void)state;
	screen_feed(s, "\033]9;4;1;50\007", 11);
	screen_render(s, &o, keep, &all);
	assert_null(strstr(all.bytes, "\033]133"));
	assert_null(strstr(all.bytes, "\033]9;"));
	screen_free(s);
}

static void
progress_is_kept(void **state)
{
	static const struct {
		const char *bytes, *progress;
	} table[] = {
		{ "", "0 0" }, { "\033]9;4;1;50\007", "1 50" }, { "\033]9;4;1;50" ST "\033]9;4;2\007", "2 50" },
		{ "\033]9;4;3;\007", "3 0" }, { "\033]9;4;1;999999999999\007", "1 100" },
		{ "\033]9;4;4;7\007", "4 7" }, { "\033]9;4;1;50\007\033]9;4;0\007", "0 0" },
		{ "\033]9;4;1;50\007\033c", "0 0" },
		{ "\033]9;4;5;1\007\033]9;4\007\033]9;4;\007\033]9;hello\007\033]9;44;1\007\033]9;4x;1\007", "0 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = screen_of(5, 10, table[i].bytes);

		assert_string_equal(state_of(s, "progress "), table[i].progress);
		screen_free(s);
	}
}

/* Whether TEXT is in a rendering with O, or with NULL in what leaves a terminal. */
static bool
written(const char *bytes, const struct screen_render_options *o, const char *text)
{
	struct screen *s = screen_of(5, 10, bytes);
	static struct text all;

	all.n = 0;
	if (o)
		screen_render(s, o, keep, &all);
	else
		screen_leave(s, NULL, keep, &all);
	screen_free(s);
	return strstr(all.bytes, text) != NULL;
}

static void
progress_is_said_only_where_it_was(void **state)
{
	static const char some[] = "\033]9;4;1;50\007", none[] = "\033]9;4;0\007";
	const struct screen_render_options all = { .line = NULL }, shell = { .shell = true };

	(void)state;
	/* Another terminal may show an OSC 9 that it does not know as a message. */
	assert_false(written("\033]9;hello\007", &all, "\033]9;"));
	assert_true(written(some, &all, "\033]9;4;1;50" ST));
	/* The terminal may still show what was there before the cut. */
	assert_true(written(none, &all, "\033]9;4;0;0" ST));
	/* The job has ended without a word. */
	assert_true(written(some, &shell, "\033]9;4;0;0" ST));
	assert_true(written(some, NULL, "\033]9;4;0;0" ST));
	assert_false(written(none, NULL, "\033]9;4"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_stand_where_they_were_said),
		cmocka_unit_test(a_rendering_says_them_in_place),
		cmocka_unit_test(a_prompt_behind_a_long_line_marks_its_row),
		cmocka_unit_test(a_terminal_without_them_gets_none),
		cmocka_unit_test(progress_is_kept),
		cmocka_unit_test(progress_is_said_only_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
