/* SPDX-License-Identifier: MIT */
/* vouching: the login's side of common/vouch.h: asks holdfastd who this login is, and for a new session. */
#ifndef HOLDFAST_VOUCHING_H
#define HOLDFAST_VOUCHING_H

#include <sys/ioctl.h>

#include "ticket.h"
#include "vouch.h"
#include "waiting.h"

#define VOUCHING_ANSWER_MS 1000 /* no sign of life by then: nobody is there */

struct vouching {
	int fd;                   /* -1: not connected */
	uint8_t from;             /* enum vouch_from: who asks */
	struct vouch_reply facts; /* type VOUCH_FACTS once vouched for, else 0 */
	struct vouch_reply last;  /* the latest reply: VOUCH_REFUSED tells why */
};

/*
 * Connects and asks about TICKET, as v->from, which is kept: 0 when vouched for; -EACCES when refused (v->last); -EBUSY
 * when there are too many logins, and -ETIMEDOUT when nothing came in time, both with what to tell the person in
 * v->last; -EINTR; another negative errno when holdfastd is not there.  Close with vouching_close in any case.
 */
int vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w);
/*
 * Asks for a new session for a terminal of that size, or with WS NULL for a command on pipes: its id, or the same
 * errors (-ETIMEDOUT: not ready in time).
 */
int vouching_start(struct vouching *v, const struct ticket *ticket, const struct winsize *ws, struct waiting *w);
/* Closing before the session has started gives it up. */
void vouching_close(struct vouching *v);

#endif
