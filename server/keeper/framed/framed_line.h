/* SPDX-License-Identifier: MIT */
/*
 * framed_line: asks a framed client whether it is there, and one that carries a login of another node of a pool whether
 * its person is (frame_line.h, attach/probe.h).
 */
#ifndef HOLDFAST_FRAMED_LINE_H
#define HOLDFAST_FRAMED_LINE_H

#include "peers.h"

/* The operations ping and ask_far of struct attachment_ops. */
bool framed_ping(struct peer *peer);
bool framed_ask_line(struct peer *peer);
/* LINE_IS has come, LEN bytes behind its type: 0 or -EBADMSG.  It counts only from a client that can be asked. */
int framed_line_said(struct peer *peer, const unsigned char *body, size_t len);

#endif
