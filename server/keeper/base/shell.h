/* SPDX-License-Identifier: MIT */
/*
 * shell: the process that a session runs, from its start to its exit: the user's login shell on the pty, or a command
 * by that shell, on the pty or on pipes.
 *
 * Nothing else in the keeper forks this process, waits for it or reads its status.  So another process can do that in
 * the keeper's place: then this unit asks and is told, and its callers do not change.
 */
#ifndef HOLDFAST_SHELL_H
#define HOLDFAST_SHELL_H

#include <stdbool.h>
#include <stdint.h>
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

struct shell {
	pid_t pid;      /* 0: not started, or ended */
	pid_t group;    /* its process group, from the start until shell_forget(); 0 */
	bool reserved;  /* it has ended, and GROUP is still its own number */
	int status;     /* once it has ended: as waitpid(2) tells it */
};

/* How it ended. */
struct shell_exit {
	bool signaled;
	uint32_t value; /* the signal's number, or the exit status */
};

/*
 * Starts it in a session (setsid(2)) of its own with default signal dispositions and an empty mask.  0, or a negative
 * errno when there could be no process.  A shell that can't be executed says so on descriptor 2 and exits 127.
 */
int shell_start(struct shell *s, const struct shell_request *q);
/* A child of the keeper has ended: whether it was this one, true once. */
bool shell_look(struct shell *s);
/* SIGNAL to its process group, also when only its children are left.  0 or a negative errno (-ESRCH: there is none). */
int shell_signal(const struct shell *s, int signal);
struct shell_exit shell_exit(const struct shell *s);
/* If it has ended: the number of its process group may be another's from now on. */
void shell_forget(struct shell *s);

#endif
