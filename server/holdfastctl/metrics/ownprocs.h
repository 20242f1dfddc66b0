/* SPDX-License-Identifier: MIT */
/*
 * ownprocs: holdfast's own processes on this host, and their memory, by root's register (leaderreg.h) and the kernel.
 * It asks no process, so none can make the caller wait; and it opens nothing of a user's.
 */
#ifndef HOLDFAST_OWNPROCS_H
#define HOLDFAST_OWNPROCS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { OWNPROCS_DAEMON, OWNPROCS_LEADER, OWNPROCS_KEEPER, OWNPROCS_PARTS };

struct ownprocs {
	struct {
		uint64_t count, bytes; /* of anonymous resident memory */
	} parts[OWNPROCS_PARTS];
	uint64_t held_bytes;           /* of the sessions' memories (sessionmem.h) that leaders hold */
};

/* DAEMON and its START: holdfastd; 0: unknown.  Nothing is found where the register cannot be read. */
void ownprocs_get(struct ownprocs *o, pid_t daemon, uint64_t start);
/* "holdfastd" and the like. */
const char *ownprocs_part(size_t part);

#endif
