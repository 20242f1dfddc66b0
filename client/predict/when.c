/* SPDX-License-Identifier: MIT */
#include "when.h"

static bool
owes(const struct when_line *l, uint64_t now, unsigned ms)
{
	return l->owed && now >= l->owed + ms;
}

void
when_look(struct when *w, const struct when_line *l, uint64_t now)
{
	if (l->rtt >= WHEN_SHOWN_MS)
		w->slow = true;
	else if (l->rtt && l->rtt < WHEN_HIDDEN_MS)
		w->slow = false;
	if (l->rtt >= WHEN_UNDERLINED_MS)
		w->slower = true;
	else if (l->rtt && l->rtt < WHEN_PLAIN_MS)
		w->slower = false;
	if (owes(l, now, WHEN_SHOWN_MS))
		w->owed = now;
}

bool
when_follows(const struct when *w, uint64_t now)
{
	uint64_t kept = w->noted ? WHEN_NOTED_MS : WHEN_KEPT_MS;

	return w->always || w->slow || (w->owed && now < w->owed + kept);
}

bool
when_shows(const struct when *w, const struct when_line *l, uint64_t now)
{
	return w->always || w->slow || l->away || owes(l, now, WHEN_SHOWN_MS);
}

bool
when_underlines(const struct when *w, const struct when_line *l, uint64_t now)
{
	return w->slower || l->away || owes(l, now, WHEN_UNDERLINED_MS);
}

uint64_t
when_due(const struct when *w, const struct when_line *l, uint64_t now)
{
	if (!l->owed)
		return UINT64_MAX;
	if (!when_shows(w, l, now))
		return l->owed + WHEN_SHOWN_MS;
	return when_underlines(w, l, now) ? UINT64_MAX : l->owed + WHEN_UNDERLINED_MS;
}
