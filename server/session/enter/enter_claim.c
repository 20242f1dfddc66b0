/* SPDX-License-Identifier: MIT */
#include "enter_claim.h"

#include <errno.h>
#include <stdio.h>

#include "attaching.h"
#include "clock.h"
#include "enter_fill.h"
#include "envlist.h"
#include "inside.h"

#define CLAIMS 3    /* more of one session, where its keepers die in the middle of one */

/* Whether the login comes from session ID by ssh; searched once. */
static bool
comes_out_of(struct enter *e, uint32_t id)
{
	if (!e->inside_known)
		inside_find(&e->inside, envlist_get(&e->claim.env, "SSH_CONNECTION"));
	e->inside_known = true;
	return inside_has(&e->inside, id);
}

void
enter_chose(struct enter *e, enum attach_chose how)
{
	e->claim.flags = (e->claim.flags & ~ATTACH_CHOSE_MASK) | (uint32_t)how << ATTACH_CHOSE_SHIFT;
}

/* What another node has said of the session is of the one that it has sent the login to. */
static void
set_unique(struct enter *e, enum attach_mode mode)
{
	bool sent = mode != ATTACH_MODE_FIRST && mode != ATTACH_MODE_STREAM && !e->switched && e->q->unique;

	snprintf(e->claim.unique, sizeof e->claim.unique, "%s", sent ? e->q->unique : "");
}

int
enter_claim(struct enter *e, uint32_t id, enum attach_mode mode)
{
	int rc;

	if (mode != ATTACH_MODE_FIRST && comes_out_of(e, id))
		return -ELOOP;
	enter_fill_target(e);
	e->claim.mode = mode;
	set_unique(e, mode);
	rc = attaching_claim(&e->at, id, &e->claim, e->fds, e->fd_count, &e->waiting);
	/* Its keeper has died meanwhile, perhaps: then the next one answers. */
	for (int i = 0; i < CLAIMS && rc == -EPIPE; i++) {
		rc = attaching_claim(&e->at, id, &e->claim, e->fds, e->fd_count, &e->waiting);
		if (rc == -ENOENT || rc == -ECONNREFUSED)
			return -EPIPE;
	}
	if (rc == -EACCES && mode == ATTACH_MODE_AUTO && e->at.refused.code == ATTACH_REFUSAL_ELEVATED)
		e->elevated = id;
	return rc;
}

struct choose_login
enter_describe(const struct enter *e)
{
	return (struct choose_login){
		.former = e->q->own ? NULL : &e->vouching.facts.former, .user = e->user, .home_born = e->home_born,
		.who = &e->claim.identity, .who_known = e->q->own || e->vouching.facts.type == VOUCH_FACTS,
		.rows = e->claim.rows, .cols = e->claim.cols, .term = e->claim.term,
		.now_ms = clock_date_ms(),
	};
}
