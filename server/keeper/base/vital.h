/* SPDX-License-Identifier: MIT */
/*
 * vital: what a session must not lose with its keeper, in the session's memory (sessionmem.h).  A keeper that takes
 * the place of one that died, or that a new program has become, finds it there.
 *
 * A head lists the parts by type (vital_layout.h).  A reader skips parts, and bytes at the end of a struct, that it
 * does not know, and takes as zero what an older writer did not have.  So structs only grow at their end.  A change
 * that an older reader would misunderstand takes another VITAL_VERSION; then the reader takes nothing but the shell
 * (docs/SECURITY.md, "State").
 *
 * A keeper can be killed between any two instructions.  So
 *   - counters that belong together are written as a whole into the one of two places that does not count, and then one
 *     store makes that place count (struct vital_facts, struct stream_live);
 *   - a read or write whose result must be known exactly has an intent: before the call the keeper stores the position
 *     and its sum of all bytes that it has read or written (fd.h).  The kernel's own sum, which the leader reads when
 *     the keeper has died (/proc/PID/io), tells how much that call has moved.
 *
 * Another process of the user's cannot write here, but a keeper with a fault can have.  vital_check.h looks
 * at each field.
 */
#ifndef HOLDFAST_VITAL_H
#define HOLDFAST_VITAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"
#include "streams.h"
#include "vital_layout.h"

/* What the last call of the keeper before has moved. */
struct vital_moved {
	uint32_t call, index; /* enum vital_call; as in struct vital_intent */
	uint64_t at, bytes;
	bool known;           /* BYTES is right */
};

struct vital {
	int fd;           /* the session's memory; -1: there is none, and all is lost with the keeper */
	bool command;
	uint64_t ring_bytes;
	struct vital_head *head;     /* mapped, or memory of the keeper's own */
	struct vital_live *live;
	struct vital_facts *facts[2];
	struct vital_moved moved; /* by vital_settle() */
	struct vital_keys *keys;  /* vital_keys() */
	uint64_t keys_used;       /* bit N: place N is a terminal's (keys.h) */
};

/*
 * Maps FD (taken over; -1: memory of the keeper's own) for a session on a pty, or for a COMMAND, with rings of
 * RING_BYTES.  With FRESH it is laid out; else the layout in it must be one that vital_check_head() accepts: -EPROTO;
 * or another negative errno.  The sums of fd.h are in it from now on.
 */
int vital_open(struct vital *v, int fd, bool command, uint64_t ring_bytes, bool fresh);
/* Takes one that was never opened (all zero). */
void vital_close(struct vital *v);
/* Whether all that is in it can be believed, after vital_settle(): 0 or -EPROTO. */
int vital_check(const struct vital *v);
/* The facts that count, or NULL: none were stored yet. */
const struct vital_facts *vital_facts(const struct vital *v);
/* The facts that do not count yet, to be filled. */
struct vital_facts *vital_next(struct vital *v);
/* Those count from now on, if they differ from those that counted. */
void vital_commit(struct vital *v);

/* Before and after a call whose result must be known exactly. */
void vital_intend(struct vital *v, enum vital_call call, unsigned index, uint64_t at);
void vital_done(struct vital *v);
/*
 * The keeper before this one has died: corrects what its last call would have changed.  RCHAR and WCHAR are the
 * kernel's sums for it (0 and 0: unknown).  Whether that is known exactly.
 */
bool vital_settle(struct vital *v, uint64_t rchar, uint64_t wchar);
/* Sets the sums of fd.h to the kernel's own, from IO, an open /proc/self/io. */
int vital_calibrate(struct vital *v, int io);

/* Opens the ring of CHANNEL: 0 or a negative errno.  ring_close() closes it. */
int vital_ring(struct vital *v, unsigned channel, struct ring *r);
/* The VITAL_KEYS_PLACES places, or NULL. */
struct vital_keys *vital_keys(struct vital *v);
/* Streams whose counters and input are in it. */
void vital_streams(struct vital *v, struct streams *t);
/* Gives the memory of part TYPE, its place INDEX, back to the system. */
void vital_forget(const struct vital *v, enum vital_type type, unsigned index);
/* Maps part TYPE, its place INDEX, readable and with WRITABLE writable: LEN bytes; munmap(2) ends it.  NULL: not possible. */
void *vital_map(const struct vital *v, enum vital_type type, unsigned index, size_t len, bool writable);

/*
 * Part TYPE of the memory FD, which this process has not opened with vital_open(): mapped, readable, *LEN bytes.  NULL:
 * there is none, or the layout is not one that vital_check_head() accepts.
 */
void *vital_peek(int fd, enum vital_type type, size_t *len);
/* Whether vital_open() would accept FD, and vital_check() its state: 0 or a negative errno.  Changes nothing in it. */
int vital_try(int fd, bool command, uint64_t ring_bytes);

#endif
