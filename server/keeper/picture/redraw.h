/* SPDX-License-Identifier: MIT */
/*
 * redraw: shows an attachment the session so far: the painter's rendering and the line above it; without a painter, the
 * latest output (fallback.h).
 */
#ifndef HOLDFAST_REDRAW_H
#define HOLDFAST_REDRAW_H

#include <stdbool.h>

#include "peers.h"

/* Makes k->picture (picture_open), whose renderings go to the attachments that wait for them.  0 or -ENOMEM. */
int redraw_open(struct keeper *k);
/* PEER gets the screen as it is now, and live output from here on.  QUIET: no line above it. */
void redraw_screen(struct peer *peer, enum redraw_why why, bool quiet);
/* tmux's control mode is over (controlmode.h): shows the screen to the attachments that waited for that. */
void redraw_held(struct keeper *k);

#endif
