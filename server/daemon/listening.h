/* SPDX-License-Identifier: MIT */
/* listening: the socket that logins connect to, from systemd or of our own. */
#ifndef HOLDFAST_LISTENING_H
#define HOLDFAST_LISTENING_H

/*
 * The listening socket (non-blocking, CLOEXEC): the one that the environment offers (LISTEN_FDS, sd_listen_fds(3)),
 * else a new one at PATH_DAEMON_SOCK in the place of whatever is there.  Takes the offer out of the environment.
 * A negative errno with a line in the log when what is offered isn't such a socket, or none can be made.
 */
int listening_open(void);
/*
 * Somebody may have removed PATH_DAEMON_SOCK: if FD is not what is there, a new socket of our own is made in its place and
 * FD closed, also one of systemd's, to which no path leads any more.  The socket to listen on, or a negative errno with a
 * line in the log and FD as it was.
 */
int listening_renew(int fd);

#endif
