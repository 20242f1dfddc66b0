/* SPDX-License-Identifier: MIT */
/* hostfile: reads small text files of the host: configuration and /proc.  Never blocks on a FIFO or a device. */
#ifndef HOLDFAST_HOSTFILE_H
#define HOLDFAST_HOSTFILE_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTFILE_MAX 1048576 /* longer ones are refused */

/* For the tests: PREFIX ("" or a directory; borrowed) stands before every path that is given to this file. */
void hostfile_root(const char *prefix);
/* PATH with the prefix in OUT: 0 or -ENAMETOOLONG. */
int hostfile_path(char *out, size_t cap, const char *path);
/*
 * Reads PATH whole: 0 and *TEXT, NUL-terminated (the caller's to free) with its length in *LEN (may be NULL);
 * -EFBIG; -EINVAL for what is no regular file or has NUL bytes; another negative errno.
 */
int hostfile_read(const char *path, char **text, size_t *len);
/* 1: it is there, 0: it is not, or a negative errno when that can't be seen. */
int hostfile_exists(const char *path);

/*
 * Takes the next line out of *REST, which is changed: blanks at both ends are cut off.  NULL at the end.
 */
char *hostfile_line(char **rest);
/* The same without cutting: the line alone, without its newline. */
char *hostfile_raw_line(char **rest);

#endif
