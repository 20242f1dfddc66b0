/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "age.h"
#include "exit_status.h"
#include "remembered.h"
#include "run_close.h"
#include "run_end.h"
#include "run_fallback.h"

/* The person asks for a session that is there, or for a held one and no other; or the carrier knows only holdfast. */
static bool
only_held(const struct run *r)
{
	return r->o->require || *r->want || !target_can_be_plain(r->target);
}

static void
fall_back(struct run *r, const char *why, bool none)
{
	if (r->done)
		return;
	/* Who has been told to end starts nothing more. */
	if (r->closing) {
		run_closed(r);
		return;
	}
	if (only_held(r)) {
		run_end(r, none ? STATUS_NO_HOLDFAST : STATUS_FAILED, none ? "%s %s" : "%s: %s",
		        target_name(r->target), why);
		return;
	}
	run_end(r, STATUS_FAILED, NULL);
	if (r->fresh)
		r->fresh->transport->kept = true;
	r->fallback.wanted = true;
	r->fallback.none = none;
	snprintf(r->fallback.why, sizeof r->fallback.why, "%s", why);
}

void
run_fall_back(struct run *r, const char *why)
{
	fall_back(r, why, false);
}

void
run_refused(struct run *r, const char *why)
{
	fall_back(r, why, false);
	r->fallback.asked = true;
}

void
run_has_none(struct run *r)
{
	char account[REMEMBERED_HOST_CAP];

	target_account(r->target, account, sizeof account);
	if (account[0])
		remembered_whether(account, false);
	fall_back(r, "has no holdfast", true);
}

bool
run_had_none(struct run *r)
{
	char account[REMEMBERED_HOST_CAP], age[AGE_CAP], why[TEXT_CAP];
	long seconds;

	target_account(r->target, account, sizeof account);
	seconds = account[0] && !only_held(r) ? remembered_for(REMEMBERED_NONE, account) : -1;
	if (seconds < 0)
		return false;
	age_format(age, (uint64_t)seconds);
	snprintf(why, sizeof why, "had no holdfast %s ago (holdfast --list %s asks again)", age,
	         target_name(r->target));
	fall_back(r, why, true);
	return true;
}

void
run_has_one(struct run *r)
{
	char account[REMEMBERED_HOST_CAP];

	target_account(r->target, account, sizeof account);
	if (account[0])
		remembered_whether(account, true);
}

bool
run_may_fall_back(const struct run *r, const struct link *l)
{
	const struct transport *t = l->transport;

	if (!l->opened || l->wrong || t->end == TRANSPORT_END_LOST || t->end == TRANSPORT_END_REFUSED)
		return false;
	/* A connection that only says nothing may still bring ATTACH to the host. */
	return !l->asked_attach || !r->o->command || (!l->met && t->state == TRANSPORT_CLOSED);
}
