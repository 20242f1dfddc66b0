/* SPDX-License-Identifier: MIT */
#include "painter_sandbox.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fdrange.h"
#include "painter_filter.h"

#define MEMORY_MAX (256u << 20) /* far more than any model takes; beside the ring */

static int
limit(int what, rlim_t most)
{
	const struct rlimit l = { most, most };

	return setrlimit(what, &l) < 0 ? -errno : 0;
}

static int
set_limits(size_t mapped)
{
	int rc = limit(RLIMIT_CORE, 0);

	if (rc == 0)
		rc = limit(RLIMIT_NOFILE, 0);
	if (rc == 0)
		rc = limit(RLIMIT_FSIZE, 0);
	if (rc == 0)
		rc = limit(RLIMIT_NPROC, 0);
#ifndef __SANITIZE_ADDRESS__
	if (rc == 0)
		rc = limit(RLIMIT_AS, MEMORY_MAX + mapped);
#else
	(void)mapped;
#endif
	return rc;
}

bool
painter_can_be_confined(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return painter_filter_exists();
#endif
}

int
painter_confine(int fd, void *base, size_t mapped)
{
	int rc;

	signal(SIGPIPE, SIG_IGN);
	if (fd != 0 && dup2(fd, 0) < 0)
		return -errno;
	if (fdrange_close(1, UINT_MAX) < 0 || mprotect(base, mapped, PROT_READ) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	rc = set_limits(mapped);
	/* Sanitizers make calls of their own; a filter for them would permit too much to be worth anything. */
#ifndef __SANITIZE_ADDRESS__
	if (rc == 0)
		rc = painter_filter_install();
#endif
	return rc;
}
