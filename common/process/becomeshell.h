/* SPDX-License-Identifier: MIT */
/*
 * becomeshell: the last steps of a process that becomes what a session runs: the user's login shell on the pty, or a
 * command by that shell, on the pty or on pipes.
 */
#ifndef HOLDFAST_BECOMESHELL_H
#define HOLDFAST_BECOMESHELL_H

#include <stdbool.h>
#include <sys/types.h>

#include "envlist.h"

struct shell_request {
	const char *shell; /* absolute path; argv[0] is its last part, with a '-' before it when there is no COMMAND */
	const char *command; /* NULL, or the command line that the shell gets with -c, as from sshd */
	const char *home;  /* working directory; "/" when it can't be entered */
	const char *tty;   /* the slave's name: becomes the controlling terminal and descriptors 0 to 2; NULL: */
	const int *pipes;  /* three descriptors that become 0 to 2, and no controlling terminal */
	const struct envlist *env;
	mode_t umask;
	bool say_home;     /* that it can't be entered; where sshd has said so already, once is right */
};

/*
 * Executes it with default signal dispositions, an empty mask, and nothing open but 0 to 2; the process leads a session
 * (setsid(2)) without a terminal.  A shell that can't be executed says so on descriptor 2; then, and after any other
 * failure, the process exits 127.
 */
void becomeshell(const struct shell_request *q) __attribute__((noreturn));

#endif
