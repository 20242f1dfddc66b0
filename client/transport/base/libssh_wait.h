/* SPDX-License-Identifier: MIT */
/* libssh_wait: waits for a session of libssh that does not block, in a thread of its own. */
#ifndef HOLDFAST_LIBSSH_WAIT_H
#define HOLDFAST_LIBSSH_WAIT_H

#include <stdbool.h>

#include <libssh/libssh.h>

/* Waits for the line of S: false when CANCEL has become readable or the line is gone. */
bool libssh_wait(ssh_session s, int cancel);

/*
 * CALL of libssh until it no longer returns AGAIN; ERROR when the wait was given up.  The session does not block, since
 * libssh waits for ever on a line that was closed.
 */
#define LIBSSH_DECIDED(s, cancel, call, again, error)                  \
	({                                                             \
		int libssh_rc;                                         \
		do                                                     \
			libssh_rc = (call);                            \
		while (libssh_rc == (again) && libssh_wait(s, cancel)); \
		libssh_rc == (again) ? (error) : libssh_rc;            \
	})

#endif
