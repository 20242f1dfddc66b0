/* SPDX-License-Identifier: MIT */
#include "oneanswer.h"

#include <string.h>

#include "attached.h"
#include "clock.h"
#include "framed.h"
#include "keeper.h"

#define LOOK_BACK 16384 /* a query further back in the output is none that a terminal answers now */
#define KEPT_MS 5000    /* an answer that is older is nobody's any more */

/* Whether C was leading until a moment ago. */
static bool
is_before(const struct client *c)
{
	const struct client_table *t = &c->keeper->clients;

	return t->before == c && clock_now_ms() < t->before_until;
}

static bool
answers(const struct client *c)
{
	const struct client_table *t = &c->keeper->clients;
	const struct client *leading;

	if (t->before && attached_listens(t->before) && is_before(t->before))
		return t->before == c;
	leading = attached_leading(c->keeper);
	return !leading || leading == c;
}

bool
oneanswer_wanted(const struct client *c)
{
	if (c->keeper->clients.count < 2 && reports_idle(&c->reports))
		return false;
	return !reports_idle(&c->reports) || !answers(c) || attached_leading(c->keeper) != c;
}

/* Output up to here C's terminal may have seen. */
static uint64_t
seen_by(const struct client *c)
{
	return c->framed ? framed_written(c->framed, 0) : c->t.offset;
}

/* The end of the first query for the cursor's place between FROM and TO; 0: none. */
static uint64_t
find_query(const struct ring *r, uint64_t from, uint64_t to)
{
	static const char *const queries[] = { "\033[6n", "\033[?6n" };
	uint64_t first = 0;

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		size_t len = strlen(queries[i]);
		const unsigned char *p = ring_at(r, from), *at = memmem(p, (size_t)(to - from), queries[i], len);

		if (at && (!first || from + (uint64_t)(at - p) + len < first))
			first = from + (uint64_t)(at - p) + len;
	}
	return first;
}

static bool
place_was_asked(void *object)
{
	struct client *c = object;
	const struct ring *r = &c->keeper->ring;
	uint64_t to = seen_by(c), from = c->place_told, found;

	if (c->keeper->command)
		return false;
	if (from < ring_oldest(r))
		from = ring_oldest(r);
	if (to - from > LOOK_BACK && to > from)
		from = to - LOOK_BACK;
	found = to > from ? find_query(r, from, to) : 0;
	if (found)
		c->place_told = found;
	return found != 0;
}

/* What the others have said to what came before is not wanted any more. */
static void
forget_kept(struct keeper *k)
{
	for (unsigned i = 0; i < k->clients.count; i++)
		k->clients.v[i]->reports.kept_len = 0;
}

/* C was leading before, and may answer; when there is nothing else, another one goes on leading. */
static size_t
let_pass(struct client *c, const unsigned char *p, size_t len, unsigned char *out, bool *typed)
{
	*typed = reports_watch(&c->reports, p, len, place_was_asked, c, out) > 0;
	memcpy(out, p, len);
	forget_kept(c->keeper);
	return len;
}

size_t
oneanswer_filter(struct client *c, const unsigned char *p, size_t len, unsigned char *out, bool *typed)
{
	uint64_t now = clock_now_ms();
	size_t kept = c->reports.kept_len, n;

	if (answers(c) && (reports_idle(&c->reports) || c->reports.passed))
		return let_pass(c, p, len, out, typed);
	if (kept && now - c->kept_ms >= KEPT_MS)
		kept = c->reports.kept_len = 0;
	n = reports_filter(&c->reports, p, len, now, place_was_asked, c, out);
	if (c->reports.kept_len > kept) {
		c->kept_ms = now;
		if (c->kept_epoch != c->keeper->front.epoch) {
			c->reports.kept_len -= kept;
			memmove(c->reports.kept, c->reports.kept + kept, c->reports.kept_len);
		}
		c->kept_epoch = c->keeper->front.epoch;
	}
	*typed = n > 0;
	return n;
}

void
oneanswer_leads(struct client *c)
{
	struct client_table *t = &c->keeper->clients;
	struct client *leading;

	c->place_told = seen_by(c);
	if (t->count < 2)
		return;
	if (answers(c))
		forget_kept(c->keeper);
	leading = attached_leading(c->keeper);
	if (!leading || leading == c || (t->before && is_before(t->before)))
		return;
	t->before = leading;
	t->before_until = clock_now_ms() + ONEANSWER_GRACE_MS;
}

void
oneanswer_gone(struct client *c)
{
	struct keeper *k = c->keeper;
	struct client *next = attached_leading(k);
	struct reports *r;

	if (!next || next == c || (next->active > c->active && !is_before(c)))
		return;
	r = &next->reports;
	if (r->kept_len && clock_now_ms() - next->kept_ms < KEPT_MS && !k->front.back)
		typing_take(k, next->kept_epoch, r->kept, r->kept_len);
	r->kept_len = 0;
}

size_t
oneanswer_release(struct client *c, unsigned char *out)
{
	return reports_release(&c->reports, out);
}
