/* SPDX-License-Identifier: MIT */
/*
 * framed: an attachment that speaks docs/PROTOCOL.md on its pipes.  Its peer has a struct framed; its struct terminal
 * has the pipes, the size and the flow, which is BLOCKED also while the window is full.
 *
 * framed.c: its life; frames_in.c: frames from the client; frames_out.c: frames to it, with the bytes of the ring as
 * they are there, without a copy; catchup.c: where it goes on after a cut or a stall; window.c: how much may be on
 * the way; kept.c: what the next keeper goes on from.  Its input is in a stream (streams.h), which outlives the
 * attachment.
 */
#ifndef HOLDFAST_FRAMED_H
#define HOLDFAST_FRAMED_H

#include "peers.h"

extern const struct attachment_ops framed_ops;

/* Why CLAIM, to go on with a stream, can't; NULL: it can. */
const char *framed_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code);
/* The attachment that has the stream which PEER claims, and so has to go before PEER's begins; or NULL. */
struct peer *framed_other(const struct peer *peer);

#endif
