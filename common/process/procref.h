/* SPDX-License-Identifier: MIT */
/*
 * procref: one process, held by its /proc directory so that a reused pid is noticed, and the process at the other end
 * of a unix socket.
 */
#ifndef HOLDFAST_PROCREF_H
#define HOLDFAST_PROCREF_H

#include <stdbool.h>
#include <sys/socket.h>

#include "procstat.h"

struct procref {
	pid_t pid;
	int dir;              /* /proc/PID; -1: none */
	struct procstat stat; /* at the time of opening */
};

#define PROCREF_NONE { 0, -1, { .start = 0 } }

/* 0, or a negative errno (-ENOENT, -ESRCH: no such process, or a dead one); then nothing is open. */
int procref_open(struct procref *p, pid_t pid);
void procref_close(struct procref *p);
/* Whether P is still the same process, alive, with the same parent. */
bool procref_unchanged(const struct procref *p);

/* The process that connected (SO_PEERCRED), which may have passed the descriptor on. */
struct procref_peer {
	struct ucred cred;
	int pidfd; /* SO_PEERPIDFD, Linux 6.5; -1: not in this kernel */
	struct procref proc;
};

#define PROCREF_PEER_NONE { .pidfd = -1, .proc = PROCREF_NONE }

/*
 * CONN is a connected unix socket, borrowed.  0; -ESRCH: the process has ended; -EACCES: it exists but is hidden
 * from us (/proc with hidepid); -EXDEV: it is outside of our pid namespace; another negative errno.  Close with
 * procref_peer_close in any case; of these three, cred is set with the first two.
 */
int procref_peer_open(struct procref_peer *p, int conn);
/* Whether everything read about it since belongs to the process that connected. */
bool procref_peer_unchanged(const struct procref_peer *p);
/*
 * Whether the process that connected CONN still exists, so that no other process has had its pid since; also true if
 * the kernel cannot tell.
 */
bool procref_peer_lives(int conn);
void procref_peer_close(struct procref_peer *p);

#endif
