/* SPDX-License-Identifier: MIT */
#include "silent.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "askleader.h"
#include "procfile.h"
#include "procref.h"
#include "slay.h"

/* One of them: whether it is still there. */
static bool
describe(struct attach_status *s, uid_t uid, uint32_t id, int timeout_ms)
{
	struct leaderctl_reply r;
	int rc = askleader_who(uid, id, timeout_ms, &r);

	memset(s, 0, sizeof *s);
	s->id = id;
	s->state = ATTACH_STATE_SILENT;
	s->kind = ATTACH_KIND_TERMINAL;
	/*
	 * There is no leader (rootless, of an older version, or killed), or the leader hangs.  A keeper that has ended
	 * has shut its socket.
	 */
	if (rc) {
		rc = session_connect(uid, id);
		if (rc >= 0)
			close(rc);
		return rc >= 0 || rc == -EAGAIN;
	}
	if (r.state == LEADERCTL_PARKED)
		s->state = ATTACH_STATE_PARKED;
	else if (!r.keeper_pid && r.state != LEADERCTL_RUNNING)
		return false; /* while it runs, the next keeper is on its way */
	s->vouched = 1;
	s->keeper_pid = r.keeper_pid;
	s->shell_pid = r.shell_session;
	s->created_ms = s->changed_ms = s->activity_ms = r.created_ms;
	s->attachments = r.attachments;
	memcpy(s->name, r.name, sizeof s->name);
	return true;
}

static int
by_id(const void *a, const void *b)
{
	const struct attach_status *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int
silent_add(struct session_list *list, uid_t uid, int timeout_ms)
{
	int64_t end = (int64_t)clock_now_ms() + timeout_ms;
	struct attach_status *more;

	if (!list->silent_known)
		return 0;
	more = reallocarray(list->v, list->count + list->silent_known, sizeof *more);
	if (!more)
		return -ENOMEM;
	list->v = more;
	for (size_t i = 0; i < list->silent_known; i++) {
		int64_t left = end - (int64_t)clock_now_ms();

		if (describe(&list->v[list->count], uid, list->silent_ids[i], left > 0 ? (int)left : 0))
			list->count++;
		else
			list->silent--;
	}
	list->silent_known = 0;
	qsort(list->v, list->count, sizeof *list->v, by_id);
	return 0;
}

bool
silent_nameless(const struct session_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (attach_state_silent(list->v[i].state) && !list->v[i].vouched)
			return true;
	return false;
}

/* SIGKILL to all processes of the terminal session SID that are ours: the kernel refuses others. */
static void
kill_terminal_session(pid_t sid)
{
	DIR *proc = opendir("/proc");
	const struct dirent *d;

	while (proc && (d = readdir(proc))) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		struct procref p = PROCREF_NONE;

		if (pid <= 0 || procref_open(&p, pid))
			continue;
		if (p.stat.session == sid)
			slay_one(pid, p.stat.start);
		procref_close(&p);
	}
	if (proc)
		closedir(proc);
}

int
silent_kill_own(uint32_t id, int timeout_ms)
{
	struct leaderctl_reply r;
	int rc = askleader_who(geteuid(), id, timeout_ms, &r);

	if (rc)
		return rc == -ENOENT ? rc : -ENOTSUP;
	if (!r.keeper_pid && r.state != LEADERCTL_PARKED)
		return -ENOENT;
	/* The shell first: with its keeper's end it gets a hang-up, which it may be deaf to. */
	if (r.shell_session)
		kill_terminal_session((pid_t)r.shell_session);
	if (!r.keeper_pid)
		return 0;
	return slay_one((pid_t)r.keeper_pid, r.keeper_start) == -ESRCH ? -ENOENT : 0;
}

/*
 * Whether K, which called listen, is a process of UID's.  Root listens for others, and is a keeper only for root.  A
 * listening socket that was passed on outlives the process that called listen, and then another process can have the
 * pid.
 */
static bool
is_keeper_of(const struct procref_peer *k, uid_t uid)
{
	struct procfile_status st;

	if (k->cred.uid != uid || procfile_status(k->proc.dir, &st))
		return false;
	for (int i = 0; i < 4; i++)
		if (st.uid[i] != uid)
			return false;
	return true;
}

/* The keeper and its shell's terminal session. */
static int
kill_keeper(const struct procref_peer *k, uid_t uid)
{
	pid_t shell = slay_shell_session(k->cred.pid);

	if (!is_keeper_of(k, uid) || !procref_peer_unchanged(k))
		return -ENOTSUP;
	if (shell > 0)
		kill_terminal_session(shell);
	return slay_one(k->cred.pid, k->proc.stat.start);
}

int
silent_kill_leaderless(uid_t uid, uint32_t id)
{
	struct procref_peer keeper;
	int fd = session_connect(uid, id), rc;

	if (fd < 0)
		return fd == -EAGAIN ? -ENOTSUP : fd == -ECONNREFUSED ? -ENOENT : fd;
	rc = procref_peer_open(&keeper, fd) ? -ENOTSUP : 0;
	close(fd);
	if (!rc)
		rc = kill_keeper(&keeper, uid);
	procref_peer_close(&keeper);
	return rc == -ESRCH ? 0 : rc;
}
