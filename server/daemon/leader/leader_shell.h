/* SPDX-License-Identifier: MIT */
/*
 * leader_shell: the shell, or command, as the leader's child, and the ends of its terminal or pipes.
 *
 * The leader starts the shell's process (shellstub.h), waits for it, and tells the keeper how it has ended.  It has
 * duplicates of the keeper's ends of the pty or pipes, so that a keeper that dies does not close them; it neither reads
 * nor writes there.  It closes them when the keeper says that it has closed its own (PIPE_CLOSED), or that the session
 * is over (ENDED), so that the shell sees every hang-up and end of file when the keeper makes it.
 */
#ifndef HOLDFAST_LEADER_SHELL_H
#define HOLDFAST_LEADER_SHELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leader_shell_state.h"

struct leader;
struct leadermsg_report;

/*
 * Starts the process as UID and GID, with PIPES of its own if it is to have no terminal.  It inherits the present
 * limits and so on.  0 or a negative errno, after which leader_shell_close() is left to do.
 */
int leader_shell_open(struct leader_shell *s, bool pipes, uid_t uid, gid_t gid);
/*
 * Waits until that process is the user's, or has ended: before, the keeper may send it no signal, and must not be told
 * to begin.  0 or a negative errno (-ETIMEDOUT after some seconds).
 */
int leader_shell_wait(struct leader_shell *s);
/* A child has ended: sees whether it was this one. */
void leader_shell_look(struct leader_shell *s);
/* Once a turn: tells the keeper that the shell has ended, if it does not know and nothing is pending. */
void leader_shell_tell(struct leader *l);
/* A message of the keeper's. */
void leader_shell_pipe_closed(struct leader *l, const struct leadermsg_report *m);
/* A message of the keeper's: it signals the process group no more, so a shell that has ended need be no zombie. */
void leader_shell_forgotten(struct leader *l, const struct leadermsg_report *m);
/* The session is over: closes the pty and the pipes. */
void leader_shell_hang_up(struct leader_shell *s);
/*
 * Closes what *S owns; takes one that was never opened.  A process that has not become a shell (STARTED: it may have)
 * is ended, though some process still has the keeper's connection to it.
 */
void leader_shell_close(struct leader_shell *s, bool started);

#endif
