/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

void
refusal_tell(int slot)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	ssize_t n;

	sigaction(SIGPIPE, &ignore, &before);
	do
		n = write(slot, "", 1);
	while (n < 0 && errno == EINTR);
	sigaction(SIGPIPE, &before, NULL);
}
