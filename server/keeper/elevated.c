/* SPDX-License-Identifier: MIT */
#include "elevated.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "procfile.h"
#include "procstat.h"

#define CHAIN_MAX 64

/* Whether PID runs with other ids than ours; its parent is in *parent, 0 when that can't be seen. */
static bool
is_another(pid_t pid, pid_t *parent)
{
	struct procfile_status ids;
	struct procstat ps;
	int dir = procstat_open(pid);
	bool another = false;

	*parent = 0;
	if (dir < 0)
		/* With hidepid other users' processes are not shown, but kill(2) tells that one is there. */
		return kill(pid, 0) < 0 && errno == EPERM;
	if (procfile_status(dir, &ids) == 0)
		for (int i = 0; i < 4; i++)
			another |= ids.uid[i] != getuid();
	if (procstat_read_at(dir, &ps) == 0)
		*parent = ps.ppid;
	close(dir);
	return another;
}

/* PID and its parents up to the session's SHELL. */
static bool
chain_has_another(pid_t pid, pid_t shell)
{
	pid_t parent;

	for (int i = 0; i < CHAIN_MAX && pid > 1 && pid != shell; i++, pid = parent)
		if (is_another(pid, &parent))
			return true;
	return false;
}

bool
elevated_front(int master, pid_t shell)
{
	pid_t front = tcgetpgrp(master);
	bool found = chain_has_another(front, shell);
	const struct dirent *d;
	struct procstat ps;
	DIR *proc;

	/* The first of a pipeline may have ended, while the others are still in front. */
	if (found || front <= 0 || front == shell || !(proc = opendir("/proc")))
		return found;
	while (!found && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]) && procstat_read((pid_t)atol(d->d_name), &ps) == 0 &&
		    ps.pgrp == front)
			found = chain_has_another((pid_t)atol(d->d_name), shell);
	closedir(proc);
	return found;
}
