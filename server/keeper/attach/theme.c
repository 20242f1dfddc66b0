/* SPDX-License-Identifier: MIT */
#include "theme.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "picture.h"

#define QUESTION "\033]10;?\033\\\033]11;?\033\\\033]12;?\033\\"
#define LOOK_BACK 65536 /* a query further back in the output has been answered before the keeper changed */

bool
theme_wants(const struct peer *peer)
{
	return !peer->theme.asked && !peer->t.readonly && (peer->framed || !peer->t.pipes) && termcan_known(&peer->target) &&
	       peer->target.can & TERMCAN_THEME && peer->keeper->source->has_terminal && !peer->keeper->commanded;
}

static void
begin(struct peer *peer, uint64_t from)
{
	struct theme *t = &peer->theme;

	t->asked = t->looks = true;
	t->since = clock_now_ms();
	for (unsigned n = 0; n < THEME_COLOURS; n++)
		t->answered[n] = from;
}

void
theme_ask(struct peer *peer, unsigned char **bytes, size_t *len)
{
	size_t n = strlen(QUESTION);
	unsigned char *more = realloc(*bytes, *len + n);

	if (!more)
		return;
	memmove(more + n, more, *len);
	memcpy(more, QUESTION, n);
	*bytes = more;
	*len += n;
	begin(peer, peer->keeper->ring.head);
	peer->theme.due = (1u << THEME_COLOURS) - 1;
}

void
theme_goes_on(struct peer *peer)
{
	uint64_t head = peer->keeper->ring.head, oldest = ring_oldest(&peer->keeper->ring);

	begin(peer, head - oldest > LOOK_BACK ? head - LOOK_BACK : oldest);
}

/* Whether the parameters of OSC 10, 11 or 12 at P, up to END, ask for colour N; FIRST is the number. */
static const unsigned char *
asks_for(const unsigned char *p, const unsigned char *end, unsigned first, unsigned n)
{
	while (p + 1 < end && *p == ';') {
		p++;
		if (first == n && *p == '?')
			return p + 1;
		while (p < end && *p != ';' && *p >= ' ')
			p++;
		first++;
	}
	return NULL;
}

/* The end of the first query for colour N in the output between FROM and TO; 0: there is none. */
static uint64_t
find_query(const struct ring *r, uint64_t from, uint64_t to, unsigned n)
{
	static const char begins[] = { 0x1b, ']', '1' };
	const unsigned char *p, *end, *found;

	if (from < ring_oldest(r))
		from = ring_oldest(r);
	if (to <= from)
		return 0;
	p = ring_at(r, from);
	end = p + (to - from);
	while ((p = memmem(p, (size_t)(end - p), begins, sizeof begins))) {
		p += sizeof begins;
		if (p < end && *p >= '0' && *p < '0' + THEME_COLOURS &&
		    (found = asks_for(p + 1, end, (unsigned)(*p - '0'), n)))
			return from + (uint64_t)(found - ring_at(r, from));
	}
	return 0;
}

/* The terminal is the keeper's to learn from: its first answer. */
static void
learn(struct keeper *k, unsigned n, uint32_t colour)
{
	if (k->colours[n] == colour)
		return;
	k->colours[n] = colour;
	picture_terminal(k);
}

static bool
is_for_program(void *object, unsigned n, uint32_t colour)
{
	struct peer *peer = object;
	struct theme *t = &peer->theme;
	uint64_t asked = find_query(&peer->keeper->ring, t->answered[n], peer->ops->written(peer), n);
	bool late = clock_now_ms() - t->since >= THEME_MS;

	/* A terminal that has not answered for so long will not: not what the keeper has asked. */
	if (t->due & 1u << n && !(asked && late)) {
		t->due &= ~(1u << n);
		learn(peer->keeper, n, colour);
		return false;
	}
	if (asked)
		t->answered[n] = asked;
	return asked || late;
}

bool
theme_looks(const struct peer *peer)
{
	return peer->theme.looks;
}

size_t
theme_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out)
{
	struct theme *t = &peer->theme;
	uint64_t now = clock_now_ms();
	size_t n = themereports_filter(&t->reports, p, len, now, is_for_program, peer, out);

	/* What has not been answered may still come. */
	if (!t->due && !t->reports.len && now - t->since >= THEME_MS)
		t->looks = false;
	return n;
}
