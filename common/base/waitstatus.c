/* SPDX-License-Identifier: MIT */
#include "waitstatus.h"

#include <stdio.h>
#include <sys/wait.h>

#include "signame.h"

void
waitstatus_words(int status, char out[WAITSTATUS_CAP])
{
	const char *name = WIFSIGNALED(status) ? signame_of(WTERMSIG(status)) : NULL;

	if (name)
		snprintf(out, WAITSTATUS_CAP, "was killed by SIG%s", name);
	else if (WIFSIGNALED(status))
		snprintf(out, WAITSTATUS_CAP, "was killed by signal %d", WTERMSIG(status));
	else
		snprintf(out, WAITSTATUS_CAP, "exited with status %d", WEXITSTATUS(status));
}
