/* SPDX-License-Identifier: MIT */
#include "expiry.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "awaited.h"
#include "clock.h"
#include "ending.h"
#include "fd.h"
#include "peers.h"
#include "procstat.h"
#include "session.h"

#define RELEASE_MS 2000 /* so long a command may take to notice that it has no reader any more */

/* Whether PID is a job of the session's: a child of the shell, or a process of its terminal session. */
static bool
is_job(const struct keeper *k, pid_t pid)
{
	struct procstat ps;

	if (pid == k->shell.pid || procstat_read(pid, &ps) < 0 || ps.state == 'Z' || ps.state == 'X')
		return false;
	return ps.ppid == k->shell.pid || ps.session == k->shell.pid;
}

/* Children that are hidden from /proc (hidepid: those of sudo, for instance) are in this list all the same. */
static bool
has_children(pid_t pid)
{
	char path[64], first;
	int fd;
	bool has;

	snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	has = fd_read(fd, &first, 1) == 1;
	close(fd);
	return has;
}

/* Whether the shell is in front and there is nothing else in the session.  Processes that can't be seen count. */
static bool
is_idle(const struct keeper *k)
{
	const struct dirent *d;
	bool idle = true;
	DIR *proc;

	if (!k->shell.pid || tcgetpgrp(k->master) != k->shell.pid || has_children(k->shell.pid))
		return false;
	proc = opendir("/proc");
	if (!proc)
		return false;
	while (idle && (d = readdir(proc)))
		if (isdigit((unsigned char)d->d_name[0]))
			idle = !is_job(k, (pid_t)atol(d->d_name));
	closedir(proc);
	return idle;
}

/* Running, without an attachment, an open claim or a request to end. */
static bool
is_left(const struct keeper *k)
{
	return k->state == KEEPER_RUNNING && k->dropped_at && !k->peers.alone && k->kill_at == CLOCK_NEVER &&
	       !awaited_held(k);
}

/* A command whose client has closed all of its output and left: as under sshd, what it has started runs on alone. */
static uint64_t
released_at(const struct keeper *k)
{
	return streams_released(&k->streams) ? k->dropped_at + RELEASE_MS : CLOCK_NEVER;
}

static uint64_t
detached_at(const struct keeper *k)
{
	return session_kept_until(k, k->dropped_at);
}

static uint64_t
idle_at(const struct keeper *k)
{
	return k->init.idle_shell_s == CONFIG_NONE ? CLOCK_NEVER : k->dropped_at + k->idle_after_ms;
}

uint64_t
expiry_due(const struct keeper *k)
{
	uint64_t due;

	if (!is_left(k))
		return CLOCK_NEVER;
	due = released_at(k);
	clock_sooner(&due, detached_at(k));
	clock_sooner(&due, idle_at(k));
	return due;
}

void
expiry_turn(struct keeper *k)
{
	uint64_t now, due = expiry_due(k);

	if (due == CLOCK_NEVER || due > (now = clock_now_ms()))
		return;
	if (now >= released_at(k)) {
		k->why_ended = LEADERMSG_WHY_RELEASED;
		ending_over(k);
		return;
	}
	if (now >= detached_at(k)) {
		k->why_ended = LEADERMSG_WHY_DETACHED;
	} else if (is_idle(k)) {
		k->why_ended = LEADERMSG_WHY_IDLE;
	} else {
		/* From now on, so that a machine that has slept for days does not look again and again. */
		k->idle_after_ms = now - k->dropped_at + k->init.idle_shell_s * UINT64_C(1000);
		return;
	}
	session_kill(k, SIGHUP);
}

void
expiry_tell(const struct keeper *k, struct attach_status *s)
{
	uint64_t released, detached;

	if (!is_left(k))
		return;
	released = released_at(k);
	detached = detached_at(k);
	s->ends_ms = clock_date_of(released < detached ? released : detached);
	s->ends_why = s->ends_ms ? released < detached ? ATTACH_RULE_RELEASED : ATTACH_RULE_DETACHED : ATTACH_RULE_NONE;
	s->idle_ends_ms = clock_date_of(idle_at(k));
}

int64_t
expiry_away_s(const struct keeper *k)
{
	if (!is_left(k))
		return -1;
	return (int64_t)((clock_now_ms() - k->dropped_at) / 1000);
}
