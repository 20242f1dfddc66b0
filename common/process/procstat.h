/* SPDX-License-Identifier: MIT */
/* procstat: fields of /proc/PID/stat (proc(5)), read through a directory descriptor so that a reused pid is noticed. */
#ifndef HOLDFAST_PROCSTAT_H
#define HOLDFAST_PROCSTAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procstat {
	char comm[65];
	char state;
	pid_t ppid, pgrp, session;
	int tty_nr;
	pid_t tpgid;
	uint64_t start; /* field 22: clock ticks after boot */
};

/* Opens /proc/PID (O_DIRECTORY|O_CLOEXEC): the descriptor, or a negative errno (-ENOENT: no such process). */
int procstat_open(pid_t pid);
/* Reads DIR's stat: 0; -ESRCH: that process has ended; -EBADMSG. */
int procstat_read_at(int dir, struct procstat *s);
/* Both, and closes: 0 or a negative errno. */
int procstat_read(pid_t pid, struct procstat *s);
/* Whether it has the name of a process of sshd's. */
bool procstat_is_sshd(const struct procstat *s);
/* Seconds between START, of a process, and now. */
uint64_t procstat_age_s(uint64_t start);

#endif
