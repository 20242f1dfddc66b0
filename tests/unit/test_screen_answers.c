/* SPDX-License-Identifier: MIT */
/* What the terminal model answers to queries, each by the document that it follows. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "screen.h"
#include "screen_text.h"

/* Each on a screen of its own, of 5 lines and 10 columns. */
static const struct {
	const char *bytes, *answer;
} asked[] = {
	{ "\033[c", "\033[?62;22c" }, { "\033[0c", "\033[?62;22c" }, { "\033[>c", "\033[>0;276;0c" },
	{ "\033[=c", "\033P!|00000000\033\\" }, { "\033[5n", "\033[0n" },
	{ "\033[2;3H\033[6n", "\033[2;3R" },
	{ "\033[2;3H\033[?6n", "\033[?2;3R" }, { "\033[?2004$p", "\033[?2004;2$y" },
	{ "\033[?7$p", "\033[?7;1$y" },
	{ "\033[?4711$p", "\033[?4711;0$y" }, { "\033[4$p", "\033[4;2$y" },
	{ "\033[>9u\033[?u", "\033[?9u" },
	{ "\033[>4;2m\033[?4m", "\033[>4;2m" }, { "\033[1;31m\033P$qm\033\\", "\033P1$r0;1;31m\033\\" },
	{ "\033P$qr\033\\", "\033P1$r1;5r\033\\" }, { "\033P$qx\033\\", "\033P0$r\033\\" },
	{ "\033[>q", "\033P>|holdfast\033\\" }, { "\033]11;?\007", "\033]11;rgb:0000/0000/0000\033\\" },
	{ "\033]4;1;#abc\007\033]4;1;?\007", "\033]4;1;rgb:a0a0/b0b0/c0c0\033\\" },
	{ "\033]4;1;rgb:a/b/c\007\033]4;1;?\007", "\033]4;1;rgb:aaaa/bbbb/cccc\033\\" },
	{ "\033]4;1;#a12b34c56\007\033]4;1;?\007", "\033]4;1;rgb:a1a1/b3b3/c5c5\033\\" },
	{ "\033]12;Dark Orange\007\033]12;?\007", "\033]12;rgb:ffff/8c8c/0000\033\\" },
	{ "\033]4;1;grey51\007\033]4;1;?\007", "\033]4;1;rgb:8282/8282/8282\033\\" },
	{ "\033]4;1;rgb:1/2/3\007\033]4;1;greyish\007\033]4;1;?\007", "\033]4;1;rgb:1111/2222/3333\033\\" },
	{ "\033]5;0;#123456\007\033]5;0;?\007", "\033]5;0;rgb:1212/3434/5656\033\\" },
	{ "\033]5;1;#123456\007\033]4;257;?\007", "\033]4;257;rgb:1212/3434/5656\033\\" },
	{ "\033]5;0;#123456\007\033]10;#010203\007\033]105;0\007\033]5;0;?\007",
	  "\033]5;0;rgb:0101/0202/0303\033\\" },
	{ "\033[2*x\033P$q*x\033\\", "\033P1$r2*x\033\\" },
	{ "\033[7$p\033[12$p", "\033[7;4$y\033[12;0$y" },
	{ "\033[63;1\"p\033P$q\"p\033\\", "\033P1$r63;1\"p\033\\" },
	{ "\033[62;1\"p\033[4$p", "" },
	{ "\033cab\033[7;1;1;1;1;1*y", "\033P7!~FF9F\033\\" },
	{ "\033cab\033[7;1;1;1;1;9*y", "\033P7!~FF3D\033\\" },
	{ "\033c\033[1;4;5;7mA\033[1;1;1;1;1;1*y", "\033P1!~FECF\033\\" },
	{ "\033c\033[3#yAbc\033[1;1;1;1;1;3*y", "\033P1!~0106\033\\" },
	{ "\033c\033[31#y\xe4\xb8\xad\033[1;1;1;1;1;1*y", "\033P1!~4E2D\033\\" },
	{ "\033]10;?;?\033\\", "\033]10;rgb:e5e5/e5e5/e5e5\033\\\033]11;rgb:0000/0000/0000\033\\" },
	/* xterm's control sequences: XTWINOPS; the pixels are not known. */
	{ "\033[18t", "\033[8;5;10t" }, { "\033[19t", "\033[9;5;10t" },
	{ "\033[14t\033[16t\033[15t\033[11t", "" },
	/* VT100 user guide: DECID. */
	{ "\033Z", "\033[?62;22c" },
	/* VT420 and VT510: DSR of devices, DECMSR, DECCKSR, DECRQDE, DECRQUPSS, DECCIR, DECTABSR. */
	{ "\033[?15n\033[?25n", "\033[?13n\033[?20n" }, { "\033[?26n", "\033[?27;1n" },
	{ "\033[?53n\033[?55n\033[?56n", "\033[?53n\033[?53n\033[?57;0n" },
	{ "\033[?62n\033[?63;9n", "\033[0000*{\033P9!~0000\033\\" },
	{ "\033[?75n\033[?85n", "\033[?70n\033[?83n" }, { "\033[?1n\033[15n\033[?996;1n", "" },
	{ "\033[\"v", "\033[5;10;1;1;1\"w" }, { "\033[&u", "\033P0!u%5\033\\" },
	{ "\033[2;3H\033[1$w", "\033P1$u2;3;1;@;@;@;0;2;@;BBBB\033\\" },
	{ "\033[1;4;5;7m\033[1\"q\033(0\033)A\016\033[3;10Hx\033[1$w",
	  "\033P1$u3;10;1;O;A;H;1;2;@;0ABB\033\\" },
	{ "\033[?6h\033N\033[1$w", "\033P1$u1;1;1;@;@;C;0;2;@;BBBB\033\\" },
	{ "\033[2$w", "\033P2$u1/9\033\\" }, { "\033[3g\033[2$w", "\033P2$u\033\\" },
	{ "\033[0$w\033[3$w", "" },
	/* VT510: DECRQSS of DECSLPP, DECSNLS, DECSCPP, DECSASD, DECSSDT, DECSCA, DECSCL; DECSCUSR. */
	{ "\033P$qt\033\\", "\033P1$r5t\033\\" }, { "\033P$q*|\033\\", "\033P1$r5*|\033\\" },
	{ "\033P$q$|\033\\", "\033P1$r10$|\033\\" }, { "\033P$q$}\033\\", "\033P1$r0$}\033\\" },
	{ "\033P$q$~\033\\", "\033P1$r0$~\033\\" }, { "\033[1\"q\033P$q\"q\033\\", "\033P1$r1\"q\033\\" },
	{ "\033P$q\"p\033\\", "\033P1$r64;1\"p\033\\" }, { "\033[4 q\033P$q q\033\\", "\033P1$r4 q\033\\" },
	{ "\033P$qmm\033\\", "\033P0$r\033\\" }, { "\033P$q\033\\", "\033P0$r\033\\" },
	/* ITU-T T.416, as neovim looks for it. */
	{ "\033[48;2;1;2;3m\033P$qm\033\\", "\033P1$r0;48:2::1:2:3m\033\\" },
	{ "\033[38:5:200;4:3;58;5;9m\033P$qm\033\\", "\033P1$r0;4:3;58:5:9;38:5:200m\033\\" },
	/* xterm's control sequences: XTGETTCAP, XTSMGRAPHICS. */
	{ "\033P+q544e\033\\", "\033P1+r544E=787465726D2D323536636F6C6F72\033\\" },
	{ "\033P+q436F;524742\033\\", "\033P1+r436F=323536\033\\\033P1+r524742=38\033\\" },
	{ "\033P+q5463;5375\033\\", "\033P1+r5463\033\\\033P1+r5375\033\\" },
	{ "\033P+q536D756C78\033\\", "\033P1+r536D756C78=1B5B343A25703125646D\033\\" },
	/* The clipboard, a key, no name, half a digit, no digits, control characters, too long: not known. */
	{ "\033P+q4d73\033\\\033P+q6b75\033\\", "\033P0+r4D73\033\\\033P0+r6B75\033\\" },
	{ "\033P+q\033\\\033P+q544\033\\\033P+qxy\033\\", "\033P0+r\033\\\033P0+r\033\\\033P0+r\033\\" },
	{ "\033P+q0a0a\033\\\033P+q4141414141414141414141414141414141\033\\",
	  "\033P0+r\033\\\033P0+r\033\\" },
	{ "\033[?1;1;0S\033[?2;1;0S\033[?9;1;0S\033[?1S", "\033[?1;3S\033[?2;3S\033[?9;1S" },
	/* Modes that a terminal has a default of its own for: xterm's. */
	{ "\033[?8$p\033[?12$p\033[?1007$p\033[?1034$p",
	  "\033[?8;1$y\033[?12;2$y\033[?1007;2$y\033[?1034;1$y" },
	{ "\033[?1035$p\033[?1036$p\033[?1039$p", "\033[?1035;1$y\033[?1036;2$y\033[?1039;2$y" },
	{ "\033[?8l\033[?8$p\033[?8h\033[?8$p", "\033[?8;2$y\033[?8;1$y" },
	/* In-band size reports: at once, and again when it is set again. */
	{ "\033[?2048h", "\033[48;5;10;0;0t" },
	{ "\033[?2048h\033[?2048h", "\033[48;5;10;0;0t\033[48;5;10;0;0t" },
	{ "\033[?2048l\033[2048h", "" },
	{ "\033[?2027$p", "\033[?2027;2$y" }, { "\033[?2027h\033[?2027$p", "\033[?2027;1$y" },
	{ "\033[?2027h\033[!p\033[?2027$p", "\033[?2027;2$y" },
	/* The theme follows from the background that a program has set; else nothing is known. */
	{ "\033[?996n", "" }, { "\033]11;#111\007\033[?996n", "\033[?997;1n" },
	{ "\033]11;#eee\007\033[?996n", "\033[?997;2n" }, { "\033]11;#eee\007\033]111\007\033[?996n", "" },
	/* kitty's graphics protocol: a terminal that says nothing has none. */
	{ "\033_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\033\\", "" },
	/* Never: titles, selections, what runs in it. */
	{ "\033]2;rm -rf\007\033[21t\033[20t\033]52;c;?\007\005", "" },
};

static void
queries_are_answered(void **state)
{
	char buf[SCREEN_ANSWERS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct screen *s = screen_new(5, 10, 0);
		size_t n;

		assert_non_null(s);
		/* Off, they are eaten. */
		screen_feed(s, asked[i].bytes, strlen(asked[i].bytes));
		assert_int_equal(screen_take_answers(s, buf, sizeof buf), 0);
		screen_answer(s, true);
		screen_feed(s, asked[i].bytes, strlen(asked[i].bytes));
		n = screen_take_answers(s, buf, sizeof buf);
		assert_int_equal(n, strlen(asked[i].answer));
		assert_memory_equal(buf, asked[i].answer, n);
		screen_free(s);
	}
}

/* What is known of the person's terminal is in the answers, unless a program has said otherwise, and nowhere else. */
static void
terminal_is_in_answers(void **state)
{
	static const struct screen_terminal t = { { 0x01102030, 0x01f0f0f0, 0x01ff8000 }, 80, 100 };
	static const char queries[] = "\033]10;?;?;?\007\033[?996n\033[14t\033[16t\033[?2048h"
		"\033]11;#000\007\033[?996n";
	static const char want[] = "\033]10;rgb:1010/2020/3030\033\\\033]11;rgb:f0f0/f0f0/f0f0\033\\"
		"\033]12;rgb:ffff/8080/0000\033\\\033[?997;2n\033[4;100;80t\033[6;20;8t"
		"\033[48;5;10;100;80t\033[?997;1n";
	struct screen *s = screen_new(5, 10, 0), *other = screen_new(5, 10, 0);
	char buf[SCREEN_ANSWERS_MAX], why[80];
	size_t n, at = 1;

	(void)state;
	screen_answer(s, true);
	screen_terminal_is(s, &t);
	screen_feed(s, queries, strlen(queries));
	n = screen_take_answers(s, buf, sizeof buf);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(buf, want, n);
	screen_feed(other, queries, strlen(queries));
	if (!screen_equal(s, other, why, sizeof why))
		fail_msg("%s", why);
	/* Another size: said in band, and once. */
	screen_resize(s, 10, 20);
	screen_resize(s, 10, 20);
	n = screen_take_answer(s, buf, sizeof buf, &at);
	assert_int_equal(at, 0);
	assert_int_equal(n, strlen("\033[48;10;20;100;80t"));
	assert_memory_equal(buf, "\033[48;10;20;100;80t", n);
	assert_int_equal(screen_take_answer(s, buf, sizeof buf, &at), 0);
	screen_free(s);
	screen_free(other);
}

/* Each answer says where its query ended, within what was fed last. */
static void
answers_have_their_places(void **state)
{
	static const char one[] = "ab\033[6", two[] = "n\033]4;1;?;2;?\033\\xyz\033P$qm\033\\\033[c!";
	static const struct { size_t at; const char *begin; } want[] = {
		{ 1, "\033[1;3R" }, { 13, "\033]4;1;" }, { 13, "\033]4;2;" }, { 23, "\033P1$r" }, { 27, "\033[?62" },
	};
	struct screen *s = screen_new(5, 10, 0);
	char buf[100];
	size_t at, n;

	(void)state;
	screen_answer(s, true);
	screen_feed(s, one, sizeof one - 1);
	assert_int_equal(screen_take_answer(s, buf, sizeof buf, &at), 0);
	screen_feed(s, two, sizeof two - 1);
	/* One that has no room stays. */
	assert_int_equal(screen_take_answer(s, buf, 5, &at), 0);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		n = screen_take_answer(s, buf, sizeof buf, &at);
		assert_true(n >= strlen(want[i].begin));
		assert_memory_equal(buf, want[i].begin, strlen(want[i].begin));
		assert_int_equal(at, want[i].at);
	}
	assert_int_equal(screen_take_answer(s, buf, sizeof buf, &at), 0);
	screen_free(s);
}

static void
answers_are_bounded(void **state)
{
	struct screen *s = screen_new(5, 10, 0);
	char buf[100];
	size_t n, sum = 0;

	(void)state;
	screen_answer(s, true);
	for (int i = 0; i < 10000; i++)
		screen_feed(s, "\033[6n", 4);
	while ((n = screen_take_answers(s, buf, sizeof buf)))
		sum += n;
	assert_true(sum > 0 && sum <= SCREEN_ANSWERS_MAX);
	screen_feed(s, "\033[6n", 4);
	screen_answer(s, false);
	assert_int_equal(screen_take_answers(s, buf, sizeof buf), 0);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_answered),
		cmocka_unit_test(terminal_is_in_answers),
		cmocka_unit_test(answers_have_their_places),
		cmocka_unit_test(answers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
