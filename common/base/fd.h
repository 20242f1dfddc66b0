/* SPDX-License-Identifier: MIT */
/* fd: what is done to file descriptors everywhere. */
#ifndef HOLDFAST_FD_H
#define HOLDFAST_FD_H

#include <stddef.h>

/* Closes *FD, unless that is -1, and sets it to -1. */
void fd_close(int *fd);
/* Writes the LEN bytes at DATA to FD, which blocks: 0 or a negative errno (-EIO: nothing was taken). */
int fd_write_all(int fd, const void *data, size_t len);

#endif
