/* SPDX-License-Identifier: MIT */
/*
 * slots: how many helpers are in their handshake, in all and for each uid.
 *
 * A slot is the read end of a pipe whose write end the helper holds; it is free again at the end of file, which
 * comes when the helper exits or, having become the leader of a started session, closes its end.
 */
#ifndef HOLDFAST_SLOTS_H
#define HOLDFAST_SLOTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SLOTS_MAX 512
#define SLOTS_PER_UID 64 /* many windows come back at the same moment */

struct slots {
	size_t count;
	struct {
		int fd; /* owned */
		uid_t uid;
	} v[SLOTS_MAX];
};

/* Whether a helper for UID may be started. */
bool slots_have_room(const struct slots *s, uid_t uid);
/* Takes over FD for a helper of UID; there must be room. */
void slots_add(struct slots *s, uid_t uid, int fd);
/* Writes count entries for ppoll to P (room for SLOTS_MAX), in the order that slots_reap takes. */
size_t slots_poll(const struct slots *s, struct pollfd *p);
/* Frees the slots whose entries in P, filled by slots_poll and ppoll, say so: how many. */
size_t slots_reap(struct slots *s, const struct pollfd *p, size_t count);

#endif
