/* SPDX-License-Identifier: MIT */
/* What a painter's answers may be: everything else is dropped. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "grammar.h"
#include "screen.h"

static const char *const good[] = {
	"\033[?62;22c", "\033[>1;10;0c", "\033[0n", "\033[?997;1n", "\033[24;80R", "\033[?24;80;1R", "\033[4;2$y",
	"\033[?2026;2$y", "\033[?0u", "\033[?31u", "\033[>4;2m", "\033P!|484F4C44\033\\",
	"\033P>|holdfast(0.1.0)\033\\",
	"\033P1$r0;1;38:2::1:2:3m\033\\", "\033P1$r2 q\033\\", "\033P0$r\033\\", "\033]10;rgb:ffff/ffff/ffff\033\\",
	"\033[4;480;640t", "\033[6;20;8t", "\033[8;24;80t", "\033[9;24;80t", "\033[48;24;80;0;0t", "\033[?2;3S",
	"\033[24;80;1;1;1\"w", "\033[0000*{", "\033[?27;1;0;0n",
	"\033P0+r\033\\", "\033P0+r4D73\033\\", "\033P1+r5463\033\\", "\033P1+r436F=323536\033\\",
	"\033P1$r24t\033\\", "\033P1$r24*|\033\\", "\033P1$r80$|\033\\", "\033P1$r0$}\033\\", "\033P1$r0$~\033\\",
	"\033P1$r2*x\033\\", "\033P0!u%5\033\\", "\033P7!~0000\033\\",
	"\033P1$u24;80;1;@;A;O;0;2;@;B0AB\033\\", "\033P2$u9/17/25\033\\", "\033P2$u\033\\",
	"\033]11;rgb:0/0/0\033\\", "\033]4;255;rgb:12/34/56\033\\", "\033]12;rgba:1/2/3/4\033\\",
};

/* Titles, selections, keys, line ends, C0, strings with something behind them, and what is no report at all. */
static const char *const bad[] = {
	"", "x", "\r", "\n", "\003", "\033", "\033[", "\033[c", "\033[A", "\033[1;5A", "\033OP",
	"\033[13;2u", "\033[27;5;13~",
	"\033[200~", "\033[201~", "\033[M !!", "\033[<0;1;1M", "\033[I", "\033[1c",
	"\033]l;title\033\\", "\033]lrm -rf\033\\", "\033]L\033\\", "\033]0;title\033\\", "\033]52;c;cm0K\033\\",
	"\033]11;rgb:0/0/0\007", "\033]11;rgb:0/0/0\r\033\\", "\033]11;rgb:0/0\033\\", "\033]11;red\033\\",
	"\033]52;rgb:0/0/0\033\\", "\033]110;rgb:0/0/0\033\\", "\033]8;;http://x\033\\", "\033]11;?\033\\",
	"\033P>|a\rb\033\\", "\033P>|a;b\033\\", "\033P>|\033\\", "\033P1$r0m", "\033P1$r0m\007", "\033P1$r0m\033x",
	"\033P1+r544e=\033\\", "\033P1+r\033\\", "\033P1+rxy\033\\", "\033P0+r544e=41\033\\", "\033P1+r54;43\033\\",
	"\033[8;24t", "\033[8;24;80;1t", "\033[3;0;0t", "\033[5;1;1t", "\033[48;24;80t", "\033[1t", "\033[21t",
	"\033[?1;0;256S",
	"\033[?1;3s", "\033[24;80;1;1;2\"w", "\0330*{", "\033[0*{", "\033P1$r24|\033\\", "\033P1$r$|\033\\",
	"\033P1$r24*y\033\\", "\033P0!uid\033\\", "\033P1!u%5\033\\", "\033P7!~000\033\\", "\033P7!~00000\033\\",
	"\033P1$u24;80;1;@;@;@;0;2;@;BBB\033\\", "\033P1$u24;80;1;P;@;@;0;2;@;BBBB\033\\",
	"\033P1$u24;80;2;@;@;@;0;2;@;BBBB\033\\", "\033P1$u24;80;1;@;@;@;0;2;@;ls-l\033\\", "\033P2$u9/\033\\",
	"\033P2$u/9\033\\", "\033P3$u9\033\\", "\033_Gi=1;OK\033\\",
"\033P1$r\n\033\\", "\033P1$r`id`\033\\", "\033[24\r;80R", "\033[24;80;R",
	"\033[123456n",
	"\033[?62;22 c", "\033[;c", "\233?62c", "\033_x\033\\", "\033^x\033\\", "\033Xx\033\\",
};

static void
reports_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		size_t len = strlen(good[i]);
		unsigned char *p = exact_copy(good[i], len);

		if (grammar_length(p, len) != len)
			fail_msg("report %zu is refused", i);
		/* Nothing less is one. */
		for (size_t n = 0; n < len; n++)
			if (grammar_length(p, n) != 0)
				fail_msg("%zu bytes of report %zu pass", n, i);
		free(p);
	}
}

static void
all_else_is_dropped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unsigned char *p = exact_copy(bad[i], strlen(bad[i]));

		if (grammar_length(p, strlen(bad[i])) != 0)
			fail_msg("%zu passes", i);
		free(p);
	}
}

static void
bytes_behind_a_report_are_no_part_of_it(void **state)
{
	static const char text[] = "\033[0n\033[24;80Rrm -rf x\r\033[0n";
	struct grammar_rate rate = { 0 };
	unsigned char out[sizeof text];

	(void)state;
	assert_int_equal(grammar_filter(&rate, 1, (const unsigned char *)text, sizeof text - 1, out), 12);
	assert_memory_equal(out, text, 12);
}

/* With one byte of a report changed to any other, whatever passes is printable from ESC to ESC \. */
static void
no_control_byte_ever_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		for (size_t at = 0; at < strlen(good[i]); at++)
			for (unsigned c = 0; c < 256; c++) {
				unsigned char text[GRAMMAR_MAX];
				size_t len = strlen(good[i]), n;

				memcpy(text, good[i], len);
				text[at] = (unsigned char)c;
				n = grammar_length(text, len);
				for (size_t j = 0; j < n; j++) {
					bool esc = text[j] == 27 && (j == 0 || j == n - 2);

					if (!esc && (text[j] < 32 || text[j] > 126))
						fail_msg("report %zu with byte %zu as %u passes", i, at, c);
				}
			}
}

static void
length_is_bounded(void **state)
{
	unsigned char text[8192];
	size_t len = 2;

	(void)state;
	memcpy(text, "\033[?62", 5);
	for (len = 5; len + 6 < sizeof text; len += 3)
		memcpy(text + len, ";22", 3);
	text[len++] = 'c';
	assert_int_equal(grammar_length(text, len), 0);
	text[GRAMMAR_MAX + 1] = 'c';
	assert_int_equal(grammar_length(text, len), 0);
	text[GRAMMAR_MAX - 2] = 'c';
	assert_int_equal(grammar_length(text, len), GRAMMAR_MAX - 1);
}

static void
rate_is_bounded(void **state)
{
	struct grammar_rate rate = { 0 };
	unsigned char text[400], out[400];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i + 4 <= sizeof text; i += 4)
		memcpy(text + i, "\033[0n", 4);
	for (int i = 0; i < 100; i++)
		count += grammar_filter(&rate, 5000, text, sizeof text, out) / 4;
	assert_int_equal(count, GRAMMAR_COUNT_RATE);
	assert_int_equal(grammar_filter(&rate, 5999, text, 4, out), 0);
	assert_int_equal(grammar_filter(&rate, 6000, text, 4, out), 4);
}

static void
bytes_are_bounded(void **state)
{
	struct grammar_rate rate = { 0 };
	unsigned char text[200], out[200];
	size_t total = 0, n;

	(void)state;
	n = (size_t)sprintf((char *)text, "\033[?1");
	while (n + 7 < sizeof text)
		n += (size_t)sprintf((char *)text + n, ";11111");
	text[n++] = 'c';
	for (int i = 0; i < 60; i++)
		total += grammar_filter(&rate, 5000, text, n, out);
	assert_uint_in_range(total, GRAMMAR_BYTES_RATE - n, GRAMMAR_BYTES_RATE);
}

/* Takes the model's answers to QUERY; each of them may be typed.  How many there were. */
static unsigned
answers_pass(struct screen *s, const char *query)
{
	unsigned char one[SCREEN_ANSWERS_MAX];
	unsigned count = 0;
	size_t n, at;

	screen_feed(s, query, strlen(query));
	while ((n = screen_take_answer(s, one, sizeof one, &at)) > 0) {
		if (grammar_length(one, n) != n)
			fail_msg("the answer to \"%s\" may not be typed: \"%.*s\"", query + 1, (int)n - 1, one + 1);
		count++;
	}
	return count;
}

static struct screen *
answering(unsigned rows, unsigned cols)
{
	static const struct screen_terminal t = { { 0x1000000, 0x1fdf6e3, 0x1ffffff }, 65535, 65535 };
	struct screen *s = screen_new(rows, cols, 0);

	assert_non_null(s);
	screen_answer(s, true);
	screen_terminal_is(s, &t);
	return s;
}

/* What the model answers to all control sequences, with each prefix, intermediate byte and parameters, may be typed. */
static void
answers_of_the_model_pass(void **state)
{
	static const char *const params[] = {
		"", "1", "2", "5", "6", "8", "11", "14", "15", "16", "18", "19", "20", "21", "25", "26", "53", "55",
		"56", "62",
		"63;65535", "75", "85", "996", "2027", "2048", "65535", "1;1;0", "2;4;0", "65535;1;1", "0;1;1;1;9;9",
		"7;1;1;1;3;3",
	};
	static const char prefixes[] = " ?>=<", intermediates[] = "_ !\"#$%&'()*+,-./";
	struct screen *s = answering(1000, 1000);
	unsigned count = 0;
	char query[64];

	(void)state;
	for (const char *prefix = prefixes; *prefix; prefix++)
		for (const char *between = intermediates; *between; between++)
			for (char final = '@'; final < 127; final++)
				for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
					snprintf(query, sizeof query, "\033[%.*s%s%.*s%c", *prefix != ' ', prefix,
					         params[i], *between != '_', between, final);
					count += answers_pass(s, query);
				}
	for (char final = '0'; final < 127; final++) {
		snprintf(query, sizeof query, "\033%c", final);
		if (!strchr("PX]^_[", final))
			count += answers_pass(s, query);
	}
	assert_true(count > 100);
	screen_free(s);
}

/* DECRQSS and DECRQPSR with what there is to say, XTGETTCAP of each name, and colours. */
static void
long_answers_of_the_model_pass(void **state)
{
	static const char *const settings[] = {
		"m", "r", "s", "t", " q", "\"q", "\"p", "*|", "$|", "$}", "$~", "*x", "x", "",
	};
	static const char *const names[] = { "544E", "6E616D65", "436F", "636F6C6F7273", "524742", "5463", "5375",
		                             "536D756C78", "536574756C63", "73657472676266", "73657472676262",
		                             "736D7878", "726D7878", "5373", "5365", "4D73", "6B75", "", "4",
		                             "41414141414141414141414141414141" };
	static const char looks[] = "\033[1;2;3;4:3;5;7;8;9;53;38:2::255:254:253m"
		"\033[48;2;252;251;250;58:2::249:248:247m\033[1\"q";
	struct screen *s = answering(1000, 480);
	char query[128];

	(void)state;
	assert_int_equal(answers_pass(s, looks), 0);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		snprintf(query, sizeof query, "\033P$q%s\033\\", settings[i]);
		assert_int_equal(answers_pass(s, query), 1);
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(query, sizeof query, "\033P+q%s;%s\033\\", names[i], names[i]);
		assert_int_equal(answers_pass(s, query), 2);
	}
	assert_int_equal(answers_pass(s, "\033(0\033)A\033[999;479Hxxx\033[1$w\033N\033[1$w\033[?6h\033O\033[1$w"), 3);
	assert_int_equal(answers_pass(s, "\033[2$w\033[3g\033[2$w"), 2);
	assert_int_equal(answers_pass(s, "\033]4;0;?;255;?\033\\\033]10;?;?;?\007\033]11;#123\007\033]11;?\007"), 6);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_pass),
		cmocka_unit_test(all_else_is_dropped),
		cmocka_unit_test(bytes_behind_a_report_are_no_part_of_it),
		cmocka_unit_test(no_control_byte_ever_passes),
		cmocka_unit_test(answers_of_the_model_pass),
		cmocka_unit_test(long_answers_of_the_model_pass),
		cmocka_unit_test(length_is_bounded),
		cmocka_unit_test(rate_is_bounded),
		cmocka_unit_test(bytes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
