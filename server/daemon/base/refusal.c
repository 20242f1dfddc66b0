/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void
tell(int slot, char what)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	ssize_t n;

	sigaction(SIGPIPE, &ignore, &before);
	do
		n = write(slot, &what, 1);
	while (n < 0 && errno == EINTR);
	sigaction(SIGPIPE, &before, NULL);
}

void
refusal_tell(int slot)
{
	tell(slot, REFUSAL_REFUSED);
}

void
refusal_late(int slot)
{
	tell(slot, REFUSAL_LATE);
}

void
refusal_done(int slot)
{
	tell(slot, REFUSAL_DONE);
}
