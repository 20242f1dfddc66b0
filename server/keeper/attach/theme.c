/* SPDX-License-Identifier: MIT */
#include "theme.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "picture.h"

#define ESC 0x1b
#define BACKGROUND 1 /* of the colours */
#define QUESTION "\033]10;?\033\\\033]11;?\033\\\033]12;?\033\\"
#define LOOK_BACK 65536 /* a query further back in the output has been answered before the keeper changed */

/*
 * Whether the terminal's answer would come here.  Without a size it would not: stock ssh takes the size from its own
 * input, and with -tt that may be a file, while its output goes to a terminal that answers to somebody else.
 */
static bool
answers_here(const struct peer *peer)
{
	return (peer->framed || !peer->t.pipes) && peer->t.size.ws_row && peer->t.size.ws_col && !peer->t.readonly;
}

/* Whether it takes these sequences, and a program may ask it here. */
static bool
may_answer(const struct peer *peer)
{
	return answers_here(peer) && termcan_known(&peer->target) && peer->target.can & TERMCAN_THEME &&
	       peer->keeper->source->has_terminal && !peer->keeper->commanded;
}

bool
theme_wants(const struct peer *peer)
{
	return !peer->theme.asked && may_answer(peer);
}

static void
begin(struct peer *peer, uint64_t from)
{
	struct theme *t = &peer->theme;

	t->asked = t->looks = true;
	t->since = clock_now_ms();
	t->from = from;
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
theme_listen(struct peer *peer)
{
	if (!may_answer(peer))
		return;
	begin(peer, peer->keeper->ring.head);
	peer->theme.listens = true;
}

void
theme_goes_on(struct peer *peer)
{
	uint64_t head = peer->keeper->ring.head, oldest = ring_oldest(&peer->keeper->ring);

	begin(peer, head - oldest > LOOK_BACK ? head - LOOK_BACK : oldest);
}

/*
 * Whether the parameters of OSC 10, 11 or 12 from P to END ask for colour N, or with SET change it: the byte behind
 * that, or NULL.  FIRST is the number.
 */
static const unsigned char *
is_about(const unsigned char *p, const unsigned char *end, unsigned first, unsigned n, bool set)
{
	for (; p + 1 < end && *p == ';' && first <= n; first++) {
		bool asks = *++p == '?';

		if (first == n)
			return asks != set ? p + 1 : NULL;
		while (p < end && *p != ';' && *p >= ' ')
			p++;
	}
	return NULL;
}

/* The end of the first query for colour N, or the first change of it, in the output between FROM and TO; 0: none. */
static uint64_t
find(const struct ring *r, uint64_t from, uint64_t to, unsigned n, bool set)
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
		    (found = is_about(p + 1, end, (unsigned)(*p - '0'), n, set)))
			return from + (uint64_t)(found - ring_at(r, from));
	}
	return 0;
}

static void
learn(struct keeper *k, unsigned n, uint32_t colour)
{
	uint32_t background = k->colours[BACKGROUND];

	if (k->colours[n] == colour)
		return;
	k->colours[n] = colour;
	picture_terminal(k, background);
}

static bool
is_for_program(void *object, unsigned n, uint32_t colour)
{
	struct peer *peer = object;
	const struct ring *r = &peer->keeper->ring;
	struct theme *t = &peer->theme;
	uint64_t to = peer->ops->written(peer), asked = find(r, t->answered[n], to, n, false);
	bool late = clock_now_ms() - t->since >= THEME_MS, due = t->due & 1u << n;
	bool ours = due || (!late && !t->listens);
	bool own = (ours || asked) && !find(r, t->from, to, n, true), same = due && own;

	if (own || (due && !late))
		learn(peer->keeper, n, colour);
	if (asked && (same || !due || late)) {
		t->answered[n] = asked;
		return true;
	}
	t->due &= ~(1u << n);
	return !due && (late || t->listens);
}

bool
theme_looks(const struct peer *peer, const unsigned char *p, size_t len)
{
	const struct theme *t = &peer->theme;

	return t->looks && (!t->listens || t->reports.len || t->reports.esc_lately || memchr(p, ESC, len));
}

size_t
theme_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out)
{
	struct theme *t = &peer->theme;
	uint64_t now = clock_now_ms();
	size_t n = themereports_filter(&t->reports, p, len, now, is_for_program, peer, out);
	bool late = now - t->since >= THEME_MS;

	/* Most terminals that have not answered for so long never will: they must not slow each ESC down. */
	if ((late || t->listens) && themereports_is_key(&t->reports))
		n += themereports_release(&t->reports, out + n);
	/* What has not been answered may still come. */
	if (!t->due && !t->reports.len && late && !t->listens)
		t->looks = false;
	return n;
}
