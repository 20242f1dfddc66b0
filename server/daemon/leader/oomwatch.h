/* SPDX-License-Identifier: MIT */
/*
 * oomwatch: whether the kernel's OOM killer has killed in this process's memory cgroup, which under systemd is the
 * scope of the session: memory.events of cgroup v2, with those below, or memory.oom_control of v1.  Where there is no
 * such counter, the kernel's log can tell (oomwatch_logged).
 */
#ifndef HOLDFAST_OOMWATCH_H
#define HOLDFAST_OOMWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct oomwatch {
	int fd;         /* owned; -1: there is no counter */
	bool polls;     /* v2: POLLPRI tells of a change */
	uint64_t kills; /* as it was read last */
	uint64_t at_ms; /* clock_now_ms(): when more were seen; 0: never */
};

#define OOMWATCH_INIT { .fd = -1 }
#define OOMWATCH_RECENT_MS 3000 /* a process that ends so soon after a kill may be the killed one */

/* Finds the counter of this process's cgroup, below ROOT ("/sys/fs/cgroup" but in tests), and reads it. */
void oomwatch_open(struct oomwatch *w, const char *root);
/* Reads the counter again. */
void oomwatch_look(struct oomwatch *w);
/* Looks; whether there was a kill in the last OOMWATCH_RECENT_MS. */
bool oomwatch_recent(struct oomwatch *w);
void oomwatch_close(struct oomwatch *w);

/* The number after "oom_kill " at the begin of a line; 0: no such line. */
uint64_t oomwatch_parse(const char *text);
/* The path of the hierarchy of CONTROLLER ("" for v2) in a /proc/PID/cgroup file: 0 or -ENOENT. */
int oomwatch_path(const char *cgroups, const char *controller, char *path, size_t cap);
/* Whether a record of the kernel's log (/dev/kmsg) says that the OOM killer has killed PID. */
bool oomwatch_is_kill_of(const char *record, pid_t pid);
/* Whether the kernel's log has such a record since SINCE_US (CLOCK_MONOTONIC); false where we may not read it. */
bool oomwatch_logged(pid_t pid, uint64_t since_us);

#endif
