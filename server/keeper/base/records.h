/* SPDX-License-Identifier: MIT */
/*
 * records: the form in which a keeper leaves its state to the program that it becomes (upgrade.h): a list of records,
 * each with a type, a length and its bytes (wire.h).
 *
 * Programs of different versions read each other's.  So a struct in a record grows at its end alone: a reader skips the
 * bytes that it does not know, and takes as zero those that an older writer did not have.  A reader refuses a record of
 * a type that it does not know, unless that has RECORD_OPTIONAL in it: then it can do without.
 */
#ifndef HOLDFAST_RECORDS_H
#define HOLDFAST_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "wire.h"

#define RECORD_OPTIONAL 0x80000000u

/* Begins a record; returns where, for record_end(). */
size_t record_begin(struct wire_writer *w, uint32_t type);
void record_end(struct wire_writer *w, size_t at);
/* The next record: 1, with *TYPE, and *BODY for its bytes; 0: there is none; -EBADMSG. */
int record_next(struct wire_reader *r, uint32_t *type, struct wire_reader *body);

/* A struct by the table of its fields, with its length before it. */
void record_put(struct wire_writer *w, const struct field *fields, const void *m);
/* 0 or a negative errno (fields_get); the caller has made M zero, or has set what older writers leave out. */
int record_get(struct wire_reader *r, const struct field *fields, void *m);
/*
 * Bytes of at most CAP, copied to P: their number in *LEN.  Errors stick in R.
 */
void record_get_bytes(struct wire_reader *r, void *p, size_t cap, size_t *len);
/* The same into new memory, the caller's: NULL when there are none.  0, -EBADMSG or -ENOMEM. */
int record_get_memory(struct wire_reader *r, size_t max, unsigned char **p, size_t *len);

/* A descriptor in a record: 0 is none. */
static inline uint32_t
record_fd(int fd)
{
	return fd < 0 ? 0 : (uint32_t)fd + 1;
}

static inline int
record_fd_is(uint32_t v)
{
	return v ? (int)(v - 1) : -1;
}

#define RECORD_FD_MAX 65536u /* no keeper has as many */

#endif
