/* SPDX-License-Identifier: MIT */
/*
 * errand: a connection that asks the host for one thing and is over then: the list of sessions (listing.h), or what a
 * script wants of a session (script.h).
 */
#ifndef HOLDFAST_ERRAND_H
#define HOLDFAST_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "asking.h"
#include "link.h"
#include "target.h"

struct errand {
	/*
	 * Sends what can be sent, and takes what has come: the exit status when the errand is done, -1 as long as it is
	 * not.  Called after each turn of the connection.
	 */
	int (*converse)(struct errand *e, struct link *l);
	struct asking *asking;
	int input;       /* converse() wants to know when this can be read; -1: nothing */
	bool input_waits; /* it can, at the last look */
	uint64_t until;   /* converse() wants to know when this comes before the host has answered; 0: nothing */
	bool begun;       /* the host has been met, over this connection or one before */
	/*
	 * Whether the errand may be begun anew, where the connection has been lost in the middle of it.  NULL: never.
	 */
	bool (*again)(struct errand *e);
};

/* Runs the errand E on the host: its exit status, or one of exit_status.h. */
int errand_run(struct errand *e, struct transport_target *target);

#endif
