/* SPDX-License-Identifier: MIT */
/* Renderings for terminals that take less than the model has. */
#include "unit.h"

#include <stdio.h>

#include "out.h"
#include "reduce.h"
#include "screen.h"
#include "screen_text.h"
#include "style.h"

#define VT100 \
	(TERMCAN_KNOWN | TERMCAN_ECMA48 | TERMCAN_STAYS | TERMCAN_WRAPS | TERMCAN_REGION | TERMCAN_SAVES | \
	 TERMCAN_KEYPAD | TERMCAN_AUTOWRAP | TERMCAN_DRAWING | TERMCAN_BOLD | TERMCAN_UNDERLINE | TERMCAN_INVERSE)
#define ATTRIBUTES \
	(TERMCAN_BOLD | TERMCAN_DIM | TERMCAN_ITALIC | TERMCAN_UNDERLINE | TERMCAN_BLINK | TERMCAN_INVERSE | \
	 TERMCAN_CONCEAL | TERMCAN_STRIKE | TERMCAN_OVERLINE)

/* The rendering of BYTES for T, from behind the first CSI J on. */
static const char *
drawn(const char *bytes, const struct termcan *t)
{
	static struct text text;
	struct screen *s = screen_of(3, 12, bytes);
	const struct screen_render_options o = { .target = t, .no_scrollback = true };
	char *at;

	text.n = 0;
	screen_render(s, &o, keep, &text);
	screen_free(s);
	at = strstr(text.bytes, "\033[H\033[J");
	assert_non_null(at);
	return at + strlen("\033[H\033[J");
}

static void
expect(const char *bytes, const struct termcan *t, const char *rendering)
{
	const char *got = drawn(bytes, t);

	if (strcmp(got, rendering) != 0) {
		print_error("rendering of: %s\n", bytes);
		assert_string_equal(got, rendering);
	}
}

/* The style after reduction, as SGR. */
static const char *
look(uint64_t can, uint32_t colours, struct style style)
{
	static struct text text;
	const struct termcan t = { .can = TERMCAN_KNOWN | can, .colours = colours };
	struct out o;

	text.n = 0;
	out_begin(&o, &t, keep, &text);
	out_style(&o, &style);
	out_flush(&o);
	text.bytes[text.n] = '\0';
	return text.bytes;
}

static void
colours_become_the_nearest(void **state)
{
	static const struct { uint32_t colours, colour; const char *text, *background; } all[] = {
		{ TERMCAN_DIRECT, COLOUR_RGB | 0x123456, "\033[0m\033[38;2;18;52;86m", "\033[0m\033[48;2;18;52;86m" },
		{ 256, COLOUR_RGB | 0xff0000, "\033[0m\033[38;5;196m", "\033[0m\033[48;5;196m" },
		{ 256, COLOUR_RGB | 0x5f87af, "\033[0m\033[38;5;67m", "\033[0m\033[48;5;67m" },
		{ 256, COLOUR_RGB | 0x767676, "\033[0m\033[38;5;243m", "\033[0m\033[48;5;243m" },
		{ 256, COLOUR_256 | 200, "\033[0m\033[38;5;200m", "\033[0m\033[48;5;200m" },
		{ 256, COLOUR_256 | 9, "\033[0;91m", "\033[0;101m" },
		{ 256, COLOUR_16 | 9, "\033[0;91m", "\033[0;101m" },
		{ 88, COLOUR_RGB | 0xff0000, "\033[0m\033[38;5;64m", "\033[0m\033[48;5;64m" },
		{ 88, COLOUR_256 | 231, "\033[0m\033[38;5;79m", "\033[0m\033[48;5;79m" },
		{ 16, COLOUR_256 | 196, "\033[0;91m", "\033[0;101m" },
		{ 16, COLOUR_256 | 124, "\033[0;31m", "\033[0;41m" },
		{ 16, COLOUR_RGB | 0x808080, "\033[0;90m", "\033[0;100m" },
		{ 8, COLOUR_256 | 196, "\033[0;1;31m", "\033[0;41m" },
		{ 8, COLOUR_256 | 22, "\033[0;32m", "\033[0;40m" },
		{ 8, COLOUR_256 | 16, "\033[0;30m", "\033[0;40m" },
		{ 8, COLOUR_256 | 240, "\033[0;37m", "\033[0;40m" },
		{ 8, COLOUR_256 | 231, "\033[0;1;37m", "\033[0;47m" },
		{ 8, COLOUR_256 | 34, "\033[0;32m", "\033[0;42m" },
		{ 8, COLOUR_16 | 11, "\033[0;1;33m", "\033[0;43m" },
		{ 8, COLOUR_16 | 8, "\033[0;37m", "\033[0;47m" },
		{ 8, COLOUR_16 | 3, "\033[0;33m", "\033[0;43m" },
		{ 0, COLOUR_RGB | 0xff0000, "", "" },
		{ 0, COLOUR_16 | 1, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_string_equal(look(ATTRIBUTES, all[i].colours, (struct style){ .fg = all[i].colour }),
		                    all[i].text);
		assert_string_equal(look(ATTRIBUTES, all[i].colours, (struct style){ .bg = all[i].colour }),
		                    all[i].background);
	}
}

static void
text_stays_readable(void **state)
{
	(void)state;
	/* Two greys that are one of eight colours. */
	assert_string_equal(look(0, 8, (struct style){ .fg = COLOUR_256 | 251, .bg = COLOUR_256 | 255 }),
	                    "\033[0;30;47m");
	assert_string_equal(look(0, 8, (struct style){ .fg = COLOUR_256 | 233, .bg = COLOUR_256 | 234 }),
	                    "\033[0;37;40m");
	/* What a program hides stays hidden. */
	assert_string_equal(look(0, 8, (struct style){ .fg = COLOUR_256 | 233, .bg = COLOUR_256 | 233 }),
	                    "\033[0;30;40m");
}

static void
attributes_are_those_of_the_terminal(void **state)
{
	const struct style all = { .attr = 0xff | STYLE_OVERLINE | 3u << STYLE_UNDERLINE_SHIFT, .ul = COLOUR_256 | 5 };
	const struct style under = { .attr = 1u << STYLE_UNDERLINE_SHIFT | STYLE_BOLD, .fg = COLOUR_16 | 1 };

	(void)state;
	assert_string_equal(look(0, 8, all), "");
	assert_string_equal(look(TERMCAN_BOLD | TERMCAN_UNDERLINE, 8, all), "\033[0;1;4m");
	assert_string_equal(look(TERMCAN_BLINK, 8, all), "\033[0;5m");
	assert_string_equal(look(ATTRIBUTES | TERMCAN_XTERM, 8, all), "\033[0;1;2;3;5;6;7;8;9;53;4m");
	/* A colon never stands beside the reset. */
	assert_string_equal(look(ATTRIBUTES | TERMCAN_XTERM | TERMCAN_COLONS, 8, all),
	                    "\033[0;1;2;3;5;6;7;8;9;53m\033[4:3m\033[58:5:5m");
	assert_string_equal(look(TERMCAN_BOLD | TERMCAN_UNDERLINE | TERMCAN_UNDERLINE_ALONE, 8, under), "\033[0;1;31m");
	assert_string_equal(look(TERMCAN_BOLD | TERMCAN_UNDERLINE | TERMCAN_UNDERLINE_ALONE, 0, under), "\033[0;1;4m");
}

static void
lines_are_drawn_by_the_charset(void **state)
{
	const struct termcan ascii = { .can = VT100 }, utf8 = { .can = VT100 | TERMCAN_UTF8 },
	                     none = { .can = (VT100 & ~TERMCAN_DRAWING) };

	(void)state;
	expect("\033(0lqk\033(B", &ascii, "\033(0lqk\033(B\r\n\r\n\033[1;4H");
	expect("\342\224\214\342\224\200\342\224\220", &ascii, "\033(0lqk\033(B\r\n\r\n\033[1;4H");
	expect("\033(0lqk\033(Bx", &utf8, "\033(0lqk\033(Bx\r\n\r\n\033[1;5H");
	expect("\033(0lqkx\033(B", &none, "+-+|\r\n\r\n\033[1;5H");
	/* Double and rounded ones are as near as that goes. */
	expect("\342\225\224\342\225\220\342\225\256", &ascii, "\033(0lqk\033(B\r\n\r\n\033[1;4H");
	expect("\342\225\224\342\225\220\342\225\256", &utf8, "\342\225\224\342\225\220\342\225\256\r\n\r\n\033[1;4H");
	/* The program draws on. */
	expect("\033(0l", &ascii, "\033(0l\033(B\r\n\r\n\033[1;2H\033(0");
	expect("\033)0\016l", &ascii, "\033(0l\033(B\r\n\r\n\033[1;2H\033)0\016");
	expect("\033)0\016l", &none, "+\r\n\r\n\033[1;2H");
}

static void
characters_are_those_of_the_charset(void **state)
{
	struct termcan ascii = { .can = VT100 }, latin9 = { .can = VT100 };

	(void)state;
	for (unsigned i = 0x20; i < TERMCAN_UPPER; i++)
		latin9.upper[i] = (uint16_t)(0x80 + i);
	latin9.upper[0xa4 - 0x80] = 0x20ac;
	expect("\303\244\342\202\254\342\200\246", &latin9, "\344\244.\r\n\r\n\033[1;4H");
	expect("\303\244\342\202\254\342\200\246", &ascii, "a?.\r\n\r\n\033[1;4H");
	/* Wide ones keep their columns; what joins a character goes. */
	expect("\344\270\255|\357\274\241|e\314\201|", &ascii, "??|A |e|\r\n\r\n\033[1;9H");
	/* Bytes that are no character come back. */
	expect("\344|\304\n", &ascii, "\344|\304\r\n\r\n\033[2;4H");
	/* Programs that write in the terminal's own set wrote these two characters, perhaps. */
	latin9.can |= TERMCAN_OWN_BYTES;
	expect("\303\244|", &latin9, "\303\244|\r\n\r\n\033[1;3H");
}

static void
rows_need_no_more_than_the_terminal_has(void **state)
{
	const struct termcan vt100 = { .can = VT100 }, colours = { .can = VT100, .colours = 8 },
	                     erases = { .can = VT100 | TERMCAN_ERASES | TERMCAN_ERASES_COLOURED, .colours = 8 },
	                     wraps_at_once = { .can = VT100 & ~TERMCAN_STAYS };

	(void)state;
	expect("a\033[4Cb", &vt100, "a\033[4Cb\r\n\r\n\033[1;7H");
	expect("\033[41m\033[3Xa", &vt100, "a\r\n\r\n\033[1;2H");
	expect("\033[41m\033[1;3Hab\033[K\033[m", &colours,
	       "\033[2C\033[0;41mab        \033[0m\r\n\r\n\033[1;5H");
	expect("\033[41m\033[1;3Hab\033[3X\033[m\033[3Cc", &erases,
	       "\033[2C\033[0;41mab\033[3X\033[3C\033[0mc\r\n\r\n\033[1;9H");
	/* A wrapped line goes on by itself, and a wrap that waits waits again. */
	expect("123456789012abc", &vt100, "123456789012abc\r\n\033[2;4H");
	expect("123456789012", &vt100, "123456789012\r\n\r\n\033[1;12H2");
	/* Where the last column wraps at once, it does so twice in no case. */
	expect("123456789012\r\nabc", &wraps_at_once, "123456789012abc\r\n\033[2;4H");
	expect("\033[3;1H123456789012", &wraps_at_once, "\r\n\r\n12345678901\033[3;12H");
}

static void
the_alternate_screen(void **state)
{
	const char *bytes = "main\033[?1049h\033[2;2Halt";
	const struct termcan one = { .can = VT100 }, both = { .can = VT100 | TERMCAN_ALTERNATE },
	                     old = { .can = VT100 | TERMCAN_ALTERNATE_47 };

	(void)state;
	expect(bytes, &one, "main\r\n\r\n\033[H\033[J\033[2;1H\033[1Calt\033[2;5H");
	expect(bytes, &both,
	       "main\r\n\r\n\033[1;5H\033[?1049h\033(B\033)B\017\033[H\033[J\033[2;1H\033[1Calt\033[2;5H");
	expect(bytes, &old,
	       "main\r\n\r\n\033[1;5H\0337\033[?47h\033(B\033)B\017\033[H\033[J\033[2;1H\033[1Calt\033[2;5H");
}

/* Everything that a program can switch on. */
#define EVERYTHING \
	"\033[?1;5;12;45;66;69h\033[?1003;1006h\033[?1004;2004;2031;2048;2027h" \
	"\033[4;20h\033=\033[>4;2m\033[>5u\033[5 q" \
	"\033]2;title\007\033[22;0t\033]7;file:///\007\033]4;1;#123456\007\033]11;#123456\007" \
	"\033]8;;http://a/\007link\033]8;;\007" \
	"\033H\033[2;3r\033[?6h\033[1\"q\033[4:3;58:5:1mx\033N"

static void
nothing_else_is_sent(void **state)
{
	static const char *const never[] = {
		"\033]", "\033[?1004", "\033[?2", "\033[>", "\033[=", "\033[<", " q", "\"q", "\033P", "\033[!p",
		"\033[4",
		"\033[20", "\033[?6", "\033[?5", ":", "\033H", "\033N", "\033\\",
	};
	const struct termcan vt100 = { .can = VT100 };
	struct screen *s = screen_of(3, 12, EVERYTHING);
	static struct text text;
	const struct screen_render_options o = { .target = &vt100 };

	(void)state;
	text.n = 0;
	screen_render(s, &o, keep, &text);
	screen_leave(s, &vt100, keep, &text);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strstr(text.bytes, never[i]))
			fail_msg("\"%s\" in a rendering for a VT100", never[i] + 1);
	assert_non_null(strstr(text.bytes, "\033[?1h"));
	assert_non_null(strstr(text.bytes, "\033[2;3r"));
	screen_free(s);
}

/* What a program has set there all the same is reset when a terminal like xterm is left; else it is not mentioned. */
static void
what_programs_have_set_is_reset(void **state)
{
	static const struct {
		const char *sets, *resets;
	} all[] = {
		{ "\033[>1u", "\033[<99u" }, { "\033[?1049h\033[=1u", "\033[<99u" }, { "\033[>4;2m", "\033[>m" },
		{ "\033[?2031h", "\033[?2031l" }, { "\033[?2048h", "\033[?2048l" },
		{ "\033]9;4;1;7\007", "\033]9;4;0;0" },
	};
	const struct termcan plain = { .can = VT100 | TERMCAN_XTERM };
	static struct text text;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct screen *s = screen_of(3, 12, "");

		text.n = 0;
		screen_leave(s, &plain, keep, &text);
		assert_null(strstr(text.bytes, all[i].resets));
		screen_feed(s, all[i].sets, strlen(all[i].sets));
		text.n = 0;
		screen_leave(s, &plain, keep, &text);
		assert_non_null(strstr(text.bytes, all[i].resets));
		screen_free(s);
	}
}

/* Without positions there is the text, with the cursor behind it. */
static void
only_text(void **state)
{
	const struct termcan dumb = { .can = TERMCAN_KNOWN };
	struct screen *s = screen_of(3, 12, "\033[31mone\r\n\342\224\200 two\033[3C|\033[2D");
	const struct screen_render_options o = { .target = &dumb, .line = "resumed" };
	static struct text text;

	(void)state;
	text.n = 0;
	screen_render(s, &o, keep, &text);
	assert_string_equal(text.bytes, "\r\nresumed\r\none\r\n- two  ");
	text.n = 0;
	screen_leave(s, &dumb, keep, &text);
	assert_string_equal(text.bytes, "\r\n");
	screen_free(s);
}

/* Whether S, rendered for T, looks the same in a terminal, but for what T takes away: text and cursor. */
static void
same_text(const struct screen *s, const struct termcan *t)
{
	static struct text a, b;
	struct screen *other = screen_new(screen_rows(s), screen_cols(s), 100);
	const struct screen_render_options o = { .target = t };

	assert_non_null(other);
	screen_render(s, &o, feed, other);
	a.n = b.n = 0;
	screen_text(s, false, keep, &a);
	screen_text(other, false, keep, &b);
	assert_string_equal(b.bytes, a.bytes);
	screen_free(other);
}

static void
text_is_where_it_was(void **state)
{
	static const char *const inputs[] = {
		"one\r\ntwo", "123456789012345678901234567890", "12345678901\344\270\255x", "\033[3;12Hx",
		"\033[3;3Ha\033[1;1Hb",
		"1\r\n2\r\n3\r\n4\r\n5 and more text", "main\033[?1049h\033[2;2Halt\033[3;12Hx",
		"\033[44m\033[J\033[2;5Hx",
		"e\314\201\033[2;2H\344\270\255\344\270\255", "\033(0lqqqqqqqqqqk\033(B\r\nx", "abcdefghijkl\r\033[Kx",
		"\033]133;A\007$ \033]133;B\007ls\r\n\033]133;C\0071\r\n2\r\n3\r\n4\033]133;D;0\007",
	};
	const struct termcan all[] = {
		{ .can = VT100 | TERMCAN_UTF8 }, { .can = VT100 | TERMCAN_UTF8 | TERMCAN_ALTERNATE, .colours = 8 },
		{ .can = VT100 | TERMCAN_UTF8 | TERMCAN_ERASES | TERMCAN_ERASES_COLOURED, .colours = 256 },
		{ .can = VT100 | TERMCAN_UTF8 | TERMCAN_XTERM, .colours = 8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		struct screen *s = screen_of(3, 12, inputs[i]);

		for (size_t j = 0; j < sizeof all / sizeof *all; j++)
			same_text(s, &all[j]);
		screen_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_become_the_nearest),
		cmocka_unit_test(text_stays_readable),
		cmocka_unit_test(attributes_are_those_of_the_terminal),
		cmocka_unit_test(lines_are_drawn_by_the_charset),
		cmocka_unit_test(characters_are_those_of_the_charset),
		cmocka_unit_test(rows_need_no_more_than_the_terminal_has),
		cmocka_unit_test(the_alternate_screen),
		cmocka_unit_test(nothing_else_is_sent),
		cmocka_unit_test(what_programs_have_set_is_reset),
		cmocka_unit_test(only_text),
		cmocka_unit_test(text_is_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
