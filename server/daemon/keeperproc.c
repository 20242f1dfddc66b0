/* SPDX-License-Identifier: MIT */
#include "keeperproc.h"

#include <errno.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "lead.h"
#include "paths.h"
#include "privdrop.h"

#define OUT_OF_THE_WAY 10

/* Puts the descriptors where the keeper looks for them. */
static int
place_descriptors(int master, int sock)
{
	static const int keep[] = { LEAD_MASTER_FD, LEAD_FD };
	int null;

	/* syslog(3) would close its own later, which may have the number of one of ours by then. */
	closelog();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* First away from 0 to 4, so that none is overwritten before it has been copied. */
	master = fcntl(master < 0 ? null : master, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	sock = fcntl(sock, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	null = fcntl(null, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	if (master < 0 || sock < 0 || null < 0)
		return -EMFILE;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (dup2(master, LEAD_MASTER_FD) < 0 || dup2(sock, LEAD_FD) < 0)
		return -errno;
	return clean_descriptors(keep, sizeof keep / sizeof *keep);
}

/* In the child. */
static void __attribute__((noreturn))
become_keeper(int master, int sock, uid_t uid, gid_t gid)
{
	static char name[] = "holdfast-keeper";
	char *const argv[] = { name, NULL }, *const env[] = { NULL };

	setsid();
	clean_signals();
	if (place_descriptors(master, sock))
		_exit(KEEPERPROC_DESCRIPTORS);
	if (chdir("/"))
		_exit(KEEPERPROC_DIRECTORY);
	if (privdrop(uid, gid))
		_exit(KEEPERPROC_DROP);
	execve(PATH_KEEPER, argv, env);
	_exit(KEEPERPROC_EXEC);
}

pid_t
keeperproc_start(int master, int sock, uid_t uid, gid_t gid)
{
	pid_t pid = fork();

	if (pid == 0)
		become_keeper(master, sock, uid, gid);
	return pid < 0 ? -errno : pid;
}
