/* SPDX-License-Identifier: MIT */
/*
 * door: accepts the connections of logins, and starts a helper for each.
 *
 * It accepts all connections in the socket's backlog at once, so that users do not delay each other there, and queues
 * them by owner (slots.h).  Each waiting login gets VOUCH_QUEUED.  Connections over the limit are refused without a
 * fork.  A connection that was closed meanwhile, and has left nothing to read, costs no helper either.
 *
 * A helper that is killed, or that hangs over its login's time limit, cannot write its own line into the log: the door
 * does, with what the helper has left in memory that both see (progress.h).  No disk delays the door: its own events
 * go into the store by a child (storing.h).
 */
#ifndef HOLDFAST_DOOR_H
#define HOLDFAST_DOOR_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "lastwords.h"
#include "owners.h"
#include "ratelimit.h"
#include "refusallog.h"
#include "slots.h"

#define DOOR_POLL_MAX (1 + SLOTS_MAX)

struct door {
	int listener;
	int reserve;  /* a spare descriptor, closed when no other is free; or -1 */
	struct slots slots;
	struct owners owners;
	struct refusallog refusals;
	struct lastwords lastwords;
	struct ratelimit complaints;
	uint64_t owners_ms;       /* the last check of the owners' files */
	uint64_t paused_until_ms; /* no accept before this time, after the system ran out of resources */
};

/* Starts to serve LISTENER, and takes it over. */
void door_init(struct door *d, int listener);
/* Fills P (room for DOOR_POLL_MAX) for ppoll, and returns the number of entries. */
size_t door_poll(const struct door *d, uint64_t now_ms, struct pollfd *p);
/* The time of the next work without an event, or UINT64_MAX. */
uint64_t door_deadline(const struct door *d, uint64_t now_ms);
/* Handles the events after ppoll has filled the COUNT entries of P. */
void door_turn(struct door *d, const struct pollfd *p, size_t count);
/* The child PID of this process has ended with STATUS. */
void door_child(struct door *d, pid_t pid, int status);
/* Logs that WHAT has failed with ERR, within a rate limit. */
void door_complain(struct door *d, int err, const char *what);

#endif
