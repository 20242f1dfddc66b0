/* SPDX-License-Identifier: MIT */
/* listening: the socket that logins connect to, from systemd or holdfastd's own. */
#ifndef HOLDFAST_LISTENING_H
#define HOLDFAST_LISTENING_H

/*
 * The listening socket (non-blocking, CLOEXEC): the one that the environment offers (LISTEN_FDS, sd_listen_fds(3)),
 * else a new one at PATH_DAEMON_SOCK in place of an existing file.  Removes LISTEN_FDS from the environment.
 * A negative errno with a line in the log: the offered descriptor is no such socket, or none can be made.
 */
int listening_open(void);
/*
 * Checks whether PATH_DAEMON_SOCK still leads to FD.  If not, makes a new socket there and closes FD, also a socket of
 * systemd's, because no path leads to it any more.  The socket to listen on, or a negative errno with a line in the
 * log and FD unchanged.
 */
int listening_renew(int fd);

#endif
