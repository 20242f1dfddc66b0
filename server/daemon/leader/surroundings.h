/* SPDX-License-Identifier: MIT */
/*
 * surroundings: attributes that a process inherits from its parent and that no PAM module sets: resource limits, umask,
 * scheduling (policy, nice, CPUs, I/O priority, timer slack), the inheritable capabilities, the OOM score, the core dump
 * filter and the personality.  A login shell inherits them from its login's sshd, which has them from its unit or its
 * starter; systemd-nspawn's containers have inheritable capabilities, and from systemd 257 on their services too.
 */
#ifndef HOLDFAST_SURROUNDINGS_H
#define HOLDFAST_SURROUNDINGS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "wire.h"

#define SURROUNDINGS_CPU_BYTES 1024 /* 8192 CPUs */

struct surroundings {
	struct rlimit limits[RLIM_NLIMITS];
	bool scheduled;        /* the next four are known */
	uint32_t policy, priority;
	uint64_t flags;
	int32_t nice;
	int32_t cpu_bytes;     /* 0 or less: unknown; the next five as well when negative */
	unsigned char cpus[SURROUNDINGS_CPU_BYTES];
	int64_t io_priority;
	int64_t umask;
	int64_t core_filter;
	int64_t persona;
	int64_t timer_slack;
	int64_t oom_score;     /* INT32_MIN: unknown */
	uint32_t inheritable[_LINUX_CAPABILITY_U32S_3]; /* capabilities */
};

/*
 * Reads the attributes of PID, the process that was started at START, into *S; needs root.  0, or a negative errno:
 * cannot read the limits (-ESRCH: that process has ended).
 */
int surroundings_read(struct surroundings *s, pid_t pid, uint64_t start);
/*
 * Gives them to this process and so to its children; needs root.  0, or a negative errno: cannot set a limit.  A limit
 * that this process may not raise stays as high as possible; other attributes that are unknown or cannot be set stay
 * unchanged.
 */
int surroundings_take(const struct surroundings *s);

/* As a part of a message between processes of root's (origin.h): fields are added at the end. */
void surroundings_put(struct wire_writer *w, const struct surroundings *s);
/* Errors stick in R; what is out of bounds is one. */
void surroundings_get(struct wire_reader *r, struct surroundings *s);

#endif
