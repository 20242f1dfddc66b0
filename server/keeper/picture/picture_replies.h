/* SPDX-License-Identifier: MIT */
/* picture_replies: the messages from a session's painter. */
#ifndef HOLDFAST_PICTURE_REPLIES_H
#define HOLDFAST_PICTURE_REPLIES_H

#include <stdbool.h>

#include <stddef.h>

struct keeper;
struct termcan;

/* Handles the messages that have come.  After each of them there may be no painter any more. */
void picture_receive(struct keeper *k);
/*
 * Asks for the bytes that leave a terminal clean that shows the session, and takes TARGET: *BYTES, which the caller
 * frees.  0, or a negative errno when the painter does not answer in LEAVE_MS.
 */
int picture_leave(struct keeper *k, const struct termcan *target, unsigned char **bytes, size_t *len);
/* The same for the screen as text, and with SCROLLBACK the lines above it; the painter gets TEXT_MS. */
int picture_text(struct keeper *k, bool scrollback, unsigned char **bytes, size_t *len);

#endif
