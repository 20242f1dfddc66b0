/* SPDX-License-Identifier: MIT */
/* leader_audit: what a leader writes down of its session: the audit lines (audit.h); who comes and goes, utmp is told too. */
#ifndef HOLDFAST_LEADER_AUDIT_H
#define HOLDFAST_LEADER_AUDIT_H

#include "leader.h"

/*
 * The login gets no session: tells holdfastd, which counts refusals (refusal.h).  Whether a line in the log may say why.
 */
bool leader_audit_may_say(const struct leader *l);
/* The session has started. */
void leader_audit_created(struct leader *l);
/* An attachment came, went, or was refused; M is the keeper's report. */
void leader_audit_attached(struct leader *l, const struct leadermsg_report *m);
void leader_audit_gone(struct leader *l, const struct leadermsg_report *m);
void leader_audit_refused(struct leader *l, const struct leadermsg_report *m);
/* The session is over, as R says (leader_end.h). */
void leader_audit_end(struct leader *l, const struct endrecord *r);

#endif
