/* SPDX-License-Identifier: MIT */
/* leader_talk: the messages between a leader and its keeper, one at a time and without waiting. */
#ifndef HOLDFAST_LEADER_TALK_H
#define HOLDFAST_LEADER_TALK_H

#include <stddef.h>
#include <sys/types.h>

#include "leader.h"

/*
 * Receives one message into BUF, and one descriptor with it: *FD (the caller's), or -1.  Closes several
 * descriptors.  Returns the length as recv(2) with MSG_TRUNC: for a longer message, its full length.
 */
ssize_t leader_recv(int sock, void *buf, size_t cap, int *fd);
/*
 * Sends the LEN bytes of BUF to the keeper (a negative LEN: nothing), or keeps them in l->pending until its socket has
 * room; nothing may be pending.  One that can't be written to any more is closed.
 */
void leader_send(struct leader *l, const unsigned char *buf, int len);
/* The socket has room: sends what is pending. */
void leader_flush(struct leader *l);

#endif
