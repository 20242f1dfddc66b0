/* SPDX-License-Identifier: MIT */
/* Which of a terminal's input is a report, however it is cut. */
#include "unit.h"

#include <stdio.h>

#include "termreports.h"

#define STEP_MS 5

static bool asks;

static bool
asked(void *object)
{
	(void)object;
	return asks;
}

/* What passes of TEXT, which comes in pieces that end at CUT (and everywhere, when that is 0), and what is let go at last. */
static void
passes(const char *text, size_t cut, const char *want)
{
	struct termreports r = { .until = 0 };
	unsigned char out[4096];
	size_t len = strlen(text), n = 0, from = 0;
	uint64_t now = 1000;

	while (from < len) {
		size_t piece = !cut ? 1 : from < cut && cut < len ? cut : len - from;

		n += termreports_filter(&r, (const unsigned char *)text + from, piece, now, asked, NULL, out + n);
		from += piece;
		now += STEP_MS;
	}
	n += termreports_release(&r, out + n);
	out[n] = '\0';
	if (strcmp((char *)out, want) != 0)
		print_error("cut at %zu\n", cut);
	assert_string_equal((char *)out, want);
}

static void
passes_in_all_pieces(const char *text, const char *want)
{
	for (size_t cut = 0; cut <= strlen(text); cut++)
		passes(text, cut, want);
}

static const char *const reports[] = {
	"\033[?62;1;2c", "\033[>41;390;0c", "\033P!|00000000\033\\", "\033[0n", "\033[?13n", "\033[?997;1n",
	"\033[24;80R", "\033[1;1R", "\033[1;17R", "\033[2;5R", "\033[?1;5;1R", "\033[?2004;2$y", "\033[4;2$y",
	"\033P1$r0;1m\033\\", "\033P0$r\033\\", "\033P>|XTerm(390)\033\\", "\033P1+r544e=787465726d\033\\",
	"\033P0+r\033\\", "\033]4;1;rgb:cdcd/0000/0000\033\\", "\033]10;rgb:0/0/0\007", "\033]11;rgb:1e1e/1e1e/1e1e\033\\",
	"\033]12;rgb:ff/ff/ff\007", "\033]52;c;cm0gLXJmIC8K\033\\", "\033]lrm -rf /\033\\", "\033]Licon\033\\",
	"\033[?0u", "\033[?31u", "\033[>4;2m", "\033[8;24;80t", "\033[48;24;80;384;640t", "\033[1t", "\033[3;0;0t",
	"\033[24;80;1;1;1\"w", "\033[0000*{", "\033P0!u%5\033\\", "\033P2$u9/17\033\\",
	"\033P1$u1;1;1;@;@;@;0;2;@;BBBB\033\\",
	"\033[2;1;1;120;120;1;0x", "\033[?1;0;256S", "\033_Gi=31;OK\033\\", "\033P7!~A5C3\033\\",
};

static void
termreports_are_taken_out(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
		passes_in_all_pieces(reports[i], "");
		snprintf(text, sizeof text, "a%sb%s%sc", reports[i], reports[i], reports[0]);
		passes_in_all_pieces(text, "abc");
	}
}

static void
keys_pass(void **state)
{
	static const char *const keys[] = {
		"a", "\r", "\003", "\033", "\033[", "\033]", "\033P", "\033O", "\033\033", "\033\033[A", "\033x", "\033]x", "\033P1x",
		"\033[A", "\033[1;5A", "\033OA", "\033OR", "\033[R", "\033[11~", "\033[3~", "\033[15;2~", "\033[Z", "\033[a",
		"\033[c", "\033[27;5;13~", "\033[97;5u", "\033[97:65;2u", "\033[57352;1:3u", "\033[13;2~",
		"\033[I", "\033[O", "\033[<0;12;7M", "\033[<0;12;7m", "\033[M !!", "\033[32;12;7M",
		"\033[1;2P", "\033[1;2Q", "\033[1;2S", "\033[1;2R", "\033[1;16R", "\033_x", "\303\251\033[D",
		"\033[200~pasted \033[?62c and \033]11;rgb:0/0/0\007\033[201~",
	};
	char text[256], want[256];

	(void)state;
	asks = false;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		passes_in_all_pieces(keys[i], keys[i]);
		snprintf(text, sizeof text, "%s\033[?62c", keys[i]);
		snprintf(want, sizeof want, "%s", keys[i]);
		/* What begins as a report does, and is none, need not be told from what follows. */
		if (strlen(keys[i]) > 2 && keys[i][strlen(keys[i]) - 1] != 033)
			passes_in_all_pieces(text, want);
	}
}

/* ESC [ 1 ; 2 R is Shift-F3, or the cursor in the first row. */
static void
the_place_in_the_first_row_is_a_report_when_it_was_asked(void **state)
{
	(void)state;
	asks = true;
	passes_in_all_pieces("\033[1;2R", "");
	asks = false;
	passes_in_all_pieces("\033[1;2R", "\033[1;2R");
}

/* However long: nothing of it is held, nor does it pass. */
static void
a_long_string_is_taken_out(void **state)
{
	struct termreports r = { .until = 0 };
	unsigned char text[5000], out[sizeof text + TERMREPORTS_HELD];
	size_t n = 0;

	(void)state;
	memset(text, 'A', sizeof text);
	memcpy(text, "\033]52;c;", 7);
	n = termreports_filter(&r, text, sizeof text, 1, asked, NULL, out);
	memset(text, 'A', 7);
	for (int i = 0; i < 100; i++)
		n += termreports_filter(&r, text, sizeof text, 1, asked, NULL, out + n);
	assert_int_equal(n, 0);
	n = termreports_filter(&r, (const unsigned char *)"\033\\x", 3, 1, asked, NULL, out);
	assert_int_equal(n, 1);
	assert_int_equal(out[0], 'x');
	/* One that never ends is none. */
	text[0] = 033;
	text[1] = ']';
	text[2] = '1';
	text[3] = ';';
	n = termreports_filter(&r, text, sizeof text, 1, asked, NULL, out);
	text[0] = text[1] = text[2] = text[3] = 'A';
	for (int i = 0; i < 300 && !n; i++)
		n = termreports_filter(&r, text, sizeof text, 1, asked, NULL, out);
	assert_true(n > 0 && termreports_idle(&r));
}

/* ESC alone is held for a moment; then it is a key. */
static void
what_is_held_has_a_limit(void **state)
{
	struct termreports r = { .until = 0 };
	unsigned char out[300];

	(void)state;
	assert_int_equal(termreports_filter(&r, (const unsigned char *)"\033", 1, 100, asked, NULL, out), 0);
	assert_int_equal(r.until, 100 + TERMREPORTS_KEY_MS);
	assert_int_equal(termreports_release(&r, out), 1);
	assert_int_equal(r.until, 0);
	assert_int_equal(termreports_filter(&r, (const unsigned char *)"\033[?6", 4, 100, asked, NULL, out), 0);
	assert_int_equal(r.until, 100 + TERMREPORTS_REST_MS);
	assert_int_equal(termreports_filter(&r, (const unsigned char *)"2c", 2, 100, asked, NULL, out), 0);
	assert_int_equal(r.until, 0);
	assert_true(termreports_idle(&r));
	/* What was taken out is remembered, for when nobody else has answered. */
	assert_int_equal(r.kept_len, 6);
	assert_memory_equal(r.kept, "\033[?62c", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(termreports_are_taken_out),
		cmocka_unit_test(keys_pass),
		cmocka_unit_test(the_place_in_the_first_row_is_a_report_when_it_was_asked),
		cmocka_unit_test(a_long_string_is_taken_out),
		cmocka_unit_test(what_is_held_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
