/* SPDX-License-Identifier: MIT */
/* room: whether the user's limit of processes (RLIMIT_NPROC) leaves room for a session. */
#ifndef HOLDFAST_ROOM_H
#define HOLDFAST_ROOM_H

/*
 * Whether COUNT processes could be started beside what the user has running: a shell (if it is not there yet), a
 * program in it and a painter.  0, or a negative errno.  Without that much room a held shell could run nothing, where a
 * plain one can.  The keeper tries it, because only the kernel can count those processes, and only if the limit is low
 * enough to matter.  Call this before SIGCHLD is blocked.
 */
int room_for_processes(int count);

#endif
