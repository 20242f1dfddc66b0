/* SPDX-License-Identifier: MIT */
#include "pidwait.h"

#include <sys/wait.h>
#include <time.h>

#define LOOK_MS 5

void
pidwait(pid_t pid, int ms)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };

	for (; ms > 0; ms -= LOOK_MS) {
		siginfo_t si = { .si_pid = 0 };

		if (waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || si.si_pid == pid)
			return;
		nanosleep(&pause, NULL);
	}
}
