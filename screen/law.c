/* SPDX-License-Identifier: MIT */
#include "law.h"

#include <stdio.h>
#include <string.h>

#include "screen.h"

#define MORE 300
/* In pixels. */
#define CELL_WIDTH 10
#define CELL_HEIGHT 20

static void
feed(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

void
law_cells(struct screen *s)
{
	const struct screen_terminal t = { .xpixel = (uint16_t)(screen_cols(s) * CELL_WIDTH),
		                           .ypixel = (uint16_t)(screen_rows(s) * CELL_HEIGHT) };

	screen_terminal_is(s, &t);
}

static struct screen *
fresh(unsigned rows, unsigned cols, unsigned scrollback)
{
	struct screen *s = screen_new(rows, cols, scrollback);

	if (s)
		law_cells(s);
	return s;
}

struct screen *
law_restored(const struct screen *s, unsigned scrollback)
{
	struct screen *copy = fresh(screen_rows(s), screen_cols(s), scrollback);

	if (copy)
		screen_render(s, NULL, feed, copy);
	return copy;
}

static bool
still_equal(const struct screen *a, const struct screen *b, const char *when, char *why, size_t cap)
{
	char what[512];

	if (screen_equal(a, b, what, sizeof what))
		return true;
	if (cap)
		snprintf(why, cap, "%s: %s", when, what);
	return false;
}

bool
law_holds(unsigned rows, unsigned cols, unsigned scrollback, const void *bytes, size_t len, size_t cut, char *why,
          size_t cap)
{
	static const char leave[] = "\030\033[?1049l";
	const char *p = bytes;
	struct screen *a = fresh(rows, cols, scrollback), *b = NULL;
	size_t more = len - cut < MORE ? len - cut : MORE;
	bool equal = false;

	if (cap)
		snprintf(why, cap, "no memory");
	if (!a)
		return false;
	screen_feed(a, p, cut);
	b = law_restored(a, scrollback);
	if (!b)
		goto out;
	equal = still_equal(a, b, "at once", why, cap);
	if (!equal)
		goto out;
	screen_feed(a, p + cut, more);
	screen_feed(b, p + cut, more);
	equal = still_equal(a, b, "after more", why, cap);
	if (!equal)
		goto out;
	screen_feed(a, p + cut + more, len - cut - more);
	screen_feed(b, p + cut + more, len - cut - more);
	screen_feed(a, leave, sizeof leave - 1);
	screen_feed(b, leave, sizeof leave - 1);
	equal = still_equal(a, b, "at the end", why, cap);
out:
	screen_free(a);
	screen_free(b);
	return equal;
}
