/* SPDX-License-Identifier: MIT */
#include "subsystem_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame_session.h"
#include "rootless.h"
#include "sessions.h"
#include "vouching.h"

#define LIST_MS 500 /* for all keepers together */

/* Whether the login's identity is known, and then WHO, and FORMER for sessions without a user name. */
static bool
identify(const struct enter_request *q, struct identity *who, struct identity *former)
{
	struct vouching v = { .fd = -1 };
	struct waiting w;
	bool known = false;

	if (q->own) {
		rootless_identity(who);
		rootless_identity(former);
		return true;
	}
	if (ticket_is_none(&q->ticket))
		return false;
	if (waiting_begin(&w) == 0) {
		known = vouching_ask(&v, &q->ticket, &w) == 0;
		*who = v.facts.identity;
		*former = v.facts.former;
		vouching_close(&v);
	}
	waiting_end(&w);
	return known;
}

static void
fill(struct frame_session *to, const struct attach_status *from, const struct identity *who)
{
	*to = (struct frame_session){
		.id = from->id, .state = from->state == ATTACH_STATE_CLAIMING ? ATTACH_STATE_DROPPED : from->state,
		.kind = from->kind, .attachments = from->attachments, .rows = from->rows, .cols = from->cols,
		.created_ms = from->created_ms, .changed_ms = from->changed_ms,
		.activity_ms = from->activity_ms, .away_bytes = from->away_bytes,
		.same_identity = who && identity_equal(who, &from->identity),
	};
	memcpy(to->name, from->name, sizeof to->name);
	memcpy(to->program, from->program, sizeof to->program);
	memcpy(to->address, from->address, sizeof to->address);
}

int
subsystem_list(const struct enter_request *q, unsigned char *out, size_t cap)
{
	struct frame_session *v = calloc(FRAME_LIST_MAX, sizeof *v);
	struct session_list list;
	struct identity who, former;
	bool known = identify(q, &who, &former);
	size_t count = 0;
	int rc = v ? session_list_get(geteuid(), LIST_MS, &list) : -ENOMEM;

	if (rc < 0)
		goto out;
	for (size_t i = 0; i < list.count && count < FRAME_LIST_MAX; i++)
		if (list.v[i].state != ATTACH_STATE_NEW)
			fill(&v[count++], &list.v[i], !known ? NULL : list.v[i].user[0] ? &who : &former);
	rc = frame_put_list(v, count, out, cap);
	session_list_free(&list);
out:
	free(v);
	return rc;
}
