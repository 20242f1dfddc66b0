/* SPDX-License-Identifier: MIT */
/* daemonsock: whether a process listens on holdfastd's socket, and the removal of a socket that was left behind. */
#ifndef HOLDFAST_DAEMONSOCK_H
#define HOLDFAST_DAEMONSOCK_H

/*
 * Connects to PATH_DAEMON_SOCK and closes the connection: 0: a process listens there; -ENOENT: no such socket;
 * -ECONNREFUSED: a socket that no process listens on; -EAGAIN: the queue of the listening process is full; another
 * negative errno.
 */
int daemonsock_ask(void);
/* Removes PATH_DAEMON_SOCK if no process listens on it: 0, also if there is none, or a negative errno. */
int daemonsock_remove_dead(void);

#endif
