/* SPDX-License-Identifier: MIT */
/* leader_order: what a helper asks for when it becomes the leader of a new session. */
#ifndef HOLDFAST_LEADER_ORDER_H
#define HOLDFAST_LEADER_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "account.h"
#include "config.h"
#include "login.h"
#include "origin.h"
#include "procfile.h"
#include "ticket.h"

struct leader_order {
	int conn; /* to the login; taken over */
	int slot; /* the pipe to holdfastd; taken over, closed when the session has started */
	struct ticket ticket; /* of the login; else the number that the asker has drawn (vouch.h) */
	struct login login;
	const struct origin *origin; /* the session that the asker is in; NULL: a login asks.  Borrowed */
	char label[PROCFILE_LABEL_CAP]; /* the asker's */
	struct account account;
	struct config_policy policy;
	uint16_t rows, cols, xpixel, ypixel;
	bool admitted; /* by sshd, just now: it is the login's own shell that asks */
	bool pipes; /* no terminal: a command on pipes */
	bool quiet; /* log no refusal, there are too many */
	uint8_t from; /* enum vouch_from: who asks */
};

#endif
