/* SPDX-License-Identifier: MIT */
/*
 * fd: what is done to file descriptors everywhere.
 *
 * fd_read(), fd_write() and fd_writev() also add up the bytes that they moved, as the kernel does in /proc/PID/io
 * (proc(5): rchar, wchar).  Where a process has made no other call of that kind, a difference between its sums and the
 * kernel's tells how much its last call has moved (server/keeper/base/vital.h).
 */
#ifndef HOLDFAST_FD_H
#define HOLDFAST_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct fd_sums {
	uint64_t read, written; /* bytes */
};

/* Where the sums are from now on, the caller's; NULL: in memory that nobody looks at. */
void fd_sum_into(struct fd_sums *sums);

/* TEXT is that of /proc/PID/io: the kernel's sums.  0 or -EBADMSG. */
int fd_sums_parse(struct fd_sums *out, const char *text);

/* As read(2), write(2) and writev(2). */
ssize_t fd_read(int fd, void *buf, size_t len);
ssize_t fd_write(int fd, const void *buf, size_t len);
ssize_t fd_writev(int fd, const struct iovec *v, int count);

/* Closes *FD, unless that is -1, and sets it to -1. */
void fd_close(int *fd);
/* Writes the LEN bytes at DATA to FD, which blocks: 0 or a negative errno (-EIO: nothing was taken). */
int fd_write_all(int fd, const void *data, size_t len);

#endif
