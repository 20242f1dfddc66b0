/* SPDX-License-Identifier: MIT */
/*
 * attach_who: the answer to WHO on a keeper's socket (attach.h): all that are attached to a session, for lists.  It is
 * a message of its own, because each login asks all keepers of its user for STATUS, and this one can be long.
 *
 * The keeper is the user's: the address is what its leader has told it.  How each one has authenticated, root's leader
 * itself says (leaderctl.h); the serial number is the same in both.
 */
#ifndef HOLDFAST_ATTACH_WHO_H
#define HOLDFAST_ATTACH_WHO_H

#include <stddef.h>
#include <stdint.h>

#include "bounds.h"

#define ATTACH_WHO_MAX 64

#define ATTACH_ONE_READONLY 1u /* the keeper discards its input */
#define ATTACH_ONE_FRAMED 2u   /* the client holdfast, and no terminal on this host */
#define ATTACH_ONE_PIPES 4u    /* without a terminal */
#define ATTACH_ONE_FITS 8u     /* the session has the size of its terminal */
#define ATTACH_ONE_ASIDE 16u   /* it does not accept output, and is not waited for any more */

struct attach_one {
	uint32_t serial;           /* of its claim */
	uint32_t flags;            /* ATTACH_ONE_* */
	uint32_t rows, cols;       /* 0: unknown */
	uint64_t since_ms;         /* CLOCK_REALTIME, milliseconds; 0: unknown */
	uint64_t typed_ms;         /* its last input; 0: none since this keeper has begun */
	char address[ADDRESS_CAP]; /* "": unknown */
};

struct attach_who {
	uint32_t count;
	struct attach_one v[ATTACH_WHO_MAX];
};

/* The number of bytes written to OUT, or -EMSGSIZE. */
int attach_encode_who(const struct attach_who *m, unsigned char *out, size_t cap);
/*
 * 0; -EBADMSG: another message, a field beyond its limit, or more than ATTACH_WHO_MAX.  Skips what later versions add
 * to each one, and behind them.
 */
int attach_decode_who(struct attach_who *m, const void *buf, size_t len);

#endif
