/* SPDX-License-Identifier: MIT */
/* picture_replies: what a session's painter says. */
#ifndef HOLDFAST_PICTURE_REPLIES_H
#define HOLDFAST_PICTURE_REPLIES_H

#include <stddef.h>

struct keeper;

/* Takes what has come.  Each of it may end in there being no painter. */
void picture_receive(struct keeper *k);
/*
 * What leaves a terminal clean that shows the session, in *BYTES (the caller's to free): 0, or a negative errno
 * when the painter does not say so in LEAVE_MS.
 */
int picture_leave(struct keeper *k, unsigned char **bytes, size_t *len);

#endif
