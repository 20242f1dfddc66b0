/* SPDX-License-Identifier: MIT */
#include "enter_best.h"

#include <errno.h>
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

/*
 * Goes through the first N of LIST.  Another login may be faster; then the next one is ours.  Many that do not answer
 * are not all waited for, and of several on other nodes that cannot be reached only one is.  All hops together may
 * take no longer than one.
 */
static int
try_all(struct enter *e, const struct session_list *list, int n, const struct choose_login *login, int *first)
{
	uint32_t patience = e->vouching.facts.type == VOUCH_FACTS ? e->vouching.facts.login_timeout_ms : PATIENCE_MS;
	uint64_t until = clock_now_ms() + patience;
	bool unreachable = false;
	int rc = -ENOENT;

	e->far_ms = hop_patience(e);
	for (int i = 0; i < n && rc < 0 && rc != -EINTR && clock_now_ms() < until; i++) {
		const struct attach_status *s = &list->v[i];

		if (s->remote && unreachable)
			continue;
		enter_chose(e, how_chosen(s, i, n, login));
		rc = s->remote ? enter_far(e, remote_of(&e->pool, s)) : enter_claim(e, s->id, ATTACH_MODE_AUTO);
		unreachable |= s->remote && rc && rc != -ENOENT;
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
