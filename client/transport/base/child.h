/* SPDX-License-Identifier: MIT */
/*
 * child: a command that carries bytes: ssh, or a ProxyCommand.
 *
 * Its standard input and output are one socket; it keeps the controlling terminal, so that it can ask there; its
 * standard error comes to us.
 */
#ifndef HOLDFAST_CHILD_H
#define HOLDFAST_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
	pid_t pid;     /* 0: none */
	int fd;        /* its standard input and output, non-blocking; -1: none or given away */
	int err;       /* its standard error; -1: at its end */
	int ends_by;   /* the signal that child_stop() sends; 0: TERM */
	bool group;    /* child_stop() sends it to the process group that the child leads */
	int status;    /* as waitpid has it, once it is reaped */
	char last[256]; /* the last line that it complained */
	char part[256]; /* of a line that is not whole */
};

#define CHILD_NONE { .fd = -1, .err = -1 }

/* 0 or a negative errno.  ENV: its environment; NULL: ours. */
int child_start(struct child *c, char *const *argv, char *const *env);
/* The same in a process group of its own: the terminal's signals do not reach it, and it cannot read there. */
int child_start_apart(struct child *c, char *const *argv, char *const *env);
/* child_start() for a line of shell. */
int child_start_shell(struct child *c, const char *line);
/*
 * Reads its standard error as far as there is some; TEXT gets the whole lines that came, without control characters, ""
 * for none.  False at the end of it.
 */
bool child_listen(struct child *c, char *text, size_t cap);
/* Whether it has ended; STATUS is then set. */
bool child_ended(struct child *c);
/* Closes everything, and leaves it to come to its own end. */
void child_leave(struct child *c);
/* Closes everything and ends it: at once, or, if it takes its time, by force. */
void child_stop(struct child *c);

#endif
