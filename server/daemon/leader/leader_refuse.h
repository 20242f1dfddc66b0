/* SPDX-License-Identifier: MIT */
/* leader_refuse: the login gets no session: what the person is told, and the event that says the same (notheld.h). */
#ifndef HOLDFAST_LEADER_REFUSE_H
#define HOLDFAST_LEADER_REFUSE_H

#include "leader.h"

/*
 * Refuses for CODE (enum vouch_refusal) and CAUSE; WHAT is what there is to say besides, or "".  The rest is the line
 * for the person, if the login is still there; its connection is closed then.  Of a login that has been refused before
 * nothing is said, written or counted.
 */
void leader_refuse(struct leader *l, uint32_t code, uint32_t cause, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The same for RC, an errno of the step that the progress (progress.h) is at. */
void leader_refuse_error(struct leader *l, int rc);
/* The same for a keeper that has ended with STATUS before it was ready. */
void leader_refuse_keeper(struct leader *l, int status);

#endif
