/* SPDX-License-Identifier: MIT */
#include "skip.h"

#include <stdbool.h>

#include "model.h"
#include "skip_lines.h"
#include "skip_places.h"
#include "skip_scan.h"

#define ODD (MODE_MARGINS | MODE_REVERSE_WRAP | MODE_REVERSE_WRAP_ALL | MODE_TAB_WRAP)

/* Whether a character has begun that may become a control (U+0080 to U+009F). */
static bool
may_be_control(const struct screen *s)
{
	return s->parser.utf8_n && s->parser.utf8[0] == SKIP_C1_LEAD;
}

/* Whether nothing is half said, rows move as a whole, at the screen's last row alone, and what is erased is gone. */
static bool
is_plain(const struct screen *s)
{
	return s->parser.state == PARSER_GROUND && !may_be_control(s) && !s->single && s->top == 0 &&
	       s->bottom == s->rows - 1 && s->left == 0 && s->right == s->cols - 1 && !(s->modes & ODD) &&
	       !s->iso_protection && (!s->pending || s->x == s->right);
}

size_t
screen_skip(struct screen *s, const unsigned char *p, size_t len, struct skip_known *known)
{
	size_t skipped, placed;
	unsigned x;

	known->clean = 0;
	if (!is_plain(s)) {
		known->lines = 0;
		return 0;
	}
	skipped = skip_lines(s, p, len, &known->lines, &x);
	known->clean = known->lines;
	if (skipped) {
		skip_apply_pen(s, p, skipped, NULL);
		screen_feed(s, "\r", 1);
		s->x = x;
		return skipped;
	}
	skipped = skip_places(s, p, len, &placed);
	known->clean = placed > known->clean ? placed : known->clean;
	/* As soon as the character that has begun is whole, more may be passed over. */
	if (!skipped && s->parser.utf8_n)
		known->clean = 0;
	return skipped;
}
