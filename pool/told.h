/* SPDX-License-Identifier: MIT */
/*
 * told: the socket on which leaders tell of this node's sessions (PATH_POOL_TOLD, poolmsg.h).  Only root's datagrams
 * count, and those of this process's own user; senders never wait.
 */
#ifndef HOLDFAST_POOL_TOLD_H
#define HOLDFAST_POOL_TOLD_H

#include <stddef.h>
#include <stdint.h>

#include "own.h"
#include "store.h"

struct told {
	int fd;
	struct own *own;     /* borrowed, as STORE is */
	struct store *store; /* NULL: what holds for the node is not passed on */
	uint64_t refused;    /* datagrams that were not valid, or not root's */
	bool full;           /* a session was not taken, and the log says so */
};

/* Makes the socket at PATH, in place of an old one: 0 or a negative errno. */
int told_open(struct told *t, const char *path);
void told_close(struct told *t);
/* Reads what has come, a limited number of datagrams; NOW is clock_now_ms(). */
void told_turn(struct told *t, uint64_t now);

#endif
