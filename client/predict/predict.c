/* SPDX-License-Identifier: MIT */
#include "predict.h"

#include <errno.h>
#include <stdlib.h>

#include "guess.h"
#include "look.h"
#include "overlay.h"
#include "screen.h"

struct predict {
	struct guess *guess;
	struct overlay *overlay;
	struct screen *base; /* NULL: none */
	bool strayed;        /* the terminal may have other text in its rows than the base that there was */
	bool between;        /* output has come since the last predict_show() or predict_hide() */
	bool shown;          /* the last of these was predict_show(): a cursor alone may be drawn, too */
};

struct predict *
predict_new(void)
{
	struct predict *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->guess = guess_new();
	p->overlay = overlay_new();
	if (!p->guess || !p->overlay) {
		predict_free(p);
		return NULL;
	}
	return p;
}

void
predict_free(struct predict *p)
{
	if (!p)
		return;
	guess_free(p->guess);
	overlay_free(p->overlay);
	screen_free(p->base);
	free(p);
}

int
predict_begin(struct predict *p, unsigned rows, unsigned cols)
{
	predict_end(p);
	/* A model of another size would wrap and scroll in other places. */
	if (rows < 1 || rows > SCREEN_ROWS_MAX || cols < SCREEN_COLS_MIN || cols > SCREEN_COLS_MAX)
		return -ERANGE;
	p->base = screen_new(rows, cols, 0);
	return p->base ? 0 : -ENOMEM;
}

void
predict_end(struct predict *p)
{
	if (p->base) {
		p->strayed = look_modes(p->base) & LOOK_STRAYED;
		screen_free(p->base);
	}
	p->base = NULL;
	predict_forget(p);
	predict_reset(p);
}

bool
predict_begun(const struct predict *p)
{
	return p->base;
}

bool
predict_is_low(const struct predict *p)
{
	struct look_cursor cursor;

	look_cursor(p->base, &cursor);
	/* On the main screen the terminal may have the cursor further down than the base. */
	return cursor.row > 0 && (!screen_alternate(p->base) || cursor.row + 1 == screen_rows(p->base));
}

void
predict_before(struct predict *p, const void *bytes, size_t len, predict_put *put, void *to)
{
	/* What the bytes before these have left of the overlay goes as a whole. */
	if (p->between)
		overlay_take_back(p->overlay, p->base, put, to);
	overlay_before(p->overlay, p->base, bytes, len, put, to);
	p->between = true;
}

void
predict_fed(struct predict *p, const void *bytes, size_t len, uint64_t offset, uint64_t now)
{
	screen_feed(p->base, bytes, len);
	guess_output(p->guess, p->base, offset, now);
}

void
predict_paint(struct predict *p, const void *bytes, size_t len)
{
	if (p->base)
		screen_feed(p->base, bytes, len);
}

void
predict_painted(struct predict *p, uint64_t offset, uint64_t now)
{
	p->strayed = false;
	if (p->base)
		guess_output(p->guess, p->base, offset, now);
}

void
predict_apart(struct predict *p)
{
	screen_shown(p->base, false);
	if (p->strayed)
		screen_strayed(p->base);
}

void
predict_keys(struct predict *p, const unsigned char *bytes, size_t len, uint64_t offset, uint64_t now, bool pasted)
{
	guess_keys(p->guess, p->base, bytes, len, offset, now, pasted);
}

void
predict_tty(struct predict *p, const struct frame_tty *m)
{
	guess_tty(p->guess, m);
}

void
predict_taken(struct predict *p, const struct frame_taken *m)
{
	guess_taken(p->guess, p->base, m);
}

void
predict_reset(struct predict *p)
{
	guess_reset(p->guess);
}

void
predict_missed(struct predict *p, uint64_t end)
{
	guess_missed(p->guess, end);
}

void
predict_show(struct predict *p, bool underline, predict_put *put, void *to)
{
	if (!overlay_may(p->base)) {
		predict_hide(p, put, to);
		return;
	}
	overlay_draw(p->overlay, p->base, guess_want(p->guess, p->base), underline, put, to);
	p->between = false;
	p->shown = true;
}

void
predict_hide(struct predict *p, predict_put *put, void *to)
{
	if (p->shown || p->between)
		overlay_take_back(p->overlay, p->base, put, to);
	p->shown = p->between = false;
}

void
predict_forget(struct predict *p)
{
	overlay_forget(p->overlay);
	p->shown = p->between = false;
}

bool
predict_drawn(const struct predict *p)
{
	return p->shown;
}

bool
predict_outstanding(const struct predict *p)
{
	return guess_outstanding(p->guess);
}
