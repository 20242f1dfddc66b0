/* SPDX-License-Identifier: MIT */
/*
 * holdfast-keeper [DIRECTORY]: started by a session's leader, as the user, with an empty environment, the pty's master
 * on descriptor LEAD_MASTER_FD and the socket to the leader on LEAD_FD.  With DIRECTORY the leader is a process of the
 * user's, which goes away once the session has started (server/session/own.h).  See holdfast-keeper(8).
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper.h"
#include "pages.h"
#include "paths.h"

/* Whether the leader has started this: a person has neither descriptor. */
static bool
started_by_leader(void)
{
	int type;
	socklen_t len = sizeof type;

	return getsockopt(LEAD_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET &&
	       fcntl(LEAD_MASTER_FD, F_GETFD) >= 0;
}

static int
receive_init(struct keeper *k)
{
	static unsigned char buf[MESSAGE_MAX];
	ssize_t n = recv(LEAD_FD, buf, sizeof buf, 0);
	int rc;

	if (n < 0)
		return -errno;
	rc = lead_decode_init(&k->init, buf, (size_t)n);
	pages_give_back(buf, sizeof buf);
	return rc;
}

int
main(int argc, char **argv)
{
	static struct keeper k;

	if (argc > 2 || !started_by_leader()) {
		fprintf(stderr, "holdfast-keeper: started by holdfastd for each session, not by hand\n");
		return 2;
	}
	/* Nobody of the same uid reads its memory, opens its descriptors or traces it; a core would hold the screen. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	fcntl(LEAD_FD, F_SETFD, FD_CLOEXEC);
	fcntl(LEAD_MASTER_FD, F_SETFD, FD_CLOEXEC);
	/* What was painted goes back to the system at once: this process lives for weeks. */
	mallopt(M_MMAP_THRESHOLD, 65536);
	if (receive_init(&k) < 0)
		return 1;
	k.leader = LEAD_FD;
	k.master = LEAD_MASTER_FD;
	k.umask = umask(077);
	k.users_root = argc == 2 ? argv[1] : PATH_USERS;
	k.first_id = argc == 2 ? OWN_FIRST_ID : 1;
	return keeper_run(&k);
}
