/* SPDX-License-Identifier: MIT */
/*
 * door: takes the connections of logins, and starts a helper for each.
 *
 * All that stand in the socket's backlog are taken at once, for there they would be in each other's way; they wait here,
 * by their owners (slots.h).  Each is told so (VOUCH_QUEUED), and who can't wait is refused, without a fork.  A
 * connection that was closed meanwhile costs no helper either.
 */
#ifndef HOLDFAST_DOOR_H
#define HOLDFAST_DOOR_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "owners.h"
#include "ratelimit.h"
#include "refusals.h"
#include "slots.h"

#define DOOR_POLL_MAX (1 + SLOTS_MAX)

struct door {
	int listener;
	int reserve;  /* a descriptor to give up when there are no others, or -1 */
	struct slots slots;
	struct owners owners;
	struct refusals refusals;
	struct ratelimit complaints;
	uint64_t owners_ms;       /* when the owners' files were looked at */
	uint64_t paused_until_ms; /* of accepting, when the system has run out of something */
};

/* Begins to serve LISTENER, which it takes over. */
void door_init(struct door *d, int listener);
/* Writes what is to be waited for to P (room for DOOR_POLL_MAX): how many entries. */
size_t door_poll(const struct door *d, uint64_t now_ms, struct pollfd *p);
/* When there is something to do though nothing has happened, or UINT64_MAX. */
uint64_t door_deadline(const struct door *d, uint64_t now_ms);
/* Does what can be done after ppoll has filled the COUNT entries of P. */
void door_turn(struct door *d, const struct pollfd *p, size_t count);
/* Logs that WHAT has failed with ERR, not too often. */
void door_complain(struct door *d, int err, const char *what);

#endif
