/* SPDX-License-Identifier: MIT */
/*
 * sshopen: a session and a channel of libssh as the configuration wants them.  It waits, so it runs in a thread of its
 * own.
 */
#ifndef HOLDFAST_SSHOPEN_H
#define HOLDFAST_SSHOPEN_H

#include <stdbool.h>
#include <stddef.h>

#include <libssh/libssh.h>

#include "target_state.h"
#include "transport.h"

struct sshopen_request {
	struct transport_target *target;
	const struct transport_asking *asking;
	enum transport_request what;
	char *command;
	int cancel; /* becomes readable when it is to be given up */
	bool weak;  /* no agent for this host */
};

/* Sets S up; on failure -EINVAL, and WHY names the option that libssh can't do. */
int sshopen_options(ssh_session s, const struct sshconfig *c, char *why, size_t cap);
/*
 * The handshake on FD, which is taken over: 0, -ECONNRESET, -EINVAL when there is no use in trying again, -ENOTSUP:
 * it is a thing for ssh (algorithms.h), or -EAGAIN: it may be, since what the host offers was not seen.
 */
int sshopen_session(const struct sshopen_request *q, int fd, ssh_session *session, char *why, size_t cap);
/* 0, -ECONNRESET, or -ENOSYS: the host does not have it. */
int sshopen_channel(const struct sshopen_request *q, ssh_session session, ssh_channel *channel, char *why, size_t cap);

#endif
