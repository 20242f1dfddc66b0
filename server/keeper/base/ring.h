/* SPDX-License-Identifier: MIT */
/*
 * ring: the latest output of the session's pty, in a sealed memfd.
 *
 * Every byte the pty ever produced has a 64-bit offset; the ring holds those from ring_oldest() up to, not including,
 * head.  The memory is mapped twice in a row, so that any stretch of it is contiguous and read(2) and write(2) work in
 * it without a copy.  F_SEAL_SHRINK and F_SEAL_GROW: no process can truncate it under its mappers (SIGBUS).
 */
#ifndef HOLDFAST_RING_H
#define HOLDFAST_RING_H

#include <stddef.h>
#include <stdint.h>

/* What a keeper that takes the place of another one has to know of a ring (vital.h). */
struct ring_live {
	uint64_t head;
	uint64_t acked; /* of a held command's: command.h */
};

struct ring {
	int fd;              /* the memfd; -1: memory without a file, where RLIMIT_FSIZE permits none of that size */
	unsigned char *base; /* 2 * size bytes, or NULL */
	size_t size;         /* a power of two */
	uint64_t head;       /* the offset of the next byte */
	struct ring_live *live; /* borrowed: where HEAD is stored too; NULL: nowhere */
	uint64_t fresh;      /* from this offset on, SIZE bytes far, there was no memory yet, or it was given back */
	uint64_t made;       /* ring_prepare() has been here */
};

/* SIZE: a power of two, a multiple of the page size.  0 or a negative errno (-EINVAL for another size). */
int ring_open(struct ring *r, size_t size);
/* The same in the SIZE bytes from AT on of the memfd FD, which stays the caller's; the ring is at HEAD. */
int ring_map(struct ring *r, int fd, uint64_t at, size_t size, uint64_t head);
void ring_close(struct ring *r);
/* Where the next MAX bytes of output may be put (MAX at most size; this overwrites the oldest); then ring_advance. */
unsigned char *ring_space(const struct ring *r);
void ring_advance(struct ring *r, size_t n);
/* The byte at OFFSET, which must be in the ring; it and all up to head are contiguous. */
const unsigned char *ring_at(const struct ring *r, uint64_t offset);
uint64_t ring_oldest(const struct ring *r);
/*
 * The bytes from FROM (0, or the last result) to TO are not needed any more: whole pages go back to the system.
 * Returns where the first page begins that has not.
 */
uint64_t ring_release(struct ring *r, uint64_t from, uint64_t to);
/*
 * Before LEN bytes are put into it (LEN at most size): where much has come, the memory of the next mebibyte is made at
 * once, for page by page it costs an exception each.  Where that fails, it is made when the bytes come.
 */
void ring_prepare(struct ring *r, size_t len);

#endif
