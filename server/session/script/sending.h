/* SPDX-License-Identifier: MIT */
/* sending: types into a session (SEND of common/messages/attach_script.h). */
#ifndef HOLDFAST_SENDING_H
#define HOLDFAST_SENDING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach_script.h"

#define SENDING_STUCK_MS 10000 /* nothing was taken for so long: given up */

struct sending {
	uid_t uid;
	uint32_t id;
	int fd;                        /* to the keeper; -1: none */
	struct attach_refused refused; /* after -EACCES */
};

void sending_begin(struct sending *s, uid_t uid, uint32_t id);
/*
 * Types LEN bytes; *TAKEN says how many the session's terminal has taken, also after an error.  0; -EACCES: refused,
 * as s->refused says; -ETIMEDOUT: the program does not read; -EPIPE: the keeper was replaced, and nobody knows
 * whether the next bytes, ATTACH_SEND_MAX at most, were typed; -EPROTO: it is of a version that knows no SEND;
 * -ENOENT, -ECONNREFUSED or another negative errno.
 */
int sending_type(struct sending *s, const void *bytes, size_t len, size_t *taken);
void sending_close(struct sending *s);

#endif
