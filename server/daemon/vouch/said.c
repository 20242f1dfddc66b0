/* SPDX-License-Identifier: MIT */
#include "said.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "audit.h"
#include "counters.h"
#include "event.h"
#include "login.h"
#include "notheld.h"
#include "saidstore.h"
#include "statedir.h"

/* The login of Q, if that is CALLER's; without one only the user of CALLER's uid is known. */
static bool
find_who(uid_t caller, const struct vouch_request *q, struct login *l)
{
	const struct passwd *pw;

	if (login_find(&q->ticket, l) == 0 && l->uid == caller)
		return q->cause >= NOTHELD_SKIPPED || login_has_asked(&q->ticket) == 0;
	memset(l, 0, sizeof *l);
	/*
	 * It has just ended, perhaps.  But shells that a login has left behind have its ticket too, and are no logins.
	 */
	if (q->from != VOUCH_FROM_HOOK)
		return false;
	pw = getpwuid(caller);
	if (!pw || strlen(pw->pw_name) >= sizeof l->user)
		return false;
	memcpy(l->user, pw->pw_name, strlen(pw->pw_name) + 1);
	return true;
}

bool
said_take(uid_t caller, const struct vouch_request *q, bool quiet)
{
	const char *number = notheld_number(q->cause);
	struct audit a;
	struct event e;
	struct login l;
	int dir, rc;

	if (!find_who(caller, q, &l))
		return false;
	audit_init(&a, l.user, caller);
	audit_begin(&a, &e, "aside", login_from(&l), l.who);
	event_add(&e, "why", notheld_name(q->cause));
	if (number && q->number)
		event_number(&e, number, q->number);
	event_add(&e, "said-by-user", "yes");
	dir = statedir_open(STATEDIR_SAID);
	rc = dir < 0 ? dir : saidstore_add(dir, caller, &e);
	if (dir >= 0)
		close(dir);
	/*
	 * Who says too much is not heard at all.  A disk that is full costs the store its line; the store's limit does not
	 * hold then, and holdfastd's does.
	 */
	if (rc == -EBUSY || (rc && quiet))
		return false;
	counters_event("aside", notheld_name(q->cause));
	event_log(LOG_INFO, &e);
	return rc != 0;
}
