/* SPDX-License-Identifier: MIT */
/*
 * slay: lets root end a session in any state of its keeper.  Each process is killed through a descriptor of its /proc
 * directory, after a check through the same descriptor that it belongs to the session; so no reused pid is killed.
 */
#ifndef HOLDFAST_SLAY_H
#define HOLDFAST_SLAY_H

#include <stdint.h>
#include <sys/types.h>

struct slay {
	pid_t keeper;          /* 0: it has ended */
	uint64_t keeper_start;
	pid_t leader;          /* spared */
	uint64_t leader_start;
	pid_t shell;           /* the leader's child that is or becomes the shell; 0: none, or it is the keeper's child */
	uint64_t shell_start;
};

/*
 * Sends SIGKILL to the keeper, and to all processes in the leader's cgroup (the keeper's, if the leader is dead) if
 * that is a session of logind's; else to the shell, to descendants of both, and to all processes in their terminal
 * sessions (setsid(2)). Repeats until none is left, for a bounded number of rounds.  The number of killed processes.
 */
unsigned slay_session(const struct slay *s);
/* Sends SIGKILL to the process PID that was started at START: 0, or -ESRCH. */
int slay_one(pid_t pid, uint64_t start);
/* The terminal session (setsid(2)) of KEEPER's first child that leads one, its shell.  0: none. */
pid_t slay_shell_session(pid_t keeper);

#endif
