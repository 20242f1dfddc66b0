/* SPDX-License-Identifier: MIT */
/*
 * sessionmem: the memory of a session, a memfd (memfd_create(2)) that outlives the session's keepers.
 *
 * The leader makes it, passes it to each keeper, and never maps or reads it; a keeper lays it out
 * (server/keeper/base/vital.h).  It is sparse: pages that nobody has written take no memory.  The seals SHRINK and GROW
 * keep its mappers from SIGBUS.
 */
#ifndef HOLDFAST_SESSIONMEM_H
#define HOLDFAST_SESSIONMEM_H

#include <stdint.h>

/*
 * Where things are, in bytes.  Each part begins on a page of any size that Linux has (64 KiB), and is a multiple of it;
 * the rings come last, because their size is the policy's.
 */
#define SESSIONMEM_HEAD_AT UINT64_C(0)
#define SESSIONMEM_HEAD_BYTES UINT64_C(65536)
#define SESSIONMEM_AWAITED_AT UINT64_C(65536)
#define SESSIONMEM_AWAITED_BYTES UINT64_C(65536)
#define SESSIONMEM_KEYS_AT UINT64_C(131072)
#define SESSIONMEM_KEYS_BYTES UINT64_C(1048576)
#define SESSIONMEM_QUEUES_AT (UINT64_C(2) << 20)
#define SESSIONMEM_QUEUES_BYTES (UINT64_C(64) << 20)
#define SESSIONMEM_PICTURES_AT (UINT64_C(66) << 20)
#define SESSIONMEM_PICTURES_BYTES (UINT64_C(8) << 20)
#define SESSIONMEM_HANDOVER_AT (UINT64_C(74) << 20)
#define SESSIONMEM_HANDOVER_BYTES (UINT64_C(16) << 20)
#define SESSIONMEM_FRAMES_AT (UINT64_C(90) << 20)
#define SESSIONMEM_FRAMES_BYTES (UINT64_C(4) << 20)
#define SESSIONMEM_TIMES_AT (UINT64_C(94) << 20)
#define SESSIONMEM_TIMES_BYTES UINT64_C(65536)
#define SESSIONMEM_SPARE_AT (SESSIONMEM_TIMES_AT + SESSIONMEM_TIMES_BYTES) /* for parts that no version has yet */
#define SESSIONMEM_SPARE_BYTES (SESSIONMEM_RINGS_AT - SESSIONMEM_SPARE_AT)
#define SESSIONMEM_RINGS_AT (UINT64_C(128) << 20)

/* A channel's ring of a held command is at least so long: a build goes on for a while without a client. */
#define SESSIONMEM_COMMAND_RING_MIN (UINT64_C(16) << 20)

/* The length of each ring: of a session on a pty, or of each of a command's two.  POLICY is RingSize. */
uint64_t sessionmem_ring_bytes(uint64_t policy, int command);
/* The size of the whole for rings of RING_BYTES. */
uint64_t sessionmem_size(uint64_t ring_bytes, int command);
/*
 * Makes and seals it: a descriptor (close-on-exec), the caller's, or a negative errno (-EFBIG: RLIMIT_FSIZE permits no
 * file of that size).
 */
int sessionmem_make(uint64_t ring_bytes, int command);

#endif
