/* SPDX-License-Identifier: MIT */
/*
 * pipesize: a pipe that holds more than usual, while much comes through it.
 *
 * sshd takes up to 256 KiB from the network before it writes to a channel's pipe, which usually holds 64 KiB.  What
 * does not fit waits in sshd's buffer for the channel, which grows by one packet at a time and is copied as a whole
 * each time (sshbuf_allocate): a second of processor time for 2 MiB.
 *
 * A user may have 64 MiB in pipes, and gets narrow ones from then on (pipe(7), pipe-user-pages-soft): a pipe is not to
 * stay wide when nothing comes.  Where there is no F_SETPIPE_SZ (Linux) pipes stay as they are.
 */
#ifndef HOLDFAST_PIPESIZE_H
#define HOLDFAST_PIPESIZE_H

#include <stdbool.h>

#define PIPESIZE_BULK 16384 /* bytes: where so many come at once, more will follow */

/* Lets FD hold a mebibyte: whether it does.  Not where it is no pipe, or its user has too much in pipes already. */
bool pipesize_widen(int fd);
/* Whether FD holds more than usual. */
bool pipesize_is_wide(int fd);
/* Lets FD hold 64 KiB again, unless more than that waits in it. */
void pipesize_narrow(int fd);

#endif
