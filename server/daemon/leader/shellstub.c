/* SPDX-License-Identifier: MIT */
#include "shellstub.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clean.h"
#include "counters.h"
#include "keeperproc.h"
#include "privdrop.h"
#include "progress.h"
#include "shellmsg.h"
#include "signals.h"

/* Nothing but SOCK, HELD, DROPPED, the pipes, and /dev/null as 0 to 2. */
static bool
keep_descriptors(int sock, int held, int dropped, const int *pipes)
{
	const int keep[] = { sock, held, dropped, pipes ? pipes[0] : -1, pipes ? pipes[1] : -1, pipes ? pipes[2] : -1 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			return false;
	return clean_descriptors(keep, sizeof keep / sizeof *keep) == 0;
}

/*
 * Takes what the signalfd HELD has until there is something in SOCK.  A signal that came before START is not the
 * shell's; one that came after it, and is still pending, is.
 */
static void
let_pass(int sock, int held)
{
	struct pollfd p[] = { { .fd = sock, .events = POLLIN }, { .fd = held, .events = POLLIN } };
	struct signalfd_siginfo info;

	while (poll(p, 2, -1) < 0 || !p[0].revents)
		while (read(held, &info, sizeof info) > 0)
			;
}

/* The keeper's START, or the end of its connection. */
static void __attribute__((noreturn))
wait_for_start(int sock, int held, const int *pipes)
{
	static unsigned char buf[MESSAGE_MAX];
	static struct shellmsg m;
	struct shell_request q;
	ssize_t n;

	let_pass(sock, held);
	do
		n = recv(sock, buf, sizeof buf, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(0);
	if (shellmsg_decode(&m, buf, (size_t)n) || (!m.tty[0] && !pipes))
		_exit(127);
	q = (struct shell_request){ .shell = m.shell, .command = m.has_command ? m.command : NULL, .home = m.home,
		                    .tty = m.tty[0] ? m.tty : NULL, .pipes = pipes, .env = &m.env,
		                    .umask = (mode_t)m.umask, .say_home = m.say_home };
	becomeshell(&q);
}

/* In the child. */
static void __attribute__((noreturn))
become_stub(int sock, int dropped, const int *pipes, uid_t uid, gid_t gid)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, 0 };
	int held;

	/* Root's, and not for a process of the user. */
	counters_close();
	progress_close();
	setsid();
	signals_reset();
	held = signals_hold(ends);
	if (held < 0 || !keep_descriptors(sock, held, dropped, pipes))
		_exit(KEEPERPROC_DESCRIPTORS);
	if (chdir("/"))
		_exit(KEEPERPROC_DIRECTORY);
	if (privdrop(uid, gid))
		_exit(KEEPERPROC_DROP);
	/* Its memory is a copy of the leader's: no other process of the user may see it, and no core. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	close(dropped);
	wait_for_start(sock, held, pipes);
}

pid_t
shellstub_start(int sock, int dropped, const int *pipes, uid_t uid, gid_t gid)
{
	pid_t pid = fork();

	if (pid == 0)
		become_stub(sock, dropped, pipes, uid, gid);
	return pid < 0 ? -errno : pid;
}
