/* SPDX-License-Identifier: MIT */
/* leading_audit: what a leader writes down of its session: the audit lines (audit.h); who comes and goes, utmp is told too. */
#ifndef HOLDFAST_LEADING_AUDIT_H
#define HOLDFAST_LEADING_AUDIT_H

#include "leading.h"

/* The session has started. */
void leading_audit_created(struct leading *l);
/* An attachment came, went, or was refused; M is the keeper's report. */
void leading_audit_attached(struct leading *l, const struct lead_report *m);
void leading_audit_gone(struct leading *l, const struct lead_report *m);
void leading_audit_refused(struct leading *l, const struct lead_report *m);
/* EVENT is "end" or "lost", STATUS a wait status, WHY an enum lead_why. */
void leading_audit_end(struct leading *l, const char *event, int status, uint32_t why);

#endif
