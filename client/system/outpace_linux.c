/* SPDX-License-Identifier: MIT */
#include "outpace.h"

#include <stdbool.h>
#include <stdlib.h>

#include "envlist.h"
#include "pacing.h"

static struct pacing pace;

void
outpace_begin(int fd)
{
	static const char *const names[] = { "SSH_TTY", "SSH_CONNECTION" };
	struct envlist login = ENVLIST_INIT;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (getenv(names[i]))
			(void)envlist_set_value(&login, names[i], getenv(names[i]));
	pacing_begin(&pace, &login, fd, false);
	envlist_free(&login);
}

size_t
outpace_allow(size_t len)
{
	return pacing_allow(&pace, len);
}

void
outpace_wrote(size_t len)
{
	pacing_wrote(&pace, len);
}

uint64_t
outpace_until(void)
{
	return pacing_closed(&pace) ? pace.until : 0;
}
