/* SPDX-License-Identifier: MIT */
/*
 * inside: which sessions a login comes out of.  Who runs ssh in a held shell, to the same host, and attaches that very
 * session has its output come in again as output, without an end; so that is refused.
 *
 * The ssh client is found by its end of the login's connection (sock_diag(7)), which it has open (proc(5)); the session
 * is that on whose terminal it is, from whose shell it descends, or whose number is in its environment.  That session
 * is attached by a login of its own, and so on.  What comes from another host, network namespace or user is not found.
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

/* CONNECTION is the login's SSH_CONNECTION, or NULL.  For a login from elsewhere, one question to the kernel. */
void inside_find(struct inside *in, const char *connection);
bool inside_has(const struct inside *in, uint32_t id);

#endif
