/* SPDX-License-Identifier: MIT */
/*
 * redraw: what an attachment is shown of the session so far: the painter's rendering and the line above it; when there
 * is no painter, the latest output (fallback.h).
 */
#ifndef HOLDFAST_REDRAW_H
#define HOLDFAST_REDRAW_H

#include <stdbool.h>

#include "peers.h"

/* Makes k->picture, whose renderings are for the attachments.  0 or -ENOMEM; picture_close() ends it. */
int redraw_open(struct keeper *k);
/* PEER gets the screen as it is now, and live output from here on.  QUIET: no line above it. */
void redraw_screen(struct peer *peer, enum redraw_why why, bool quiet);
/* tmux's control mode is over (controlmode.h): those that wait for that are shown the screen. */
void redraw_held(struct keeper *k);

#endif
