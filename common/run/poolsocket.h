/* SPDX-License-Identifier: MIT */
/*
 * poolsocket: root's connections to holdfast-pool (common/messages/poolmsg.h).
 *
 * The directory PATH_POOL, and what is in it, belongs to that daemon's user, who could put anything there.  So a link
 * is not followed, and a socket that is not that user's is not connected to: no other daemon of the host gets our
 * messages.
 */
#ifndef HOLDFAST_POOLSOCKET_H
#define HOLDFAST_POOLSOCKET_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Connects to NAME (NAME_POOL_TOLD, NAME_POOL_ASK), of TYPE (SOCK_DGRAM, SOCK_SEQPACKET), without waiting: a
 * non-blocking descriptor, or a negative errno: -ENOENT: this host has no holdfast-pool; -ECONNREFUSED: it does not run;
 * -EAGAIN: its queue is full; -EPERM: somebody else's directory or socket.
 */
int poolsocket_open(const char *name, int type);
/* Sends one message of LEN bytes to NAME_POOL_TOLD: 0 or a negative errno, -EAGAIN where the queue is full. */
int poolsocket_tell(const void *msg, size_t len);
/* The user who holdfast-pool runs as: 0, or -ENOENT where there is none. */
int poolsocket_user(uid_t *uid);

#endif
