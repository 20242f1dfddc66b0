/* SPDX-License-Identifier: MIT */
/*
 * signame: the names of signals without "SIG", as RFC 4254, 6.10, and kill(1) have them.  sigabbrev_np(3) is glibc's
 * alone.
 */
#ifndef HOLDFAST_SIGNAME_H
#define HOLDFAST_SIGNAME_H

/* "TERM", or NULL for a number without a name, such as a real-time signal. */
const char *signame_of(int number);
/* The number of "TERM", or 0: no such name.  Upper case only. */
int signame_number(const char *name);
/* The number for "TERM", "sigterm" or "15" as users write it, or -EINVAL. */
int signame_parse(const char *text);

#endif
