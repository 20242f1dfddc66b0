/* SPDX-License-Identifier: MIT */
#include "sessionmem.h"

#include "sealedmem.h"

uint64_t
sessionmem_ring_bytes(uint64_t policy, int command)
{
	return command && policy < SESSIONMEM_COMMAND_RING_MIN ? SESSIONMEM_COMMAND_RING_MIN : policy;
}

uint64_t
sessionmem_size(uint64_t ring_bytes, int command)
{
	return SESSIONMEM_RINGS_AT + (command ? 2 : 1) * ring_bytes;
}

int
sessionmem_make(uint64_t ring_bytes, int command)
{
	return sealedmem_make("holdfast-session", sessionmem_size(ring_bytes, command));
}
