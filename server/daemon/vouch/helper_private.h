/* SPDX-License-Identifier: MIT */
/* helper_private: the state of a helper (helper.h), for the requests that have files of their own. */
#ifndef HOLDFAST_HELPER_PRIVATE_H
#define HOLDFAST_HELPER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "account.h"
#include "config.h"
#include "login.h"
#include "ticket.h"
#include "vouch.h"

#define HELPER_SILENCE_MS 5000 /* a caller that has connected and says nothing */

enum helper_state { HELPER_EXPECT_VOUCH, HELPER_EXPECT_START, HELPER_DONE };

struct helper {
	int conn, slot;
	bool quiet;
	uint64_t asked_ms; /* clock_now_ms(): it has connected */
	uid_t caller; /* by SO_PEERCRED */
	enum helper_state state;
	int timeout_ms; /* of the state */
	struct ticket ticket;
	uint8_t from; /* enum vouch_from */
	struct login login; /* of a process in a session: the one that has started that */
	struct origin *origin; /* owned: that session; NULL: a login asks */
	struct account account;
	struct config_policy policy;
	int status; /* the exit status */
	/*
	 * Everything that must hold for a vouched login, done for each request anew: fills in LOGIN, ACCOUNT and POLICY.
	 * false: the caller has been refused, and this is over.
	 */
	bool (*verify)(struct helper *h, const struct vouch_request *q);
};

#endif
