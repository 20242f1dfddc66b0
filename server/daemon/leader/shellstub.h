/* SPDX-License-Identifier: MIT */
/*
 * shellstub: the leader's child that becomes the session's shell, or command.
 *
 * It is there before the keeper, becomes the user for good, and waits for the keeper's START (shellmsg.h), which tells
 * what it has to execute; so it reads that with the user's rights, and the shell is a child of root's leader all the
 * same.  If the keeper goes without a START, so does the stub.
 *
 * HUP, INT, QUIT and TERM end it, as they end a shell that has just begun.  Any other signal reaches the shell if it
 * was sent after START, and nobody if it was sent before (pkill -USR1 -u alice).
 */
#ifndef HOLDFAST_SHELLSTUB_H
#define HOLDFAST_SHELLSTUB_H

#include <sys/types.h>

/*
 * Forks it, for UID and GID (the groups are already the user's).  SOCK and the three descriptors PIPES (NULL: the
 * session has a terminal) and DROPPED stay the caller's, who closes its copies.  The child closes DROPPED when it has
 * become the user: from then on the keeper may send it signals, and START.  The child's pid, or a negative errno; an
 * error in the child is its exit status, that of keeperproc.h.
 */
pid_t shellstub_start(int sock, int dropped, const int *pipes, uid_t uid, gid_t gid);

#endif
