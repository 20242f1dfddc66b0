/* SPDX-License-Identifier: MIT */
/* Servers of ssh other than OpenSSH's: a login that comes by one of them cannot be held by holdfastd. */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "procstat.h"

#define FIX "log in by OpenSSH's sshd, with UsePAM yes"
#define WHY "it tells no PAM module with which key a login came, and has no subsystem \"resume\""

/* By the names of their processes. */
static const char *const others[] = { "dropbear", "tinysshd" };

static const char *
other_server(const char *comm)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(comm, others[i]) == 0)
			return others[i];
	return NULL;
}

/* The server that this shell's login came by, if it is one of the others. */
static const char *
own_server(void)
{
	struct procstat s;
	const char *found = NULL;
	pid_t pid = getpid();

	for (int i = 0; !found && i < 64 && pid > 1 && procstat_read(pid, &s) == 0; i++) {
		found = other_server(s.comm);
		pid = s.ppid;
	}
	return found;
}

/* Another server that runs here. */
static const char *
running_server(void)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;
	const char *found = NULL;
	struct procstat s;

	while (dir && !found && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]) && procstat_read((pid_t)atol(e->d_name), &s) == 0)
			found = other_server(s.comm);
	if (dir)
		closedir(dir);
	return found;
}

void
doctor_check_servers(struct doctor *d)
{
	const char *own = d->self ? own_server() : NULL, *other = own ? own : running_server();

	if (own)
		doctor_add(d, "sshd.other", DOCTOR_PROBLEM, FIX, "this login came by %s, whose logins are not held: "
		           WHY, own);
	else if (other)
		doctor_add(d, "sshd.other", DOCTOR_WARN, FIX, "%s runs here, and its logins are not held: " WHY,
		           other);
}
