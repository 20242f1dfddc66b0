/* SPDX-License-Identifier: MIT */
#include "pipesize.h"

#include <fcntl.h>

#define USUAL 65536
#define WIDE (1 << 20) /* what a user may ask for (pipe(7), pipe-max-size) */

#ifdef F_SETPIPE_SZ

bool
pipesize_widen(int fd)
{
	return fcntl(fd, F_SETPIPE_SZ, WIDE) >= WIDE;
}

bool
pipesize_is_wide(int fd)
{
	return fcntl(fd, F_GETPIPE_SZ) > USUAL;
}

void
pipesize_narrow(int fd)
{
	fcntl(fd, F_SETPIPE_SZ, USUAL);
}

#else

bool
pipesize_widen(int fd)
{
	(void)fd;
	return false;
}

bool
pipesize_is_wide(int fd)
{
	(void)fd;
	return false;
}

void
pipesize_narrow(int fd)
{
	(void)fd;
}

#endif
