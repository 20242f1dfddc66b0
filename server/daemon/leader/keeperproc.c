/* SPDX-License-Identifier: MIT */
#include "keeperproc.h"

#include <errno.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "counters.h"
#include "leadermsg.h"
#include "paths.h"
#include "privdrop.h"
#include "progress.h"
#include "signals.h"
#include "pstitle.h"

#define OUT_OF_THE_WAY (LEADERMSG_PIPES_FD + 3)

/* Puts the descriptors where the keeper looks for them. */
static int
sessiondir_descriptors(const struct keeperproc *fds)
{
	static const int keep[] = {
		LEADERMSG_MASTER_FD, LEADERMSG_FD, LEADERMSG_SOCK_FD, LEADERMSG_AGENT_FD, LEADERMSG_MEMORY_FD, LEADERMSG_STUB_FD,
		LEADERMSG_PIPES_FD, LEADERMSG_PIPES_FD + 1, LEADERMSG_PIPES_FD + 2,
	};
	int null, from[sizeof keep / sizeof *keep] = {
		fds->master, fds->leader, fds->sock, fds->agent, fds->memory, fds->stub, fds->pipes[0], fds->pipes[1],
		fds->pipes[2],
	};
	const size_t count = sizeof keep / sizeof *keep;

	/* syslog(3) would close its own later, which may have the number of one of ours by then. */
	closelog();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* First moves all to high numbers, so that no descriptor is overwritten before it is copied. */
	for (size_t i = 0; i < count; i++) {
		from[i] = fcntl(from[i] < 0 ? null : from[i], F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
		if (from[i] < 0)
			return -EMFILE;
	}
	null = fcntl(null, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
	if (null < 0)
		return -EMFILE;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	for (size_t i = 0; i < count; i++)
		if (dup2(from[i], keep[i]) < 0)
			return -errno;
	return clean_descriptors(keep, count);
}

/* Limits that cannot be set stay as they are, as with the first keeper (surroundings.h). */
static void
inherit(const struct keeperproc_inherits *i)
{
	clean_oom_score(i->oom_score, i->oom_score);
	setrlimit(RLIMIT_FSIZE, &i->file_size);
	setrlimit(RLIMIT_NOFILE, &i->files);
}

/* In the child. */
static void __attribute__((noreturn))
become_keeper(const struct keeperproc *fds, uid_t uid, gid_t gid)
{
	static char name[PSTITLE_CAP];
	char *const argv[] = { name, NULL }, *const env[] = { NULL };

	pstitle_room(name, "holdfast-keeper");
	counters_close();
	progress_close();
	setsid();
	signals_reset();
	if (fds->inherits)
		inherit(fds->inherits);
	/* The keeper unblocks them when it has said which it ignores. */
	signals_block();
	if (sessiondir_descriptors(fds))
		_exit(KEEPERPROC_DESCRIPTORS);
	if (chdir("/"))
		_exit(KEEPERPROC_DIRECTORY);
	if (privdrop(uid, gid))
		_exit(KEEPERPROC_DROP);
	execve(fds->program ? fds->program : PATH_KEEPER, argv, env);
	_exit(KEEPERPROC_EXEC);
}

pid_t
keeperproc_start(const struct keeperproc *fds, uid_t uid, gid_t gid)
{
	pid_t pid = fork();

	if (pid == 0)
		become_keeper(fds, uid, gid);
	return pid < 0 ? -errno : pid;
}
