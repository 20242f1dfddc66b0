/* SPDX-License-Identifier: MIT */
/*
 * leader_utmp: chooses the attachment whose entry stands in utmp under the session's terminal (utmprec.h): one on
 * pipes, which has no other entry, else the latest login.  The same one decides what a who(1) without utmp finds
 * (ptsorder.h).
 */
#ifndef HOLDFAST_LEADER_UTMP_H
#define HOLDFAST_LEADER_UTMP_H

#include "leader.h"

/* An attachment has come or gone. */
void leader_utmp_update(struct leader *l);
/* A, who is to start the session, is vouched for. */
void leader_utmp_expect(struct leader *l, const struct vouched_one *a);
/* The last attachment has gone, or the leader stops. */
void leader_utmp_leave(struct leader *l);

#endif
