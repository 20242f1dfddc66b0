/* SPDX-License-Identifier: MIT */
/*
 * inside: the sessions that a login comes from.  A session that is attached from inside itself, by ssh to the same
 * host, would print its own output without end, so holdfast refuses this.
 *
 * The ssh client is found by its end of the login's connection (sock_diag(7)), which it has open (proc(5)); the
 * session is that on whose terminal it is, from whose shell it descends, or whose number is in its environment.  That
 * session is attached by a login of its own, and so on.  Logins by way of another host, network namespace or user are
 * not found.
 */
#ifndef HOLDFAST_INSIDE_H
#define HOLDFAST_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#define INSIDE_MAX 16

struct inside {
	uint32_t id[INSIDE_MAX]; /* the nearest first */
	unsigned count;
};

/* CONNECTION is the login's SSH_CONNECTION, or NULL.  For a login from another host this is one query to the kernel. */
void inside_find(struct inside *in, const char *connection);
bool inside_has(const struct inside *in, uint32_t id);

#endif
