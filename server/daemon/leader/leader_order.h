/* SPDX-License-Identifier: MIT */
/* leader_order: what a helper asks for when it becomes the leader of a new session. */
#ifndef HOLDFAST_LEADER_ORDER_H
#define HOLDFAST_LEADER_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "config.h"
#include "login.h"
#include "ticket.h"

struct leader_order {
	int conn; /* to the login; taken over */
	int slot; /* the pipe to holdfastd; taken over, closed when the session has started */
	struct ticket ticket;
	struct login login;
	struct account account;
	struct config_policy policy;
	uint16_t rows, cols, xpixel, ypixel;
	bool admitted; /* by sshd, just now: it is the login's own shell that asks */
	bool pipes; /* no terminal: a command on pipes */
	bool quiet; /* log no refusal, there are too many */
	bool hook;  /* a login shell's start-up files ask, so a login without a session gets a plain shell */
};

#endif
