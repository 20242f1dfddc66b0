/* SPDX-License-Identifier: MIT */
/*
 * frames_in: frames from a framed client.  A frame that is not in the table, or not as it must be, ends the attachment.
 */
#ifndef HOLDFAST_FRAMES_IN_H
#define HOLDFAST_FRAMES_IN_H

#include "peers.h"

/* Reads, and takes the frames that are there; sets t.dead when they are wrong or the pipe has ended. */
void framed_read(struct peer *peer);
/* Takes the frames that have been read. */
void framed_take(struct peer *peer);
/* The operation "type" (struct attachment_ops). */
void framed_type(struct peer *peer, const unsigned char *p, size_t len);

#endif
