/* SPDX-License-Identifier: MIT */
/*
 * daemonsock: whether a process listens on holdfastd's socket, and answers; and the removal of a socket that was left
 * behind.
 */
#ifndef HOLDFAST_DAEMONSOCK_H
#define HOLDFAST_DAEMONSOCK_H

#include <stdbool.h>

/*
 * Connects to PATH_DAEMON_SOCK and closes the connection: 0: a process listens there; -ENOENT: no such socket;
 * -ECONNREFUSED: a socket that no process listens on; -EAGAIN: the queue of the listening process is full; another
 * negative errno.
 */
int daemonsock_ask(void);
/*
 * Connects as a login does, and waits at most TIMEOUT_MS until holdfastd has taken the connection, which then ends:
 * whether it has.  Where systemd listens, this starts a holdfastd that does not run.
 */
bool daemonsock_answers(int timeout_ms);
/* Removes PATH_DAEMON_SOCK if no process listens on it: 0, also if there is none, or a negative errno. */
int daemonsock_remove_dead(void);

#endif
