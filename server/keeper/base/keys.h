/* SPDX-License-Identifier: MIT */
/*
 * keys: what is typed at a terminal is not lost with the keeper: between the read from the terminal and the write to
 * the session's pty it is also in the session's memory (vital.h, VITAL_KEYS), and the next keeper types it.
 */
#ifndef HOLDFAST_KEYS_H
#define HOLDFAST_KEYS_H

#include <stddef.h>
#include <sys/types.h>

#include "vital.h"

/* A terminal's place; all zero: it has none, and the calls below are those of fd.h. */
struct keys {
	struct vital *vital; /* borrowed */
	struct vital_keys *at;
	unsigned place;
};

/* A free place in V, which is borrowed; none if all are taken or there is no memory. */
void keys_open(struct keys *t, struct vital *v);
void keys_close(struct keys *t);
/* Reads from FD, at most LEN bytes (VITAL_KEYS_MAX at most), to TO: as read(2). */
ssize_t keys_read(struct keys *t, int fd, unsigned char *to, size_t len);
/* Writes the bytes from AT to LEN at INPUT to FD: as write(2). */
ssize_t keys_write(struct keys *t, int fd, const unsigned char *input, size_t at, size_t len);
/* The input is now the bytes from AT to LEN at INPUT. */
void keys_set(struct keys *t, const unsigned char *input, size_t at, size_t len);
/* All places in V are free, and empty. */
void keys_forget(struct vital *v);
/* V is that of a keeper that has died: types what it had read and not written into FD, as much as that takes. */
void keys_type(struct vital *v, int fd);

#endif
