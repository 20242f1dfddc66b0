/* SPDX-License-Identifier: MIT */
#include "clean.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "login.h"

void
clean_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &sa, NULL); /* KILL, STOP and the C library's own fail */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Closes FIRST to LAST. */
static int
close_between(unsigned first, unsigned last)
{
	long most;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return 0;
	if (errno != ENOSYS)
		return -errno;
	/* Before Linux 5.9. */
	most = sysconf(_SC_OPEN_MAX);
	if (most < 0 || most > 65536)
		most = 65536;
	for (unsigned fd = first; fd <= last && fd < (unsigned)most; fd++)
		close((int)fd);
	return 0;
}

int
clean_descriptors(const int *keep, size_t count)
{
	unsigned first = 3;

	closelog();
	for (;;) {
		unsigned next = UINT_MAX;
		int rc;

		for (size_t i = 0; i < count; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= first && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		rc = close_between(first, next == UINT_MAX ? UINT_MAX : next - 1);
		if (rc || next == UINT_MAX)
			return rc;
		first = next + 1;
	}
}

/* Sets a limit.  What we may not raise, for want of CAP_SYS_RESOURCE, stays as far up as it is. */
static int
set_limit(enum __rlimit_resource which, struct rlimit limit)
{
	struct rlimit own;

	if (setrlimit(which, &limit) == 0)
		return 0;
	if (errno != EPERM || getrlimit(which, &own))
		return -errno;
	/* RLIM_INFINITY is the largest number. */
	if (limit.rlim_max > own.rlim_max)
		limit.rlim_max = own.rlim_max;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	return setrlimit(which, &limit) ? -errno : 0;
}

int
clean_limits(pid_t pid, uint64_t start)
{
	struct rlimit limits[RLIM_NLIMITS];
	int rc;

	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (prlimit(pid, (enum __rlimit_resource)i, NULL, &limits[i]))
			return -errno;
	rc = login_alive(pid, start);
	for (int i = 0; !rc && i < (int)RLIM_NLIMITS; i++)
		rc = set_limit((enum __rlimit_resource)i, limits[i]);
	return rc;
}

void
clean_oom_score(int score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	dprintf(fd, "%d", score);
	close(fd);
}

int
clean_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &head, data))
		return -errno;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].inheritable = 0;
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}
