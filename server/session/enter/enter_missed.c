/* SPDX-License-Identifier: MIT */
#include "enter_missed.h"

#include <errno.h>

#include "daemonlink.h"
#include "notheld.h"

/* The dropped session of the login's user that was used last, and has another identity; NULL: there is none. */
static const struct attach_status *
of_another_key(const struct session_list *list, const struct choose_login *login)
{
	const struct attach_status *best = NULL;

	if (!login->who_known)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (s->state != ATTACH_STATE_DROPPED || s->kind == ATTACH_KIND_COMMAND || choose_is_anothers(s, login) ||
		    s->remote || identity_equal(login->who, &s->identity) || (best && best->activity_ms > s->activity_ms))
			continue;
		best = s;
	}
	return best;
}

void
enter_missed_note(struct enter *e, const struct session_list *list, int n, int rc, const struct choose_login *login)
{
	const struct attach_status *other = n > 0 ? NULL : of_another_key(list, login);

	e->missed = 0;
	if (e->elevated) {
		e->missed = NOTHELD_NEW_ELEVATED;
		e->missed_session = e->elevated;
	} else if (n > 0 && !list->v[0].remote) { /* else the person is told (enter_far.h) */
		e->missed = rc == -ETIMEDOUT || rc == -EAGAIN ? NOTHELD_NEW_SILENT : NOTHELD_NEW_LATE;
		e->missed_session = list->v[0].id;
	} else if (other) {
		e->missed = NOTHELD_NEW_OTHER_KEY;
		e->missed_session = other->id;
	}
}

void
enter_missed_say(struct enter *e)
{
	if (e->missed && e->q->hook)
		daemonlink_say(&e->q->ticket, true, e->missed, e->missed_session);
	e->missed = 0;
}
