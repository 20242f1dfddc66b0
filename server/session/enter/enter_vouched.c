/* SPDX-License-Identifier: MIT */
#include "enter_vouched.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "birth.h"
#include "rootless.h"

/* Which of the names of our uid the login is by, and whether that account is the one that it was. */
static void
know_account(struct enter *e, const struct passwd *pw)
{
	e->user[0] = '\0';
	e->home_born = 0;
	if (!pw || strlen(pw->pw_name) >= sizeof e->user)
		return;
	memcpy(e->user, pw->pw_name, strlen(pw->pw_name) + 1);
	e->home_born = birth_of(pw->pw_dir);
}

/* Asks about TICKET. */
static int
ask(struct enter *e, enum vouch_from from, const struct ticket *ticket)
{
	int rc;

	e->vouching.from = from;
	rc = vouching_ask(&e->vouching, ticket, &e->waiting);
	if (e->vouching.told[0])
		memcpy(e->told, e->vouching.told, sizeof e->told);
	if (rc == 0) {
		e->claim.identity = e->vouching.facts.identity;
		know_account(e, getpwnam(e->vouching.facts.user));
	}
	return rc;
}

int
enter_vouched_ask(struct enter *e)
{
	/* What was known of an earlier session is not true of this one. */
	e->vouching.facts.type = 0;
	know_account(e, rootless_account());
	if (e->q->own) {
		rootless_identity(&e->claim.identity);
		return 0;
	}
	if (ticket_is_none(&e->q->ticket))
		return -EACCES;
	/* A session that is gone over to is not what sshd has admitted this login for: holdfastctl asks for it. */
	return ask(e, e->q->hook && !e->switched ? VOUCH_FROM_HOOK : VOUCH_FROM_COMMAND, &e->q->ticket);
}

int
enter_vouched_start(struct enter *e)
{
	struct ticket own;
	int rc;

	if (e->vouching.facts.type == VOUCH_FACTS)
		return 0;
	/* The variable is only a hint: root's part goes by the process's parents. */
	if (!ticket_is_none(&e->q->ticket) || e->q->hook || !attach_id(getenv("HOLDFAST_SESSION")))
		return e->err ? e->err : -EACCES;
	rc = ticket_make(&own);
	if (rc == 0)
		rc = ask(e, VOUCH_FROM_SESSION, &own);
	if (rc == 0)
		e->claim.ticket = own;
	e->err = rc;
	return rc;
}
