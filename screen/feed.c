/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "colours.h"
#include "cursor.h"
#include "grid.h"
#include "history.h"
#include "model.h"
#include "parser.h"
#include "title.h"
#include "trail.h"
#include "used.h"

struct screen *
screen_new(unsigned rows, unsigned cols, unsigned scrollback)
{
	struct screen *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->rows = rows < 1 ? 1 : rows > SCREEN_ROWS_MAX ? SCREEN_ROWS_MAX : rows;
	s->cols = cols < SCREEN_COLS_MIN ? SCREEN_COLS_MIN : cols > SCREEN_COLS_MAX ? SCREEN_COLS_MAX : cols;
	s->primary = s->row = grid_new(s->rows, s->cols);
	s->tabs = malloc(s->cols);
	if (!styles_init(&s->styles) || !s->primary || !s->tabs) {
		screen_free(s);
		return NULL;
	}
	tabs_reset(s->tabs, 0, s->cols);
	charset_reset(&s->charsets);
	s->saved[0].charsets = s->saved[1].charsets = s->charsets;
	s->bottom = s->rows - 1;
	s->right = s->cols - 1;
	s->modes = MODES_DEFAULT;
	s->level = LEVEL_DEFAULT;
	memset(s->modifiers, -1, sizeof s->modifiers);
	s->history.max = scrollback;
	used_begin(s, false);
	return s;
}

void
screen_free(struct screen *s)
{
	if (!s)
		return;
	grid_free(s->primary, s->rows);
	grid_free(s->alternate, s->rows);
	free(s->tabs);
	title_free(&s->title[0]);
	title_free(&s->title[1]);
	free(s->place);
	colours_reset(&s->colours);
	styles_free(&s->styles);
	links_free(&s->links);
	clusters_free(&s->clusters);
	history_free(&s->history);
	parser_free(&s->parser);
	free(s->answers.bytes);
	free(s);
}

void
screen_feed(struct screen *s, const void *bytes, size_t len)
{
	parser_feed(s, bytes, len);
}

void
screen_shown(struct screen *s, bool shown)
{
	used_begin(s, shown);
}

void
screen_strayed(struct screen *s)
{
	used_lose(s);
}

void
screen_terminal_is(struct screen *s, const struct screen_terminal *t)
{
	s->terminal = *t;
}

unsigned
screen_rows(const struct screen *s)
{
	return s->rows;
}

unsigned
screen_cols(const struct screen *s)
{
	return s->cols;
}

bool
screen_alternate(const struct screen *s)
{
	return s->alternate != NULL;
}

size_t
screen_history(const struct screen *s)
{
	return history_lines(&s->history);
}

size_t
screen_memory(const struct screen *s)
{
	size_t grid = s->rows * (sizeof(struct row *) + sizeof(struct row) + s->cols * sizeof(cell)), trails = 0;

	for (unsigned y = 0; y < s->rows; y++)
		trails += trail_memory(s->primary[y]) + (s->alternate ? trail_memory(s->alternate[y]) : 0);
	return sizeof *s + trails + grid * (s->alternate ? 2 : 1) + s->cols + styles_memory(&s->styles) +
	       links_memory(&s->links) + clusters_memory(&s->clusters) + history_memory(&s->history) +
	       s->parser.string_cap + (s->colours.palette ? (COLOURS + SPECIALS) * sizeof *s->colours.palette : 0) +
	       (s->answers.bytes ? SCREEN_ANSWERS_MAX : 0);
}

enum screen_string
screen_open_string(const struct screen *s)
{
	if (s->parser.state != PARSER_STRING)
		return SCREEN_NO_STRING;
	return s->parser.control ? SCREEN_CONTROL_MODE : SCREEN_STRING;
}
