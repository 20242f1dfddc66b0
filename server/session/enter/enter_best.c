/* SPDX-License-Identifier: MIT */
#include "enter_best.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "choose.h"
#include "clock.h"
#include "enter_claim.h"
#include "enter_far.h"
#include "enter_missed.h"
#include "hop.h"
#include "probing.h"
#include "remote.h"
#include "sessions.h"

#define PATIENCE_MS 5000 /* LoginTimeout if holdfastd does not tell it: then no further session is claimed */

/* What the event says of the candidate I of N. */
static enum attach_chose
how_chosen(const struct attach_status *s, int i, int n, const struct choose_login *login)
{
	if (i > 0)
		return ATTACH_CHOSE_NEXT;
	if (n == 1)
		return ATTACH_CHOSE_ONLY;
	return choose_is_like(s, login) ? ATTACH_CHOSE_WINDOW : ATTACH_CHOSE_LATEST;
}

/* The sessions of this node, and as far as there is memory those of others: 0 or a negative errno. */
static int
list_all(struct enter *e, struct session_list *list)
{
	int rc = session_list_get(geteuid(), ENTER_LIST_MS, list);

	if (rc == 0 && enter_far_ask(e))
		remote_add(list, &e->pool);
	return rc;
}

#define LOST_MAX 8

/* Nodes that could not be reached; names in E->pool. */
struct lost {
	const char *nodes[LOST_MAX];
	unsigned count;
	char far[TEXT_CAP]; /* E->far of the first one */
};

/* Whether E is to be tried: not a second one of a node that was in vain, nor one for which there is no time left. */
static bool
may_reach(const struct enter *e, const struct lost *l, const struct pool_entry *s)
{
	for (unsigned i = 0; i < l->count; i++)
		if (strcmp(l->nodes[i], s->node) == 0)
			return false;
	return !l->count || (l->count < LOST_MAX && e->far_ms >= HOP_LEAST_MS);
}

/* To the session S, and in *L whether that was in vain; the person is told of the first that was. */
static int
try_far(struct enter *e, struct lost *l, const struct pool_entry *s)
{
	int rc = enter_far(e, s);

	if (!rc || rc == -ENOENT || rc == -EINTR)
		return rc;
	if (!l->count)
		memcpy(l->far, e->far, sizeof l->far);
	else
		memcpy(e->far, l->far, sizeof e->far);
	l->nodes[l->count++] = s->node;
	return rc;
}

/*
 * Goes through the first N of LIST.  Another login may be faster; then the next one is ours.  Many that do not answer
 * are not all waited for, and of several on a node that cannot be reached only one is.  All hops together may take no
 * longer than one.
 */
static int
try_all(struct enter *e, const struct session_list *list, int n, const struct choose_login *login, int *first)
{
	uint32_t patience = e->vouching.facts.type == VOUCH_FACTS ? e->vouching.facts.login_timeout_ms : PATIENCE_MS;
	uint64_t until = clock_now_ms() + patience;
	struct lost lost = { .count = 0 };
	int rc = -ENOENT;

	e->far_ms = hop_patience(e);
	for (int i = 0; i < n && rc < 0 && rc != -EINTR && clock_now_ms() < until; i++) {
		const struct attach_status *s = &list->v[i];
		const struct pool_entry *far = s->remote ? remote_of(&e->pool, s) : NULL;

		if (far && !may_reach(e, &lost, far))
			continue;
		enter_chose(e, how_chosen(s, i, n, login));
		rc = far ? try_far(e, &lost, far) : enter_claim(e, s->id, ATTACH_MODE_AUTO);
		*first = i ? *first : rc;
	}
	return rc;
}

int
enter_best(struct enter *e)
{
	struct session_list list;
	struct choose_login login = enter_describe(e);
	int rc = list_all(e, &list), n, first = 0;

	if (rc < 0) {
		session_list_free(&list);
		return rc;
	}
	if (choose_wants_probe(&list, &login))
		rc = probing_run(geteuid(), &list, &login, &e->waiting);
	n = rc == 0 ? choose_candidates(&list, &login) : 0;
	if (rc == 0)
		rc = try_all(e, &list, n, &login, &first);
	if (rc && rc != -EINTR)
		enter_missed_note(e, &list, n, first, &login);
	session_list_free(&list);
	return rc == 0 || rc == -EINTR ? rc : -ENOENT;
}
