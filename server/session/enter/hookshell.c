/* SPDX-License-Identifier: MIT */
#include "hookshell.h"

#include <errno.h>
#include <unistd.h>

#include "loginshell.h"
#include "procstat.h"

#define FORKS_MAX 2 /* of the shell, between it and us: a command substitution */

/* Whether the shell with /proc directory DIR is sshd's; *parent becomes its parent's pid if another shell may be. */
static bool
is_found(int dir, const struct loginshell *want, pid_t *parent)
{
	struct procstat shell, above;
	const char *why;
	int rc;

	*parent = 0;
	if (loginshell_check(dir, want, &why) || procstat_read_at(dir, &shell) || shell.ppid <= 0)
		return false;
	rc = procstat_read(shell.ppid, &above);
	if (rc == -ENOENT || (!rc && procstat_is_sshd(&above)))
		return true;
	*parent = rc ? 0 : shell.ppid;
	return false;
}

bool
hookshell_is_sshds(const struct ticket *t)
{
	char text[TICKET_TEXT];
	const struct loginshell want = { .shell = NULL, .ticket = t ? text : NULL };
	pid_t pid = getppid();
	bool found = false;

	if (t)
		ticket_format(t, text);
	for (int forks = 0; !found && pid > 0 && forks <= FORKS_MAX; forks++) {
		int dir = procstat_open(pid);

		if (dir < 0)
			return false;
		found = is_found(dir, &want, &pid);
		close(dir);
	}
	return found;
}

bool
hookshell_is_below_sshd(void)
{
	struct procstat shell, above;

	return procstat_read(getppid(), &shell) == 0 && procstat_read(shell.ppid, &above) == 0 && procstat_is_sshd(&above);
}

int
hookshell_environment(struct envlist *out)
{
	/* Our parent is that shell or a fork of it, which began with the same. */
	int dir = procstat_open(getppid()), rc;

	if (dir < 0)
		return dir;
	rc = loginshell_environment(dir, out);
	close(dir);
	return rc;
}
