/* SPDX-License-Identifier: MIT */
#include "fdrange.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 65536

int
fdrange_close(unsigned first, unsigned last)
{
	long most;

	/* The system call itself: musl has no function for it. */
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return 0;
	if (errno != ENOSYS)
		return -errno;
	most = sysconf(_SC_OPEN_MAX);
	if (most < 0 || most > MOST)
		most = MOST;
	for (unsigned fd = first; fd <= last && fd < (unsigned)most; fd++)
		close((int)fd);
	return 0;
}
