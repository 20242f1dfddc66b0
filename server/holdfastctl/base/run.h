/* SPDX-License-Identifier: MIT */
/* run: runs a program of the system and returns its output. */
#ifndef HOLDFAST_RUN_H
#define HOLDFAST_RUN_H

#include <stddef.h>

#define RUN_OUTPUT_MAX 262144 /* further output is discarded */

/*
 * Runs ARGV (argv[0] is searched for in the system's directories, never in PATH) with an empty standard input for at
 * most TIMEOUT_MS.  Its exit status, or a negative errno (-ENOENT: no such program, -ETIMEDOUT: it was killed, -EIO: a
 * signal ended it).  *OUTPUT (may be NULL) gets its standard output and error as a string that the caller
 * frees, if the result is not negative.
 */
int run_program(const char *const *argv, int timeout_ms, char **output);

#endif
