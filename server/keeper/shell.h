/* SPDX-License-Identifier: MIT */
/* shell: what a session runs: the user's login shell on its pty, or a command by that shell, there or on pipes. */
#ifndef HOLDFAST_SHELL_H
#define HOLDFAST_SHELL_H

#include <stdbool.h>
#include <sys/types.h>

#include "envlist.h"

struct shell_request {
	const char *shell; /* absolute path; argv[0] is its last part, with a '-' before it when there is no COMMAND */
	const char *command; /* NULL, or what the shell gets with -c, as from sshd */
	const char *home;  /* working directory; "/" when it can't be entered */
	const char *tty;   /* the slave's name: becomes the controlling terminal and descriptors 0 to 2; NULL: */
	const int *pipes;  /* three descriptors that become 0 to 2, and no controlling terminal */
	const struct envlist *env;
	mode_t umask;
	bool say_home;     /* that it can't be entered; where sshd has said so already, once is right */
};

/*
 * Forks and execs it in a session (setsid(2)) of its own with default signal dispositions and an empty mask.
 * Its pid, or a negative errno when fork failed.  A shell that can't be executed says so on descriptor 2 and exits 127.
 */
pid_t shell_start(const struct shell_request *q);

#endif
