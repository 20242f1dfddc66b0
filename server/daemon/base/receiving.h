/* SPDX-License-Identifier: MIT */
/* receiving: messages to root's processes, one at a time, from sockets of the type SOCK_SEQPACKET. */
#ifndef HOLDFAST_RECEIVING_H
#define HOLDFAST_RECEIVING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Waits for a message on CONN at most TIMEOUT_MS, whatever interrupts: whether one is there, or the end. */
bool receiving_wait(int conn, int timeout_ms);
/*
 * Receives one message without waiting: its length; 0 at the end; -EBADMSG if it does not fit into CAP bytes, or brings
 * descriptors; or another negative errno.  There is no room for descriptors: the kernel closes those that are passed.
 */
ssize_t receiving_take(int conn, void *buf, size_t cap);

#endif
