/* SPDX-License-Identifier: MIT */
/*
 * slay: ends a session by root's hand, whatever its keeper does.  Each process is killed through a descriptor of its
 * /proc directory, after it was seen to belong to the session through that same descriptor: no reused pid is hit.
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
};

/*
 * Sends SIGKILL to the keeper, and to all processes in the leader's cgroup (where that is dead, the keeper's) if that is a
 * session of logind's; elsewhere to the keeper's descendants and to all processes in their terminal sessions (setsid(2)).
 * Goes on until there are none, or for a bounded number of rounds.  How many were killed.
 */
unsigned slay_session(const struct slay *s);
/* Sends SIGKILL to the process PID that was started at START: 0, or -ESRCH. */
int slay_one(pid_t pid, uint64_t start);
/* The terminal session of the first child of KEEPER that has made one: its shell's.  0: none. */
pid_t slay_shell_session(pid_t keeper);

#endif
