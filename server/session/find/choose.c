/* SPDX-License-Identifier: MIT */
#include "choose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A session that has lost its connection, now or not long ago. */
struct lost {
	struct attach_status s;
	bool candidate;     /* not back yet */
	uint64_t from, to;  /* between these its connection was lost */
	uint64_t used;      /* the latest activity before that */
	uint64_t rank;      /* of its outage */
	unsigned match;     /* how much its window was like the login's */
};

static uint64_t
min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool
choose_is_anothers(const struct attach_status *s, const struct choose_login *login)
{
	if (s->user[0] && login->user && login->user[0] && strcmp(s->user, login->user) != 0)
		return true;
	return s->home_born && login->home_born && s->home_born != login->home_born;
}

static bool
is_mine(const struct attach_status *s, const struct choose_login *login)
{
	const struct identity *who = s->user[0] || !login->former ? login->who : login->former;

	return s->kind != ATTACH_KIND_COMMAND && !choose_is_anothers(s, login) &&
	       (!login->who_known || identity_equal(who, &s->identity));
}

bool
choose_is_live(const struct attach_status *s, const struct choose_login *login)
{
	return s->state == ATTACH_STATE_ATTACHED && !s->remote && is_mine(s, login);
}

/* Whether S is attached by connections that are proven dead: to us, or to the keeper of a session of another node. */
static bool
is_stale(const struct attach_status *s)
{
	return s->state == ATTACH_STATE_STALE ||
	       (s->remote && s->state == ATTACH_STATE_ATTACHED && s->lost_ms > s->changed_ms);
}

/* Output of a session without a terminal does not count as use. */
static uint64_t
used_when_dropped(const struct attach_status *s)
{
	return s->lost_ms ? min64(s->lost_used_ms, s->lost_ms) : s->activity_ms;
}

/* Whether S has lost its connection: fills *l in. */
static bool
has_lost(struct lost *l, const struct attach_status *s, const struct choose_login *login)
{
	*l = (struct lost){ .s = *s };
	if (!is_mine(s, login))
		return false;
	if (is_stale(s)) {
		l->candidate = true;
		l->to = login->now_ms;
		l->from = min64(s->lost_heard_ms, l->to);
		l->used = min64(s->activity_ms, l->from);
		return true;
	}
	l->candidate = s->state == ATTACH_STATE_DROPPED;
	if (!l->candidate && (s->state == ATTACH_STATE_NEW || s->state == ATTACH_STATE_ENDING || !s->lost_ms ||
	                      s->changed_ms + CHOOSE_BACK_MS < login->now_ms))
		return false;
	l->to = s->lost_ms ? s->lost_ms : s->changed_ms;
	l->from = l->to > CHOOSE_SPREAD_MS ? l->to - CHOOSE_SPREAD_MS : 0;
	if (l->from < s->lost_heard_ms)
		l->from = min64(s->lost_heard_ms, l->to);
	l->used = used_when_dropped(s);
	return true;
}

/* Whether one outage can have taken both. */
static bool
one_outage(const struct lost *a, const struct lost *b)
{
	return a->from <= b->to + CHOOSE_SLACK_MS && b->from <= a->to + CHOOSE_SLACK_MS;
}

static void
rank(struct lost *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (v[j].used > v[i].rank && one_outage(&v[i], &v[j]))
				v[i].rank = v[j].used;
}

#define LIKE 2 /* the same size and TERM */

static unsigned
match(const struct attach_status *s, const struct choose_login *login)
{
	if (s->rows != login->rows || s->cols != login->cols)
		return 0;
	/* Without a name it is not known which terminal it is. */
	return s->term[0] && strcmp(s->term, login->term) == 0 ? LIKE : 1;
}

bool
choose_is_like(const struct attach_status *s, const struct choose_login *login)
{
	return match(s, login) == LIKE;
}

/* The best first, and sessions that are no candidates last. */
static int
compare(const void *a, const void *b)
{
	const struct lost *x = a, *y = b;

	if (x->candidate != y->candidate)
		return x->candidate ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->match != y->match)
		return x->match > y->match ? -1 : 1;
	if (x->used != y->used)
		return x->used > y->used ? -1 : 1;
	if (x->to != y->to)
		return x->to > y->to ? -1 : 1;
	if (x->s.remote != y->s.remote)
		return x->s.remote < y->s.remote ? -1 : 1;
	return x->s.id < y->s.id ? -1 : x->s.id > y->s.id;
}

int
choose_candidates(struct session_list *list, const struct choose_login *login)
{
	struct lost *v = calloc(list->count ? list->count : 1, sizeof *v);
	size_t n = 0, candidates = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		if (has_lost(&v[n], &list->v[i], login)) {
			v[n].match = match(&list->v[i], login);
			candidates += v[n].candidate;
			n++;
		}
	rank(v, n);
	qsort(v, n, sizeof *v, compare);
	for (size_t i = 0; i < candidates; i++)
		list->v[i] = v[i].s;
	free(v);
	return (int)candidates;
}

/* The best of the dropped ones, in *BEST, or false. */
static bool
best_dropped(const struct session_list *list, const struct choose_login *login, struct attach_status *best)
{
	struct session_list copy = { .v = malloc((list->count + 1) * sizeof *copy.v), .count = list->count };
	int n = -ENOMEM;

	if (copy.v) {
		if (list->count)
			memcpy(copy.v, list->v, list->count * sizeof *copy.v);
		n = choose_candidates(&copy, login);
		if (n > 0)
			*best = copy.v[0];
	}
	free(copy.v);
	return n > 0;
}

bool
choose_wants_probe(const struct session_list *list, const struct choose_login *login)
{
	struct attach_status best;
	bool any = best_dropped(list, login, &best), like = any && match(&best, login) == LIKE;

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (choose_is_live(s, login) &&
		    (!any || s->activity_ms > used_when_dropped(&best) || (!like && match(s, login) == LIKE)))
			return true;
	}
	return false;
}
