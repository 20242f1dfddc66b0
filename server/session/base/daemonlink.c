/* SPDX-License-Identifier: MIT */
#include "daemonlink.h"

#include <sys/socket.h>
#include <unistd.h>

#include "daemonsocket.h"
#include "vouch.h"

void
daemonlink_say(const struct ticket *t, bool of_sshd, uint32_t cause, uint32_t number)
{
	struct vouch_request q = { .op = VOUCH_OP_SAY, .ticket = *t, .cause = (uint16_t)cause, .number = number,
		                   .from = of_sshd ? VOUCH_FROM_HOOK : VOUCH_FROM_COMMAND };
	unsigned char buf[VOUCH_REQUEST_BYTES];
	int fd = daemonsocket_open();

	if (fd < 0)
		return;
	vouch_encode_request(&q, buf);
	/* A message that is not taken now never is. */
	(void)!send(fd, buf, sizeof buf, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}
