/* SPDX-License-Identifier: MIT */
/*
 * leader_main: opens the PAM session and the pty of a new session, starts its keeper as the user, and closes the PAM
 * session at the end.  Run by the helper that was asked for it, in its process, with default signals.
 */
#ifndef HOLDFAST_LEADER_MAIN_H
#define HOLDFAST_LEADER_MAIN_H

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
};

/* Returns when the session is over or never came to be: the process' exit status. */
int leader_main(const struct leader_order *order);

#endif
