/* SPDX-License-Identifier: MIT */
/*
 * inputshare: this session's share of the memory that all sessions of the user may fill with input (InputMemory of
 * holdfast.conf(5)).
 *
 * Keepers do not tell each other what they hold.  Each takes the same part of the whole, by the number of sessions in
 * the user's directory, and looks again while input comes.  A session that starts makes all shares smaller; input that
 * waits already stays, so for a while it can be more than the whole.
 */
#ifndef HOLDFAST_INPUTSHARE_H
#define HOLDFAST_INPUTSHARE_H

#include <stdint.h>

#include "state.h"

/* Sets k->streams.limit; NOW is of clock_now_ms().  Looks at the directory at most once a second. */
void inputshare_look(struct keeper *k, uint64_t now);

#endif
