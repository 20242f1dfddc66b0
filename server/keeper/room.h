/* SPDX-License-Identifier: MIT */
/* room: whether the user's limit of processes (RLIMIT_NPROC) leaves room for a session. */
#ifndef HOLDFAST_ROOM_H
#define HOLDFAST_ROOM_H

/*
 * Whether a shell, a program in it and a painter could be started beside what the user has running: 0, or a negative
 * errno.  Without that much room a held shell could run nothing, where a plain one can.  Tried, for nobody can count
 * what the kernel counts; only where the limit is so low that it may matter.  Before SIGCHLD is taken.
 */
int room_for_processes(void);

#endif
