/* SPDX-License-Identifier: MIT */
/*
 * sigwatch: signals as something to poll(2) for.  sigwatch_linux.c: signalfd(2); sigwatch_posix.c: handlers that write
 * to a pipe.  There is one at a time.
 */
#ifndef HOLDFAST_SIGWATCH_H
#define HOLDFAST_SIGWATCH_H

#include <stddef.h>

/* SIGNALS, but for those that are ignored now: a descriptor that is readable when one has come, or a negative errno. */
int sigwatch_open(const int *signals, size_t count);
/* The next signal that has come; 0: none. */
int sigwatch_next(int fd);
void sigwatch_close(int fd);

#endif
