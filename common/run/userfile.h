/* SPDX-License-Identifier: MIT */
/*
 * userfile: files of lines below PATH_STATE, one for each user, in directories that only root may open: named, locked,
 * read, and replaced as a whole.
 *
 * A user gets a descriptor of the own file from holdfastd (vouch.h), for reading.  So a file that is replaced is
 * emptied, or one who keeps all of them open would fill the disk.
 *
 * DIR is an open descriptor of the directory.  All functions return 0 or a negative errno, where nothing else is said.
 */
#ifndef HOLDFAST_USERFILE_H
#define HOLDFAST_USERFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define USERFILE_NAME 16
#define USERFILE_HOST ((uid_t)-1) /* of no user: the file "host" */

/* The name of UID's file. */
void userfile_name(uid_t uid, char name[USERFILE_NAME]);
/*
 * The lock on UID's file, one byte of a file: its descriptor, whose close(2) lets go; -EAGAIN: somebody else has held
 * it for WAIT_MS; or another negative errno.
 */
int userfile_lock(int dir, uid_t uid, int wait_ms);
/* The file's bytes, at most CAP: their number; -ENOENT; -EPERM: others than this process's user can write it. */
ssize_t userfile_read(int dir, const char *name, char *buf, size_t cap);
/* The same of an open file, from its start; -EAGAIN: it has been replaced. */
ssize_t userfile_read_fd(int fd, char *buf, size_t cap);
/*
 * Replaces DIR/NAME by the LEN bytes at TEXT, with MODE.  Without fsync(2), which can take seconds: a crash of the host
 * right after this loses the change.
 */
int userfile_replace(int dir, const char *name, mode_t mode, const char *text, size_t len);
/*
 * Appends the LEN bytes at TEXT to DIR/NAME, all or none; makes the file with MODE, unless MODE is 0 (-ENOENT).  A part
 * of a line at the file's end, which a crash of the host has left, is removed first.
 */
int userfile_append(int dir, const char *name, mode_t mode, const char *text, size_t len);
/* Whether the file that FD is open for has been replaced: then it is empty, or will be in a moment. */
bool userfile_is_old(int fd);

#endif
