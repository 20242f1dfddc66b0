/* SPDX-License-Identifier: MIT */
/* hostfile: reads small text files of the host: configuration and /proc.  Never blocks on a FIFO or a device. */
#ifndef HOLDFAST_HOSTFILE_H
#define HOLDFAST_HOSTFILE_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTFILE_MAX 1048576 /* longer ones are refused */

/* For the tests: all functions of this file put PREFIX ("" or a directory; borrowed) before their paths. */
void hostfile_root(const char *prefix);
/* PATH with the prefix in OUT: 0 or -ENAMETOOLONG. */
int hostfile_path(char *out, size_t cap, const char *path);
/*
 * Reads PATH whole: 0 and *TEXT, NUL-terminated (the caller's to free) with its length in *LEN (may be NULL);
 * -EFBIG; -EINVAL: not a regular file, or NUL bytes in it; another negative errno.
 */
int hostfile_read(const char *path, char **text, size_t *len);
/* 1: the file exists; 0: it does not; a negative errno: unknown. */
int hostfile_exists(const char *path);

/*
 * Returns the next line of *REST without blanks at both ends, and moves *REST behind it; changes the text.  NULL at the
 * end.
 */
char *hostfile_line(char **rest);
/* The same with the blanks: the line without its newline. */
char *hostfile_raw_line(char **rest);

#endif
