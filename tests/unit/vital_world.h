/* SPDX-License-Identifier: MIT */
/* vital_world: a session's memory, as the leader makes it and passes it to each keeper. */
#ifndef HOLDFAST_VITAL_WORLD_H
#define HOLDFAST_VITAL_WORLD_H

#include "unit.h"

#include <fcntl.h>

#include "sessionmem.h"
#include "vital.h"

#define RING 65536

static const unsigned char name[FRAME_KEY] = { 1, 2, 3 };

/* Another descriptor of the same memory, as the leader passes it to the next keeper. */
static inline int
memory_again(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	assert_true(copy >= 0);
	return copy;
}

static inline int
memory_new(bool command)
{
	int fd = sessionmem_make(RING, command);

	assert_true(fd >= 0);
	return fd;
}

#endif
