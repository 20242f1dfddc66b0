/* SPDX-License-Identifier: MIT */
/*
 * answering: the socket on which root's helpers ask for sessions and nodes (PATH_POOL_ASK, poolmsg.h).  Answers come
 * from memory, complete and at once; a reader that is slow has a second, and nobody waits for it.
 */
#ifndef HOLDFAST_POOL_ANSWERING_H
#define HOLDFAST_POOL_ANSWERING_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "directory.h"
#include "store.h"

#define ANSWERING_MAX 64      /* connections at a time; the others wait in the socket's queue */
#define ANSWERING_MS 1000     /* for the question, and then for the reader */

struct answering {
	int fd;
	struct directory *directory; /* borrowed, as STORE is */
	struct store *store;
	const char *pool, *node;
	size_t count;
	struct answering_conn {
		int fd;
		uint64_t until_ms;
		char *answer;         /* messages, each with its length before it; NULL: not asked yet */
		size_t len, cap, sent;
	} v[ANSWERING_MAX];
	uint64_t answered;
};

/* Makes the socket at PATH: 0 or a negative errno. */
int answering_open(struct answering *a, const char *path);
void answering_close(struct answering *a);
/* Descriptors to wait for in P, which has room for ANSWERING_MAX + 1: how many. */
size_t answering_poll(const struct answering *a, struct pollfd *p);
uint64_t answering_deadline(const struct answering *a);
/* Does all that can be done now, without waiting; may be called whenever the directory is not being changed. */
void answering_turn(struct answering *a, uint64_t now);

#endif
