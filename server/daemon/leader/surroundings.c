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

#include "fields.h"
#include "login.h"
#include "procfile.h"
#include "procstat.h"

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
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };
	bool known = syscall(SYS_capget, &head, data) == 0;

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		s->inheritable[i] = known ? data[i].inheritable : 0;
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
	struct scheduling now = { .size = 0 };

	s->scheduled = syscall(SYS_sched_getattr, pid, &now, sizeof now, 0) == 0;
	s->policy = now.policy;
	s->priority = now.priority;
	s->flags = now.flags;
	s->nice = now.nice;
	s->cpu_bytes = (int32_t)syscall(SYS_sched_getaffinity, pid, sizeof s->cpus, s->cpus);
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
take_scheduling(const struct surroundings *s, const struct surroundings *own)
{
	const struct scheduling wanted = { .size = sizeof wanted, .policy = s->policy, .flags = s->flags,
		                           .nice = s->nice, .priority = s->priority };

	if (s->scheduled && s->policy != POLICY_DEADLINE)
		syscall(SYS_sched_setattr, 0, &wanted, 0);
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
		data[i].inheritable = s->inheritable[i] & data[i].permitted;
	syscall(SYS_capset, &head, data);
}

static int
take_all(const struct surroundings *s, const struct surroundings *own)
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
surroundings_read(struct surroundings *s, pid_t pid, uint64_t start)
{
	int dir = procstat_open(pid), rc;

	if (dir < 0)
		return dir == -ENOENT ? -ESRCH : dir;
	memset(s, 0, sizeof *s);
	rc = read_all(s, pid, dir);
	close(dir);
	return rc ? rc : login_alive(pid, start);
}

int
surroundings_take(const struct surroundings *s)
{
	struct surroundings own = { .cpu_bytes = 0 };

	read_scheduling(&own, 0);
	own.persona = (long)personality(0xffffffff);
	return take_all(s, &own);
}

#define S struct surroundings
static const struct field fields[] = {
	FIELD_BOOL(S, scheduled),
	FIELD_U32(S, policy),
	FIELD_U32(S, priority),
	FIELD_U64(S, flags),
	FIELD_U32(S, nice),
	FIELD_U32(S, cpu_bytes),
	FIELD_U64(S, io_priority),
	FIELD_U64(S, umask),
	FIELD_U64(S, core_filter),
	FIELD_U64(S, persona),
	FIELD_U64(S, timer_slack),
	FIELD_U64(S, oom_score),
	FIELD_U32(S, inheritable[0]),
	FIELD_U32(S, inheritable[1]),
	FIELDS_END
};
#undef S

void
surroundings_put(struct wire_writer *w, const struct surroundings *s)
{
	fields_put(w, fields, s);
	wire_put_string(w, s->cpus, s->cpu_bytes > 0 ? (size_t)s->cpu_bytes : 0);
	wire_put_u32(w, RLIM_NLIMITS);
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		wire_put_u64(w, s->limits[i].rlim_cur);
		wire_put_u64(w, s->limits[i].rlim_max);
	}
}

void
surroundings_get(struct wire_reader *r, struct surroundings *s)
{
	uint32_t count = 0;
	uint64_t soft, hard;
	struct wire_bytes cpus;

	memset(s, 0, sizeof *s);
	fields_get(r, fields, s);
	wire_get_string(r, &cpus, sizeof s->cpus);
	wire_get_u32(r, &count);
	if (r->err || count != RLIM_NLIMITS || cpus.len != (size_t)(s->cpu_bytes > 0 ? s->cpu_bytes : 0))
		r->err = -EBADMSG;
	else
		memcpy(s->cpus, cpus.data, cpus.len);
	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		wire_get_u64(r, &soft);
		wire_get_u64(r, &hard);
		s->limits[i] = (struct rlimit){ (rlim_t)soft, (rlim_t)hard };
	}
}
