/* SPDX-License-Identifier: MIT */
/* leader_shell_state: what a leader knows of the shell (leader_shell.h). */
#ifndef HOLDFAST_LEADER_SHELL_STATE_H
#define HOLDFAST_LEADER_SHELL_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct leader_shell {
	pid_t pid;      /* 0: none, or it has been waited for; then the number may be another's */
	uint64_t start; /* 0: unknown */
	bool ended;     /* STATUS tells how; the number stays its own until leader_shell_close(), unless … */
	bool reaped;    /* … the keeper needs it no more: then it may be another's */
	bool told;      /* the present keeper knows */
	int status;     /* as waitpid(2) tells it */
	int stub;       /* owned: the first keeper's end of the connection to it; -1 */
	int dropped;    /* owned: readable at its end once that process is the user's; -1 */
	int master;     /* owned: of the pty; -1 */
	int pipes[3];   /* owned: ends of a command's stdin, stdout and stderr; -1 */
};

#define LEADER_SHELL_INIT { .stub = -1, .dropped = -1, .master = -1, .pipes = { -1, -1, -1 } }

#endif
