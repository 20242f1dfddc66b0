/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOW 4096 /* processes: a limit of that many or more leaves room */
#define COUNT_MAX 3

/* A process that is there until the other end of GATE is closed. */
static pid_t
start_waiting(const int gate[2])
{
	pid_t pid = fork();
	char c;

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	close(gate[1]);
	_exit(read(gate[0], &c, 1) != 0);
}

int
room_for_processes(int wanted)
{
	pid_t pids[COUNT_MAX];
	struct rlimit limit;
	int gate[2], count = 0, rc = 0;

	if (getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur >= LOW)
		return 0;
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	for (; count < wanted && count < COUNT_MAX; count++) {
		pids[count] = start_waiting(gate);
		if (pids[count] < 0) {
			rc = pids[count];
			break;
		}
	}
	close(gate[0]);
	close(gate[1]);
	while (count > 0)
		while (waitpid(pids[--count], NULL, 0) < 0 && errno == EINTR)
			count++;
	return rc;
}
