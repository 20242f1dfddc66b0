/* SPDX-License-Identifier: MIT */
/* reexec: a keeper becomes another program, with its pid and its descriptors. */
#ifndef HOLDFAST_REEXEC_H
#define HOLDFAST_REEXEC_H

/*
 * The two ways in which holdfast-keeper is called by another holdfast-keeper; the argument behind them is the number of
 * the descriptor of the session's memory.  REEXEC_CHECK: exit status 0 if this program can take over.
 */
#define REEXEC_CHECK "--check-state"
#define REEXEC_TAKE_OVER "--take-over"

#define REEXEC_CHECK_MS 1000

/*
 * Runs PROGRAM as a child that looks at the state in MEMORY, and waits for it, REEXEC_CHECK_MS at most.  0 if it can
 * take over; -EPROTO if it says that it can't; -ETIMEDOUT; another negative errno when it could not be run.
 */
int reexec_check(const char *program, int memory);
/* Executes PROGRAM, with MEMORY and the COUNT descriptors in FDS.  Returns if that fails: a negative errno. */
int reexec_run(const char *program, int memory, const int *fds, unsigned count);
/*
 * In the new program: the descriptors are this process's alone again (close-on-exec), and all others from 3 on are
 * closed.  FDS are in ascending order.  0 or a negative errno (-EBADF: one is not open).
 */
int reexec_arrive(int memory, const int *fds, unsigned count);

#endif
