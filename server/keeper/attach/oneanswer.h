/* SPDX-License-Identifier: MIT */
/*
 * oneanswer: of several terminals in one session only the leading one answers queries: the one that was used last, of
 * those that accept output and may type.  The reports of the others are taken out of their input (reports.h).
 *
 * While only one terminal is attached, its input is not looked at.  An answer may be on its way when a key is pressed
 * at another terminal: so the terminal that was leading before answers for ONEANSWER_GRACE_MS more.  If the answering
 * terminal goes before it has answered, the keeper types the next one's answers to the same queries instead
 * (answers.h).
 */
#ifndef HOLDFAST_ONEANSWER_H
#define HOLDFAST_ONEANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "peers.h"

#define ONEANSWER_GRACE_MS 500

/* The largest output for so much input. */
#define ONEANSWER_ROOM(len) ((len) + TERMREPORTS_HELD)

/* Whether PEER's input is to go through oneanswer_filter. */
bool oneanswer_wanted(const struct peer *peer);
/*
 * Copies LEN bytes of PEER's input at P to OUT (ONEANSWER_ROOM(LEN) bytes), without the reports that are not wanted.
 * Returns how many are left.  *TYPED: whether the input has anything but reports.
 */
size_t oneanswer_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out, bool *typed);
/* PEER is about to lead: it has typed. */
void oneanswer_leads(struct peer *peer);
/* PEER goes, or takes nothing any more, and others listen. */
void oneanswer_gone(struct peer *peer);
/* Input of PEER that was held back is no report, or PEER goes: to OUT, of TERMREPORTS_HELD bytes; how many. */
size_t oneanswer_release(struct peer *peer, unsigned char *out);

#endif
