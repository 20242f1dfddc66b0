/* SPDX-License-Identifier: MIT */
/*
 * Where images leave the cursor, and what stands in their place.  Cells have 10x20 pixels (law_cells).  The places are
 * those of kitty 0.26's Screen, and for sixel images of a VT340.
 */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>

#include "law.h"
#include "screen.h"
#include "screen_text.h"

/* As screen_of(), with cells of 10x20 pixels. */
static struct screen *
with_cells(unsigned rows, unsigned cols, const char *bytes)
{
	struct screen *s = screen_of(rows, cols, "");

	law_cells(s);
	screen_feed(s, bytes, strlen(bytes));
	return s;
}

/* text_of() with a bar between rows. */
static const char *
rows_of(const struct screen *s)
{
	char *text = text_of(s);

	for (char *p = text; (p = strchr(p, '\n'));)
		*p = '|';
	return text;
}

#define ST "\033\\"
/* The beginning of a PNG of 75x50 pixels, or of 70x50. */
#define PNG_75 "iVBORw0KGgoAAAANSUhEUgAAAEsAAAAyCAIAAADbXw+5AAAAJUlEQVR42u3"
#define PNG_70 "iVBORw0KGgoAAAANSUhEUgAAAEYAAAAyCAIAAACIlbfUAAAAJUlEQVR42u3"
/* A sixel image of four bands, of 24 pixels, and of one more that is empty. */
#define FOUR "~-~-~-~"

static void
the_cursor_is_where_a_terminal_has_it(void **state)
{
	static const struct {
		const char *bytes, *text;
	} table[] = {
		/* kitty: to the last row, behind the image. */
		{ "ab\033_Ga=T,f=100,c=6,r=3;" PNG_70 ST "X", "ab[imag]||        X" },
		{ "ab\033_Ga=T,f=100;" PNG_75 ST "X", "ab[image]||          X" },
		{ "ab\033_Ga=T,f=24,s=75,v=50,m=1;AAAA" ST "\033_Gm=0;AAAA" ST "X", "ab[image]||          X" },
		{ "ab\033_Ga=p,i=7,c=4,r=2" ST "X", "ab[im]|      X" },
		{ "ab\033_Ga=T,f=100,c=40,r=2;" PNG_70 ST "X", "ab[image]||X" },
		{ "ab\033_Ga=T,f=100,c=4,r=5,C=1;" PNG_70 ST "X", "abXim]" },
		{ "ab\033_Ga=T,c=2,r=2;A" ST "X", "ab|    X" },
		/* Of the whole image, or of its part, as wide as said: as high as that needs. */
		{ "\033_Ga=T,f=100,c=14;" PNG_70 ST "X", "[image]||||              X" },
		{ "\033_Ga=T,f=100,r=5;" PNG_70 ST "X", "[image]||||              X" },
		{ "\033_Ga=T,f=24,s=200,v=200,w=30,h=20;A" ST "X", "[i]X" },
		/* Not shown, or of an unknown size. */
		{ "ab\033_Ga=t,i=3,f=100;" PNG_70 ST "X", "abX" },
		{ "ab\033_Gi=3,f=100;" PNG_70 ST "X", "abX" },
		{ "ab\033_Ga=q,f=100,c=4,r=4;" PNG_70 ST "X", "abX" },
		{ "ab\033_Ga=T,U=1,c=4,r=4;A" ST "X", "abX" },
		{ "ab\033_Ga=T,f=100;QUJD" ST "X", "abX" },
		{ "ab\033_Ga=d" ST "X", "abX" }, { "ab\033_G" ST "X", "abX" }, { "ab\033_Ga" ST "X", "abX" },
		/* Sixel: the row of the last band's top, the same column. */
		{ "ab\033P0;1;0q\"1;1;50;24#0" FOUR ST "X", "abXima]" },
		{ "ab\033Pq" FOUR "-~" ST "X", "ab[image]|  X" },
		{ "ab\033P9q\"1;1;10;24" FOUR "-" ST "X", "ab|  X" },
		{ "\033P1;2;3$qm" ST "X", "X" },
		/* iTerm2. */
		{ "ab\033]1337;File=name=eA==;size=3;inline=1;width=6;height=3:AAAA\007X", "ab[imag]||        X" },
		{ "ab\033]1337;File=inline=1;width=60px;height=50px:AAAA\007X", "ab[imag]||        X" },
		{ "ab\033]1337;File=inline=1;width=50%;height=2:AAAA\007X", "ab[image]|            X" },
		{ "ab\033]1337;File=inline=1:" PNG_75 "\007X", "ab[image]||          X" },
		{ "ab\033]1337;File=inline=1;width=4;height=4;doNotMoveCursor=1:AAAA\007X", "abXim]" },
		{ "ab\033]1337;MultipartFile=inline=1;width=4;height=2\007\033]1337;FilePart=AAAA\007"
		  "\033]1337;FileEnd\007X", "ab[im]|      X" },
		{ "ab\033]1337;File=name=eA==:AAAA\007X", "abX" },
		{ "ab\033]1337;CurrentDir=/\007X", "abX" },
		/* A program on the alternate screen takes its images away again: nothing is written there. */
		{ "ab\033[?1049h\033[H\033_Ga=T,c=6,r=2;A" ST "X", "|      X" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct screen *s = with_cells(8, 20, table[i].bytes);

		if (strcmp(rows_of(s), table[i].text) != 0)
			fail_msg("%zu: \"%s\", expected \"%s\"", i, rows_of(s), table[i].text);
		screen_free(s);
	}
}

/* Without the size of a cell only what is said in cells is known. */
static void
pixels_count_only_where_they_are_known(void **state)
{
	struct screen *s = screen_new(8, 20, 10);
	static const char bytes[] = "\033Pq" FOUR "-~" ST "\033_Ga=T,f=100;" PNG_75 ST "\033_Ga=T,c=4,r=2;A" ST "X";

	(void)state;
	assert_non_null(s);
	screen_feed(s, bytes, sizeof bytes - 1);
	assert_string_equal(rows_of(s), "[im]|    X");
	screen_free(s);
}

static void
images_scroll(void **state)
{
	struct screen *s = with_cells(4, 20, "1\r\n2\r\n3\r\n4\033_Ga=T,c=4,r=3;A" ST "X");
	static const char high[] = "\r\n\033_Ga=T,c=4,r=60000;A" ST;

	(void)state;
	assert_string_equal(rows_of(s), "1|2|3|4[im]||     X");
	assert_int_equal(screen_history(s), 2);
	/* Higher than the screen. */
	screen_feed(s, high, sizeof high - 1);
	assert_true(screen_history(s) <= 100);
	screen_free(s);
}

/* At each cut of an image's string the law holds, and no terminal is sent the rest of an image. */
static void
a_cut_image_is_not_sent_on(void **state)
{
	static const char *const images[] = {
		"\033_Ga=T,f=100;" PNG_75 PNG_75 PNG_75,
		"\033Pq\"1;1;50;99#0;2;50;50;50#0~-~-~-~-!50~-~~~~~~~~~~~~~~~~~~~~~~~~~~-~-~",
		"\033]1337;File=inline=1:" PNG_75 PNG_75,
	};
	char why[512];

	(void)state;
	for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
		char bytes[512];

		snprintf(bytes, sizeof bytes, "ab%s" ST "X", images[i]);
		for (size_t cut = 2; cut < strlen(bytes); cut++) {
			struct screen *s = screen_new(8, 20, 10);
			struct text t = { .n = 0 };

			assert_non_null(s);
			if (!law_holds(8, 20, 10, bytes, strlen(bytes), cut, why, sizeof why))
				fail_msg("%zu cut at %zu: %s", i, cut, why);
			screen_feed(s, bytes, cut);
			screen_render(s, NULL, keep, &t);
			assert_null(strstr(t.bytes, "\033_G"));
			assert_null(strstr(t.bytes, "]1337;File="));
			if (strchr(bytes, 'q') && cut > strcspn(bytes, "q"))
				assert_null(strstr(t.bytes, "\033P"));
			screen_free(s);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_is_where_a_terminal_has_it),
		cmocka_unit_test(pixels_count_only_where_they_are_known),
		cmocka_unit_test(images_scroll),
		cmocka_unit_test(a_cut_image_is_not_sent_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
