/* SPDX-License-Identifier: MIT */
#include "clean.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "fdrange.h"

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
		rc = fdrange_close(first, next == UINT_MAX ? UINT_MAX : next - 1);
		if (rc || next == UINT_MAX)
			return rc;
		first = next + 1;
	}
}

static bool
write_oom_score(int score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), n;

	if (fd < 0)
		return false;
	n = dprintf(fd, "%d", score);
	close(fd);
	return n > 0;
}

void
clean_file_size(void)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_FSIZE, &none);
}

void
clean_oom_score(int score, int instead)
{
	if (!write_oom_score(score))
		write_oom_score(instead);
}

int
clean_oom_score_now(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "re");
	int score = 0;

	if (f && fscanf(f, "%d", &score) != 1)
		score = 0;
	if (f)
		fclose(f);
	return score;
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
