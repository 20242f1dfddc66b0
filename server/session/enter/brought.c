/* SPDX-License-Identifier: MIT */
#include "brought.h"

#include <errno.h>
#include <unistd.h>

#include "loginshell.h"
#include "procstat.h"

#define PARENTS_MAX 64

extern char **environ;

/* The process that an sshd has started, among ourselves and our parents; 0: there is none. */
static pid_t
first_process(void)
{
	struct procstat s, above;
	pid_t pid = getpid();

	for (int i = 0; i < PARENTS_MAX && pid > 1; i++, pid = s.ppid) {
		if (procstat_read(pid, &s) || procstat_read(s.ppid, &above))
			return 0;
		if (procstat_is_sshd(&above))
			return pid;
	}
	return 0;
}

/* NAME becomes what it was in FIRST. */
static int
put_back(struct envlist *out, const struct envlist *first, const char *name)
{
	const char *value = envlist_get(first, name);

	envlist_unset(out, name);
	return value && envlist_set_value(out, name, value) == -ENOMEM ? -ENOMEM : 0;
}

int
brought_environment(struct envlist *out)
{
	struct envlist first = ENVLIST_INIT;
	pid_t pid = first_process();
	int dir = pid ? procstat_open(pid) : -1, rc = 0;

	for (char **v = environ; !rc && *v; v++)
		rc = envlist_set(out, *v) == -ENOMEM ? -ENOMEM : 0;
	/* A process whose environment cannot be read has brought nothing. */
	if (dir >= 0) {
		loginshell_environment(dir, &first);
		close(dir);
	}
	if (!rc)
		rc = put_back(out, &first, "SSH_AUTH_SOCK");
	if (!rc)
		rc = put_back(out, &first, "DISPLAY");
	envlist_free(&first);
	if (rc)
		envlist_free(out);
	return rc;
}
