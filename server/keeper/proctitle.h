/* SPDX-License-Identifier: MIT */
/*
 * proctitle: the keeper's title (common/process/pstitle.h): "holdfast: alice 3 (vim)", with the program in front.
 *
 * The keeper looks in turns that there are anyway: when another process group has come to the front (base/front.h), and
 * a few times within the next moment, for the group may not have executed its program by then.  A program that neither
 * prints nor is typed at may be missing in the title for as long.
 */
#ifndef HOLDFAST_PROCTITLE_H
#define HOLDFAST_PROCTITLE_H

#include "state.h"

/* The keeper knows its session. */
void proctitle_begin(struct keeper *k);
/* Once a turn. */
void proctitle_turn(struct keeper *k);

#endif
