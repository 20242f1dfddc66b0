/* SPDX-License-Identifier: MIT */
/*
 * holdfast-keeper [DIRECTORY]: started by a session's leader, as the user, with an empty environment, the pty's master
 * on descriptor LEADERMSG_MASTER_FD, the socket to the leader on LEADERMSG_FD and the session's listening sockets on
 * LEADERMSG_SOCK_FD and LEADERMSG_AGENT_FD; LEADERMSG_STUB_FD and LEADERMSG_PIPES_FD are for the shell, which is the
 * leader's child.  With DIRECTORY it makes these itself, and the leader is a process of the user's, which goes away
 * once the session has started (server/session/rootless/rootless.h).  See holdfast-keeper(8).
 *
 * holdfast-keeper --check-state FD, --take-over FD: called by a keeper that becomes this program (upgrade.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd.h"
#include "heap.h"
#include "keeper.h"
#include "pages.h"
#include "reexec.h"
#include "pstitle.h"
#include "upgrade.h"

/* Whether the leader has started this: a person has neither descriptor. */
static bool
started_by_leader(void)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(LEADERMSG_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET &&
	       fcntl(LEADERMSG_MASTER_FD, F_GETFD) >= 0;
}

static int
receive_init(struct keeper *k)
{
	static unsigned char buf[MESSAGE_MAX];
	ssize_t n = recv(LEADERMSG_FD, buf, sizeof buf, 0);
	int rc;

	if (n < 0)
		return -errno;
	rc = leadermsg_decode_init(&k->init, buf, (size_t)n);
	pages_give_back(buf, sizeof buf);
	return rc;
}

/* The leader has made the session's directory: the keeper has two listening sockets of it. */
static int
take_place(struct keeper *k)
{
	struct sessiondir *p = &k->dir;
	int listens;
	socklen_t len = sizeof listens;

	p->sock = LEADERMSG_SOCK_FD;
	p->agent = LEADERMSG_AGENT_FD;
	for (int fd = LEADERMSG_SOCK_FD; fd <= LEADERMSG_AGENT_FD; fd++)
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) || !listens ||
		    fcntl(fd, F_SETFD, FD_CLOEXEC))
			return -EINVAL;
	if (fcntl(LEADERMSG_MEMORY_FD, F_SETFD, FD_CLOEXEC))
		return -EINVAL;
	p->id = k->init.session;
	memcpy(p->path, k->init.dir, sizeof p->path);
	memcpy(p->agent_path, k->init.agent_path, sizeof p->agent_path);
	return p->id ? 0 : -EINVAL;
}

/* The leader's child is or becomes the shell. */
static int
take_shell(struct keeper *k)
{
	int type, stub = LEADERMSG_STUB_FD;
	socklen_t len = sizeof type;

	if (!k->init.shell_pid)
		return 0;
	for (int i = 0; i < 3; i++)
		k->pipes[i] = LEADERMSG_PIPES_FD + i;
	for (int fd = LEADERMSG_STUB_FD; fd < LEADERMSG_PIPES_FD + 3; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC))
			return -EINVAL;
	if (getsockopt(stub, SOL_SOCKET, SO_TYPE, &type, &len))
		fd_close(&stub);
	for (int i = 0; k->init.tty[0] && i < 3; i++)
		fd_close(&k->pipes[i]);
	shell_of_leader(&k->shell, (pid_t)k->init.shell_pid, stub);
	return 0;
}

/* The memory of a session, as another keeper names it; -1: a person has made this call. */
static int
memory_of(const char *number)
{
	int fd = (int)strtol(number, NULL, 10);

	return fd > 2 && fcntl(fd, F_GET_SEALS) >= 0 ? fd : -1;
}

/* Before PR_SET_DUMPABLE: then it is root's. */
static int
open_io(void)
{
	return open("/proc/self/io", O_RDONLY | O_CLOEXEC);
}

/* What another keeper has called this program for: its exit status; -1: it has not. */
static int
go_on(struct keeper *k, int argc, char **argv)
{
	int memory = argc == 3 && argv[1][0] == '-' ? memory_of(argv[2]) : -1, io;

	if (memory < 0)
		return -1;
	io = open_io();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	heap_large_from(65536);
	if (strcmp(argv[1], REEXEC_CHECK) == 0)
		return upgrade_check(memory) ? 1 : 0;
	if (strcmp(argv[1], REEXEC_TAKE_OVER) != 0)
		return -1;
	umask(077);
	k->io = io;
	return upgrade_take_over(k, memory) ? 1 : keeper_run(k);
}

int
main(int argc, char **argv)
{
	static struct keeper k;
	int io, status;

	pstitle_begin(argc, argv, false);
	status = go_on(&k, argc, argv);
	if (status >= 0)
		return status;
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		puts("usage: holdfast-keeper [DIRECTORY]     (started by holdfastd for each session, not by hand)");
		return 0;
	}
	if (argc > 2 || !started_by_leader()) {
		fprintf(stderr, "holdfast-keeper: started by holdfastd for each session, not by hand\n");
		return 2;
	}
	/*
	 * No process of the same uid can read its memory, open its descriptors or trace it; a core would hold the
	 * screen.
	 */
	io = open_io();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	fcntl(LEADERMSG_FD, F_SETFD, FD_CLOEXEC);
	fcntl(LEADERMSG_MASTER_FD, F_SETFD, FD_CLOEXEC);
	/* The memory of renderings goes back to the system at once: this process lives for weeks. */
	heap_large_from(65536);
	if (receive_init(&k) < 0)
		return 1;
	k.io = io;
	k.leader = LEADERMSG_FD;
	k.master = LEADERMSG_MASTER_FD;
	k.umask = umask(077);
	k.dir = (struct sessiondir)SESSIONDIR_INIT;
	k.own_root = argc == 2 ? argv[1] : NULL;
	if (!k.own_root && (take_place(&k) || take_shell(&k)))
		return 1;
	k.memory = k.own_root ? -1 : LEADERMSG_MEMORY_FD;
	k.again = k.init.again;
	return keeper_run(&k);
}
