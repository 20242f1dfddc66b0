/* SPDX-License-Identifier: MIT */
#include "used.h"

#include "model.h"
#include "row.h"

static bool
is_whole(const struct screen *s)
{
	return s->used[s->alternate != NULL].whole;
}

static bool
has_rows(const struct used *u)
{
	return u->first <= u->last;
}

static void
know(struct screen *s, struct used *u, unsigned first, unsigned last)
{
	u->first = first;
	u->last = last;
	u->whole = first == 0 && last == s->rows - 1;
	u->wiped = false;
	u->turn++;
}

static void
know_all(struct screen *s)
{
	struct used *u = &s->used[s->alternate != NULL];

	know(s, u, 0, s->rows - 1);
	u->above = false;
	s->placed = true;
}

static void
lose(struct used *u)
{
	u->first = 1;
	u->last = 0;
	u->whole = u->wiped = false;
	u->turn++;
}

/* The cursor's row alone is known. */
static void
know_one(struct screen *s, bool wiped)
{
	struct used *u = &s->used[s->alternate != NULL];

	know(s, u, s->y, s->y);
	u->whole = false;
	u->wiped = wiped;
}

static bool
has_margins(const struct screen *s)
{
	return s->top > 0 || s->bottom < s->rows - 1 || s->left > 0 || s->right < s->cols - 1;
}

bool
used_agrees(const struct screen *s)
{
	return has_rows(&s->used[s->alternate != NULL]);
}

void
used_begin(struct screen *s, bool shown)
{
	struct used *u = &s->used[0];

	know(s, u, 0, shown ? s->rows - 1 : s->alternate ? s->saved[0].y : s->y);
	u->above = false;
	u->whole = shown;
	/* What has never been saved, each terminal may have elsewhere. */
	if (s->saved[0].placed)
		s->saved[0].turn = u->turn;
	s->saved[0].placed = shown;
	if (!s->alternate)
		s->placed = shown;
	else if (shown)
		know_all(s);
}

void
used_lose(struct screen *s)
{
	lose(&s->used[0]);
	lose(&s->used[1]);
	s->placed = false;
}

void
used_stray(struct screen *s)
{
	if (!is_whole(s))
		lose(&s->used[s->alternate != NULL]);
}

void
used_wrap_back(struct screen *s)
{
	if (is_whole(s))
		return;
	used_stray(s);
	s->used[s->alternate != NULL].above = true;
}

void
used_move(struct screen *s, unsigned n, bool up)
{
	const struct used *u = &s->used[s->alternate != NULL];

	if (!u->whole && has_rows(u) && (up ? s->y < u->first + n : u->last < s->y + n))
		used_stray(s);
}

void
used_feed(struct screen *s, bool scrolled)
{
	struct used *u = &s->used[s->alternate != NULL];
	bool last = s->y == s->rows - 1 && (s->placed || !u->above), wiped = u->wiped;

	if (u->whole)
		return;
	if (has_margins(s) || (scrolled && !last)) {
		used_stray(s);
		return;
	}
	s->placed |= last;
	if (scrolled)
		know(s, u, has_rows(u) ? u->first - (u->first > 0) : s->y, s->y);
	else if (has_rows(u) && s->y > u->last)
		know(s, u, u->first, s->y);
	/* What is blank stays so. */
	u->wiped = wiped;
}

static bool
is_blank(const struct screen *s)
{
	for (unsigned y = 0; y < s->rows; y++)
		if (row_used(s->row[y]))
			return false;
	return true;
}

void
used_said(struct screen *s)
{
	s->placed = true;
	if (s->used[s->alternate != NULL].wiped && is_blank(s))
		know_all(s);
	else
		used_stray(s);
}

void
used_erased(struct screen *s, unsigned what, unsigned x)
{
	bool below = what == 0 && x == 0;

	if (is_whole(s) || s->iso_protection)
		return;
	if (s->placed && (what == 2 || (below && s->y == 0)))
		know_all(s);
	else if (!has_margins(s) && (what == 2 || (below && !used_agrees(s))))
		know_one(s, what == 2);
}

void
used_save(struct screen *s)
{
	struct saved *saved = &s->saved[s->alternate != NULL];

	saved->placed = s->placed;
	saved->above = s->used[s->alternate != NULL].above;
	saved->turn = s->used[s->alternate != NULL].turn;
}

void
used_restore(struct screen *s)
{
	const struct saved *saved = &s->saved[s->alternate != NULL];
	struct used *u = &s->used[s->alternate != NULL];

	s->placed = saved->placed;
	u->above |= saved->above;
	if (u->whole ? !saved->placed : saved->turn != u->turn)
		lose(u);
}

void
used_enter(struct screen *s, bool cleared)
{
	s->placed = false;
	s->used[1] = (struct used){ .above = s->used[0].above, .turn = 1 };
	if (cleared && !has_margins(s))
		know_one(s, true);
	else
		lose(&s->used[1]);
}

void
used_leave(struct screen *s, bool restores)
{
	s->used[0].above |= s->used[1].above;
	if (!restores && !(s->used[0].whole && s->placed))
		lose(&s->used[0]);
}
