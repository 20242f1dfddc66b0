/* SPDX-License-Identifier: MIT */
#include "daemonlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "paths.h"
#include "peercred.h"
#include "vouch.h"

int
daemonlink_open(void)
{
	const struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = PATH_DAEMON_SOCK };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
	struct ucred cred;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa))
		rc = -errno;
	if (!rc)
		rc = peercred_get(fd, &cred);
	if (!rc && cred.uid != 0)
		rc = -EPERM;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

void
daemonlink_say(const struct ticket *t, bool of_sshd, uint32_t cause, uint32_t number)
{
	struct vouch_request q = { .op = VOUCH_OP_SAY, .ticket = *t, .cause = (uint16_t)cause, .number = number,
		                   .from = of_sshd ? VOUCH_FROM_HOOK : VOUCH_FROM_COMMAND };
	unsigned char buf[VOUCH_REQUEST_BYTES];
	int fd = daemonlink_open();

	if (fd < 0)
		return;
	vouch_encode_request(&q, buf);
	/* A message that is not taken now never is. */
	(void)!send(fd, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}
