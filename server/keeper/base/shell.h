/* SPDX-License-Identifier: MIT */
/*
 * shell: the process that a session runs, from its start to its exit: the user's login shell on the pty, or a command
 * by that shell, on the pty or on pipes.
 *
 * It is a child of the leader, so that a keeper that dies does not take it along: the keeper sends START to the stub
 * that becomes the shell (shellmsg.h), and the leader tells how it has ended.  If the leader hangs or is lost, a pidfd
 * tells that the shell has ended; how it did, nobody knows without a leader.  Where there is no leader after the start
 * (rootless), and in tests, the shell is the keeper's own child.  These two are rows of a table in shell.c.
 */
#ifndef HOLDFAST_SHELL_H
#define HOLDFAST_SHELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "becomeshell.h"

struct shell_parent;

struct shell {
	pid_t pid;      /* 0: not started, or ended */
	pid_t group;    /* its process group, from the start until shell_forget(); 0 */
	bool reserved;  /* it has ended, and GROUP is still its own number */
	bool unknown;   /* it has ended, and nobody knows how */
	int status;     /* once it has ended: as waitpid(2) tells it */
	const struct shell_parent *parent; /* NULL: the keeper */
	pid_t child;    /* the leader's, which is or becomes the shell; 0: none, or it has ended */
	int stub;       /* owned: to that child; meaningful with PARENT only, then -1 once START was sent */
	int pidfd;      /* owned: of it; meaningful with PARENT only, then -1 on kernels that have none */
};

/* How it ended. */
struct shell_exit {
	bool signaled;
	uint32_t value; /* the signal's number, or the exit status; 255 if nobody knows */
};

/*
 * The leader's child CHILD is to become the shell, by a START on STUB (taken over; -1: it has become it already, and
 * runs). CHILD must not have been waited for.
 */
void shell_of_leader(struct shell *s, pid_t child, int stub);
/*
 * Starts it in a session (setsid(2)) of its own with default signal dispositions and an empty mask.  0, or a negative
 * errno when there could be no process.  A shell that can't be executed says so on descriptor 2 and exits 127.
 */
int shell_start(struct shell *s, const struct shell_request *q);
/* A child of the keeper has ended: whether it was this one, true once. */
bool shell_look(struct shell *s);
/* The leader says that its child has ended with STATUS: whether that ends the shell, true once. */
bool shell_told(struct shell *s, int status);
/* The leader is lost: nobody tells any more, and what was reserved is not. */
void shell_leader_lost(struct shell *s);
/*
 * Whether the leader's child has ended, which no leader has told; true once.  As long as nobody has waited for it, the
 * kernel tells how.
 */
bool shell_gone(struct shell *s);
/* SIGNAL to its process group, also when only its children are left.  0 or a negative errno (-ESRCH: there is none). */
int shell_signal(const struct shell *s, int signal);
struct shell_exit shell_exit(const struct shell *s);
/*
 * If it has ended: the number of its process group may be another's from now on.  Whether the leader has to be told so
 * (session_forget_shell() does).
 */
bool shell_forget(struct shell *s);
/* Closes what it owns. */
void shell_close(struct shell *s);

#endif
