/* SPDX-License-Identifier: MIT */
/* subsystem_pipe: all of some bytes, over sshd's pipes, which may be non-blocking (subsystem.h). */
#ifndef HOLDFAST_SUBSYSTEM_PIPE_H
#define HOLDFAST_SUBSYSTEM_PIPE_H

#include <stddef.h>

/* Reads LEN bytes into P, however they come, and however long that takes: 0, or -EPIPE at the end. */
int subsystem_pipe_read(int fd, unsigned char *p, size_t len);
/* Writes the LEN bytes at P, however they are taken: 0, or -EPIPE where nobody reads. */
int subsystem_pipe_write(int fd, const unsigned char *p, size_t len);

#endif
