/* SPDX-License-Identifier: MIT */
/*
 * hopmsg: what a process of holdfast on a login node says to the client that it has started to reach a session on another
 * node of the pool (`holdfast --hop FD`), and what that client answers.  FD is one end of a SOCK_SEQPACKET pair; one
 * message a packet.
 *
 *   parent                     client
 *   ORDER           ───▶       connects; asks the other node for the session
 *                   ◀───       ATTACHED, when it has it
 *                   ◀───       the last message: EXIT, DETACHED, SWITCH or FAILED
 *   (closes)        ───▶       leaves the session as a connection that is lost does, and ends
 *
 * With HOPMSG_FRAMED the client is no terminal's: its standard input and output are the pipes of a framed client
 * (docs/PROTOCOL.md), and HELLO and ATTACH of that one, as they came, follow the order in a message FRAMES.  After
 * ATTACHED it passes bytes both ways, the frame ATTACHED first.  Before that it writes nothing.
 */
#ifndef HOLDFAST_HOPMSG_H
#define HOLDFAST_HOPMSG_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "frame_types.h"
#include "wire.h"

#define HOPMSG_BOOT 16
#define HOPMSG_FRAMES_MAX (80u << 10) /* HELLO and ATTACH, whole */

enum hopmsg_type {
	HOPMSG_ORDER = 1,
	HOPMSG_FRAMES = 2,
	HOPMSG_ATTACHED = 65,
	HOPMSG_EXIT = 66,
	HOPMSG_DETACHED = 67,
	HOPMSG_SWITCH = 68,
	HOPMSG_FAILED = 69,
};

enum hopmsg_how {
	HOPMSG_RESUME = 1, /* only if nobody is attached there */
	HOPMSG_TAKE = 2,
	HOPMSG_JOIN = 3,
};

enum hopmsg_flag { HOPMSG_READONLY = 1, HOPMSG_FRAMED = 2 };

struct hopmsg_order {
	uint32_t how;                   /* enum hopmsg_how; FRAMED: ATTACH says how */
	uint32_t flags;                 /* enum hopmsg_flag */
	uint32_t session;               /* its id there */
	unsigned char boot[HOPMSG_BOOT]; /* that node's boot; all zero: any */
	char pool[POOL_CAP];            /* both nodes' */
	char from[NODE_CAP];            /* this node */
	char node[NODE_CAP];            /* that node */
	char unique[FRAME_HOP_UNIQUE]; /* of the session; "": unknown */
};

struct hopmsg_report {
	uint8_t type;
	uint32_t signaled; /* EXIT: as struct attach_exit */
	uint32_t value;    /* ATTACHED: the session; EXIT: status or signal; DETACHED: enum frame_detached_reason;
	                      FAILED: enum frame_error_code, or 0 where the other node was not reached */
	char text[TEXT_CAP]; /* SWITCH: where to; else a line for the person, or "" */
};

#define HOPMSG_MAX 1024 /* bytes of any of them but FRAMES */

/* Encoders: the number of bytes written to OUT, or -EMSGSIZE.  Decoders: 0 or -EBADMSG. */
int hopmsg_encode_order(const struct hopmsg_order *m, unsigned char *out, size_t cap);
int hopmsg_decode_order(struct hopmsg_order *m, const void *buf, size_t len);
int hopmsg_encode_report(const struct hopmsg_report *m, unsigned char *out, size_t cap);
int hopmsg_decode_report(struct hopmsg_report *m, const void *buf, size_t len);

#endif
