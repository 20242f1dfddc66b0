/* SPDX-License-Identifier: MIT */
/* vouching: the login's side of common/messages/vouch.h: asks holdfastd for the facts of this login, and for a new session. */
#ifndef HOLDFAST_VOUCHING_H
#define HOLDFAST_VOUCHING_H

#include <sys/ioctl.h>

#include "ticket.h"
#include "vouch.h"
#include "waiting.h"

#define VOUCHING_ANSWER_MS 1000 /* without an answer by then, holdfastd does not run */

struct vouching {
	int fd;                   /* -1: not connected */
	uint8_t from;             /* enum vouch_from: who asks */
	struct vouch_reply facts; /* type VOUCH_FACTS after holdfastd has vouched, else 0 */
	char told[TEXT_CAP];      /* a session that the user has lost, in one line; "": none */
	struct vouch_reply last;  /* the latest reply; VOUCH_REFUSED has the reason */
};

/*
 * Connects and asks about TICKET, as v->from, which is kept: 0: vouched for; -EACCES: refused (v->last); -EBUSY: too
 * many logins; -ETIMEDOUT: no answer in time; -EPIPE: the helper has ended, these with a line for the user in v->last;
 * -EINTR; another negative errno:
 * holdfastd does not run.  Close with vouching_close in any case.
 */
int vouching_ask(struct vouching *v, const struct ticket *ticket, struct waiting *w);
/*
 * Asks for a new session for a terminal of that size, or with WS NULL for a command on pipes: its id, or the same
 * errors (-ETIMEDOUT: not ready in time).
 */
int vouching_start(struct vouching *v, const struct ticket *ticket, const struct winsize *ws, struct waiting *w);
/* Closes; a session that has not started by then is abandoned. */
void vouching_close(struct vouching *v);

#endif
