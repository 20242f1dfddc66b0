/* SPDX-License-Identifier: MIT */
#include "enter_far.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "enter_claim.h"
#include "hop.h"
#include "poolask.h"
#include "remote.h"

bool
enter_far_ask(struct enter *e)
{
	if (!e->pool_asked && e->vouching.facts.type == VOUCH_FACTS && e->vouching.facts.pool && !e->q->no_hop) {
		poolask_over(e->vouching.fd, POOL_WHAT_USER, &e->q->ticket, &e->pool);
		remote_trust(&e->pool, e->vouching.facts.trust);
	}
	e->pool_asked = true;
	return e->pool.whole;
}

bool
enter_far_is_here(struct enter *e)
{
	return enter_far_ask(e) && remote_is_here(&e->pool, e->node);
}

int
enter_far(struct enter *e, const struct pool_entry *s)
{
	return hop_begin(e, s, false);
}

int
enter_far_named(struct enter *e)
{
	const struct pool_entry *s;
	int rc = enter_far_ask(e) ? remote_find(&e->pool, e->node, e->want, &s) : -ENOENT;

	if (rc)
		return rc;
	enter_chose(e, ATTACH_CHOSE_NAME);
	rc = hop_begin(e, s, true);
	return !rc || rc == -ENOENT || rc == -EINTR ? rc : -EREMOTE;
}

void
enter_far_say(struct enter *e)
{
	if (e->far[0] && e->q->tty)
		fprintf(stderr, "holdfast: %s; this is a new one\r\n", e->far);
	e->far[0] = '\0';
}
