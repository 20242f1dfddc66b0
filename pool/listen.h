/* SPDX-License-Identifier: MIT */
/* listen: the sockets of this daemon, in a directory that is its user's. */
#ifndef HOLDFAST_POOL_LISTEN_H
#define HOLDFAST_POOL_LISTEN_H

#include <stdbool.h>

/*
 * A socket of TYPE at PATH, mode 0600 (root may connect, whatever the mode), in place of an old one there; a stream or
 * seqpacket socket listens.  A descriptor, or a negative errno.
 */
int listen_bind(const char *path, int type);
/* Whether root or this process's own user is at the other end of CONN. */
bool listen_trusts(int conn);

#endif
