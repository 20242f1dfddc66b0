/* SPDX-License-Identifier: MIT */
#include "surroundings.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "login.h"
#include "procfile.h"
#include "procstat.h"

#define CPU_LONGS 128        /* 8192 CPUs */
#define IOPRIO_PROCESS 1     /* ioprio_set(2); no header has it */
#define POLICY_DEADLINE 6    /* is not inherited */

/* The first version of struct sched_attr (sched_setattr(2)), which not every C library has. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

struct surroundings {
	struct rlimit limits[RLIM_NLIMITS];
	struct scheduling scheduling; /* size 0: unknown */
	unsigned long cpus[CPU_LONGS];
	long cpu_bytes;               /* 0 or less: unknown; the next four as well when negative */
	long io_priority;
	long umask;
	long core_filter;
	long persona;
	long timer_slack;
	long oom_score;               /* INT32_MIN: unknown */
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3]; /* the inheritable ones */
};

/* The number in the file NAME of DIR, or INSTEAD. */
static long
read_number(int dir, const char *name, int base, long instead)
{
	char text[32], *end;
	ssize_t len = procfile_read(dir, name, text, sizeof text - 1);
	long v;

	if (len <= 0)
		return instead;
	text[len] = '\0';
	v = strtol(text, &end, base);
	return end == text || (*end && *end != '\n') ? instead : v;
}

/* None, if they cannot be read. */
static void
read_capabilities(struct surroundings *s, pid_t pid)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = pid };

	if (syscall(SYS_capget, &head, s->caps))
		memset(s->caps, 0, sizeof s->caps);
}

static int
read_limits(struct surroundings *s, pid_t pid)
{
	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		if (prlimit(pid, i, NULL, &s->limits[i]))
			return -errno;
	return 0;
}

static void
read_scheduling(struct surroundings *s, pid_t pid)
{
	if (syscall(SYS_sched_getattr, pid, &s->scheduling, sizeof s->scheduling, 0))
		s->scheduling.size = 0;
	s->cpu_bytes = syscall(SYS_sched_getaffinity, pid, sizeof s->cpus, s->cpus);
	s->io_priority = syscall(SYS_ioprio_get, IOPRIO_PROCESS, pid);
}

/* Of PID, whose /proc directory DIR is. */
static int
read_all(struct surroundings *s, pid_t pid, int dir)
{
	struct procfile_status status;

	read_scheduling(s, pid);
	read_capabilities(s, pid);
	s->umask = procfile_status(dir, &status) ? -1 : status.umask;
	s->core_filter = read_number(dir, "coredump_filter", 16, -1);
	s->persona = read_number(dir, "personality", 16, -1);
	s->timer_slack = read_number(dir, "timerslack_ns", 10, -1);
	s->oom_score = read_number(dir, "oom_score_adj", 10, INT32_MIN);
	return read_limits(s, pid);
}

/* Sets a limit.  Without CAP_SYS_RESOURCE, raises it only as far as permitted. */
static int
set_limit(int which, struct rlimit limit)
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

static void
write_number(const char *path, long v, int base)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (base == 16)
		dprintf(fd, "0x%lx", v);
	else
		dprintf(fd, "%ld", v);
	close(fd);
}

/* Only where it differs, so that we are not bound to the CPUs of today for nothing. */
static void
take_scheduling(struct surroundings *s, const struct surroundings *own)
{
	if (s->scheduling.size && s->scheduling.policy != POLICY_DEADLINE) {
		s->scheduling.size = sizeof s->scheduling;
		syscall(SYS_sched_setattr, 0, &s->scheduling, 0);
	}
	if (s->cpu_bytes > 0 &&
	    (s->cpu_bytes != own->cpu_bytes || memcmp(s->cpus, own->cpus, (size_t)s->cpu_bytes) != 0))
		syscall(SYS_sched_setaffinity, 0, (size_t)s->cpu_bytes, s->cpus);
	if (s->io_priority >= 0 && s->io_priority != own->io_priority)
		syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0, (int)s->io_priority);
	if (s->timer_slack > 0)
		prctl(PR_SET_TIMERSLACK, (unsigned long)s->timer_slack, 0, 0, 0);
}

/* Those that this process has itself, so that it may have them inherited. */
static void
take_capabilities(const struct surroundings *s)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &head, data))
		return;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].inheritable = s->caps[i].inheritable & data[i].permitted;
	syscall(SYS_capset, &head, data);
}

static int
take_all(struct surroundings *s, const struct surroundings *own)
{
	int rc = 0;

	take_scheduling(s, own);
	take_capabilities(s);
	if (s->umask >= 0)
		umask((mode_t)s->umask);
	if (s->core_filter >= 0)
		write_number("/proc/self/coredump_filter", s->core_filter, 16);
	if (s->oom_score != INT32_MIN)
		write_number("/proc/self/oom_score_adj", s->oom_score, 10);
	if (s->persona >= 0 && s->persona != own->persona)
		personality((unsigned long)s->persona);
	/* Last, for one can be in the way of the rest. */
	for (int i = 0; !rc && i < (int)RLIM_NLIMITS; i++)
		rc = set_limit(i, s->limits[i]);
	return rc;
}

int
surroundings_take(pid_t pid, uint64_t start)
{
	struct surroundings s = { .cpu_bytes = 0 }, own = { .cpu_bytes = 0 };
	int dir = procstat_open(pid), rc;

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	rc = read_all(&s, pid, dir);
	close(dir);
	if (!rc)
		rc = login_alive(pid, start);
	read_scheduling(&own, 0);
	own.persona = (long)personality(0xffffffff);
	return rc ? rc : take_all(&s, &own);
}
