/* SPDX-License-Identifier: MIT */
/*
 * leader_utmp: which of a session's attachments stands in utmp under the session's terminal (utmprec.h): one on pipes, as it
 * has no other entry, else the login that came last.
 */
#ifndef HOLDFAST_LEADER_UTMP_H
#define HOLDFAST_LEADER_UTMP_H

#include "leader.h"

/* Somebody has come or gone. */
void leader_utmp_update(struct leader *l);
/* A, who is to start the session, is vouched for. */
void leader_utmp_expect(struct leader *l, const struct attachment *a);
/* Nobody is attached any more, or nobody will hear of it. */
void leader_utmp_leave(struct leader *l);

#endif
