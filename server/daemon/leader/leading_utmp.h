/* SPDX-License-Identifier: MIT */
/*
 * leading_utmp: which of a session's attachments stands in utmp under the session's terminal (utmprec.h): one on pipes, as it
 * has no other entry, else the login that came last.
 */
#ifndef HOLDFAST_LEADING_UTMP_H
#define HOLDFAST_LEADING_UTMP_H

#include "leading.h"

/* Somebody has come or gone. */
void leading_utmp_update(struct leading *l);
/* A, who is to start the session, is vouched for. */
void leading_utmp_expect(struct leading *l, const struct attachment *a);
/* Nobody is attached any more, or nobody will hear of it. */
void leading_utmp_leave(struct leading *l);

#endif
