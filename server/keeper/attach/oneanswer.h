/* SPDX-License-Identifier: MIT */
/*
 * oneanswer: of several terminals in one session only the leading one answers queries: the one that was used last, of those
 * that take what is written and may type.  What the others report is taken out of their input (reports.h).
 *
 * While only one is attached, nothing is looked at.  An answer may be on its way when somebody types at another terminal:
 * so the one that was leading before answers for ONEANSWER_GRACE_MS more.  When the one that answers goes before it has, what
 * the next one has said to the same queries is typed in its place (typing.h).
 */
#ifndef HOLDFAST_ONEANSWER_H
#define HOLDFAST_ONEANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "peers.h"

#define ONEANSWER_GRACE_MS 500

/* What can come of so much input. */
#define ONEANSWER_ROOM(len) ((len) + REPORTS_HELD)

/* Whether PEER's input is to go through oneanswer_filter. */
bool oneanswer_wanted(const struct peer *peer);
/*
 * Input of PEER: what is left of LEN bytes at P goes to OUT, of ONEANSWER_ROOM(LEN) bytes; how many.  *TYPED: whether any of it
 * is no report.
 */
size_t oneanswer_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out, bool *typed);
/* PEER is about to lead: it has typed. */
void oneanswer_leads(struct peer *peer);
/* PEER goes, or takes nothing any more, and others listen. */
void oneanswer_gone(struct peer *peer);
/* What is held of PEER's input is due, or PEER goes: to OUT, of REPORTS_HELD bytes; how many. */
size_t oneanswer_release(struct peer *peer, unsigned char *out);

#endif
