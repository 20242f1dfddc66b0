/* SPDX-License-Identifier: MIT */
/* tcptune: options of a TCP connection whose names differ from system to system. */
#ifndef HOLDFAST_TCPTUNE_H
#define HOLDFAST_TCPTUNE_H

/* The connection is lost when data stays unacknowledged for MS milliseconds; where the system cannot, as it has it. */
void tcptune_user_timeout(int fd, unsigned ms);
/* Probes after IDLE seconds of silence, each INTERVAL seconds, and COUNT of them. */
void tcptune_keepalive(int fd, int idle, int interval, int count);
/* So much may be written that the line does not take yet: what is written later need not wait behind more. */
void tcptune_unsent(int fd, unsigned bytes);
/*
 * Acknowledges what has come, and what comes until something is sent, at once.  A sender that gathers small packets
 * (RFC 896), as sshd is until the session begins, waits with the second one for the acknowledgement of the first, and
 * that may be delayed by 40 ms and more (RFC 1122, 4.2.3.2).
 */
void tcptune_acknowledge(int fd);
/* Milliseconds since data came from the other end; -1 where the system does not tell. */
long tcptune_quiet(int fd);
/* Through the network interface NAME alone: 0 or a negative errno (-ENOTSUP). */
int tcptune_interface(int fd, const char *name);

#endif
