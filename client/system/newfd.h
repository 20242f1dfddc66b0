/* SPDX-License-Identifier: MIT */
/*
 * newfd: new file descriptors, close-on-exec from the beginning.  Each returns what the system call of its name does,
 * -1 with errno.  newfd_linux.c has the calls that do so at once; newfd_posix.c sets the flags afterwards, so that a
 * child that another thread starts in between inherits the descriptor.
 */
#ifndef HOLDFAST_NEWFD_H
#define HOLDFAST_NEWFD_H

#include <stdbool.h>

int newfd_socket(int family, int type, bool nonblocking);
int newfd_pair(int fd[2]); /* of unix streams */
int newfd_pipe(int fd[2]);
int newfd_accept(int listener); /* non-blocking */
/* The file that FD is, opened once more with FLAGS (O_CLOEXEC among them): its own flags; where that can be done. */
int newfd_again(int fd, int flags);

#endif
