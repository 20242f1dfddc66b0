/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "confinement.h"
#include "loginshell.h"
#include "paths.h"
#include "procfile.h"
#include "procref.h"
#include "rundir.h"

#define FORKS_MAX 2 /* of the shell, between it and what its hook runs: a command substitution */

struct check {
	struct procref_peer caller;
	struct procref sshd;  /* or the session's leader */
	struct procref half;  /* its unprivileged half; none where root logs in */
	struct procref first; /* below both: the login's shell, or another program in its place */
	struct leaderreg session; /* whose leader that is */
	bool others;          /* processes of another user's stand between */
	const char *why;
};

#define CHECK_NONE { .caller = PROCREF_PEER_NONE, .sshd = PROCREF_NONE, .half = PROCREF_NONE, .first = PROCREF_NONE, \
	             .why = "" }

static int
no(struct check *c, const char *why)
{
	c->why = why;
	return -EPERM;
}

/* The process that connected. */
static int
find_caller(struct check *c, int conn)
{
	int rc = procref_peer_open(&c->caller, conn);

	if (rc == -EXDEV)
		return no(c, "outside of holdfastd's pid namespace");
	return rc ? no(c, "the calling process has ended") : 0;
}

/* The process PID, which must be the login's user's. */
static int
find_pid(struct check *c, pid_t pid, uid_t uid)
{
	if (pid <= 0)
		return no(c, "outside of holdfastd's pid namespace");
	c->caller.cred.pid = pid;
	c->caller.cred.uid = uid; /* check_place sees whether it has that */
	return procref_open(&c->caller.proc, pid) ? no(c, "the calling process has ended") : 0;
}

/* Opens CHILD's parent, and makes sure that it was the parent when it was opened. */
static int
open_parent(struct check *c, struct procref *parent, const struct procref *child)
{
	if (child->stat.ppid <= 0 || procref_open(parent, child->stat.ppid))
		return no(c, "the chain of parent processes is broken");
	if (!procref_unchanged(child) || parent->stat.start > child->stat.start) {
		procref_close(parent);
		return no(c, "the chain of parent processes is broken");
	}
	return 0;
}

/*
 * The process below the last sshd, seen from the recorded one.  There are at most two: the monitor and, unless root
 * logs in, its unprivileged half.  More are none of sshd's making, and a user can start as many as wanted.
 */
static int
find_first(struct check *c, struct procref below[2])
{
	struct procfile_id top, half;
	int which = 0;

	if (procfile_id(c->sshd.dir, "exe", &top) || procfile_id(below[0].dir, "exe", &half))
		return no(c, "no executable");
	if (procfile_same_id(&top, &half)) {
		which = 1;
		c->half = below[0];
		below[0].dir = -1;
	}
	c->first = below[which];
	below[which].dir = -1;
	return c->first.dir < 0 ? no(c, "the caller is sshd itself") : 0;
}

/* Whether the way up ends at PARENT: 1, 0 or a negative errno.  OBJECT knows where it has to end. */
typedef int is_top(struct check *c, const struct procref *parent, const void *object);

/* Goes up from the caller to TOP.  BELOW become the two that were passed last: [0] is the one below the top. */
static int
climb(struct check *c, struct procref below[2], is_top *top, const void *object)
{
	struct procref parent;
	int rc = procref_open(&below[0], c->caller.cred.pid);

	if (rc || below[0].stat.start != c->caller.proc.stat.start)
		rc = no(c, "the calling process has ended");
	for (int depth = 0; !rc; depth++) {
		rc = depth == PEER_CHAIN_MAX ? no(c, "the chain of parent processes is too long")
		                             : open_parent(c, &parent, &below[0]);
		if (rc)
			break;
		rc = top(c, &parent, object);
		if (rc == 1) {
			c->sshd = parent;
			return 0;
		}
		procref_close(&below[1]);
		below[1] = below[0];
		below[0] = parent;
	}
	return rc;
}

static int
is_recorded_sshd(struct check *c, const struct procref *parent, const void *object)
{
	const struct login *l = object;

	if (parent->pid != l->sshd)
		return 0;
	return parent->stat.start == l->start ? 1 : no(c, "another sshd");
}

/* Goes up from the caller to the recorded sshd. */
static int
walk(struct check *c, const struct login *l)
{
	struct procref below[2] = { PROCREF_NONE, PROCREF_NONE };
	int rc = climb(c, below, is_recorded_sshd, l);

	if (!rc)
		rc = find_first(c, below);
	procref_close(&below[0]);
	procref_close(&below[1]);
	return rc;
}

static bool
has_uids(const struct procref *p, uid_t uid)
{
	struct procfile_status s;

	if (procfile_status(p->dir, &s))
		return false;
	for (int i = 0; i < 4; i++)
		if (s.uid[i] != uid)
			return false;
	return true;
}

/* OBJECT: the register's directory. */
static int
is_leader(struct check *c, const struct procref *parent, const void *object)
{
	struct leaderreg e = { .uid = c->caller.cred.uid, .pid = parent->pid, .start = parent->stat.start };
	char name[LEADERREG_NAME];

	leaderreg_name(&e, name);
	if (leaderreg_read(&c->session, *(const int *)object, name) == 0)
		return 1;
	c->others = c->others || !has_uids(parent, e.uid);
	return 0;
}

/* Goes up from the caller to the leader of a session; -ECHILD: there is none. */
static int
walk_session(struct check *c)
{
	struct procref below[2] = { PROCREF_NONE, PROCREF_NONE };
	int dir = rundir_open(PATH_LEADERS, 0700), rc;

	if (dir < 0) {
		c->why = "cannot read the register of sessions";
		return dir;
	}
	rc = climb(c, below, is_leader, &dir);
	close(dir);
	if (!rc) {
		c->first = below[0];
		below[0].dir = -1;
		if (c->first.pid != c->session.shell || c->first.stat.start != c->session.shell_start)
			rc = no(c, "it does not descend from the session's shell");
		else if (c->others)
			rc = no(c, "a process of another user stands between it and the session's shell");
	} else if (rc == -EPERM) {
		rc = -ECHILD;
	}
	procref_close(&below[0]);
	procref_close(&below[1]);
	return rc;
}

/* Peer, sshd and we live in one place. */
static int
check_place(struct check *c)
{
	struct confinement caller, sshd, self;
	const char *difference;
	int rc = confinement_read_self(&self);

	if (!rc)
		rc = confinement_read(&caller, c->caller.proc.dir);
	if (!rc)
		rc = confinement_read(&sshd, c->sshd.dir);
	if (rc) {
		c->why = "cannot read /proc";
		return rc;
	}
	difference = confinement_difference(&caller, &sshd);
	if (difference)
		return no(c, difference);
	c->why = confinement_difference(&sshd, &self);
	if (c->why)
		return -EXDEV;
	c->why = "";
	for (int i = 0; i < 4; i++)
		if (caller.status.uid[i] != c->caller.cred.uid)
			return no(c, "the process has changed its user");
	return 0;
}

/*
 * The caller's LSM label is sshd's; with SELinux, where sshd gives the login another one, that of the login's shell.
 */
static int
check_label(struct check *c)
{
	char caller[PROCFILE_LABEL_CAP], sshd[PROCFILE_LABEL_CAP];
	int rc = procfile_label(c->caller.proc.dir, caller);

	if (!rc)
		rc = procfile_label(c->sshd.dir, sshd);
	if (!rc && procfile_is_selinux(sshd))
		rc = procfile_label(c->first.dir, sshd);
	if (rc) {
		c->why = "cannot read /proc";
		return rc;
	}
	return strcmp(caller, sshd) == 0 ? 0 : no(c, "another security label");
}

/* The caller is in the leader's cgroup. */
static int
check_cgroup(struct check *c)
{
	int rc = procfile_same_text(c->caller.proc.dir, c->sshd.dir, "cgroup");

	if (rc == 0)
		return no(c, "another cgroup");
	if (rc < 0)
		c->why = "cannot read /proc";
	return rc < 0 ? rc : 0;
}

static int
not_executed(struct check *c, int rc, const char *why)
{
	c->why = why;
	return rc;
}

/*
 * Checks attributes that a wrapper may have set and that no start-up file of a shell can change: a held shell would
 * lose them.  Without an unprivileged half, sshd's own process does not have the login's ids and groups yet.
 */
static int
check_kept(struct check *c)
{
	static const char *const user[] = { "Uid:", "Gid:", "Groups:", "CapInh:", "CapBnd:", "CapAmb:", NULL };
	static const char *const root[] = { "CapInh:", "CapBnd:", "CapAmb:", NULL };
	bool halved = c->half.dir >= 0;
	int sshd = halved ? c->half.dir : c->sshd.dir;
	int rc = procfile_same_lines(c->first.dir, sshd, halved ? user : root);

	if (rc == 0)
		return not_executed(c, -ENOEXEC, "ids, groups or capabilities differ from those of sshd's process");
	if (rc > 0)
		rc = procfile_same_text(c->first.dir, sshd, "cgroup");
	if (rc == 0)
		return not_executed(c, -ENOEXEC, "the cgroup differs from that of sshd's process");
	return rc > 0 ? 0 : not_executed(c, rc, "cannot read /proc");
}

/* Between the login's shell and the caller there are only forks of that shell. */
static int
check_forks(struct check *c, const struct loginshell *want)
{
	struct procref below = PROCREF_NONE, parent = PROCREF_NONE;
	int rc = procref_open(&below, c->caller.cred.pid);

	if (rc || below.stat.start != c->caller.proc.stat.start)
		rc = no(c, "the calling process has ended");
	for (int forks = 0; !rc; forks++) {
		rc = open_parent(c, &parent, &below);
		if (rc)
			break;
		procref_close(&below);
		below = parent;
		parent.dir = -1;
		if (below.pid == c->first.pid)
			break;
		rc = forks == FORKS_MAX ? not_executed(c, -ENOEXEC, "the caller is not the hook of the login's own "
		                                                    "shell")
		                        : loginshell_check(below.dir, want, &c->why);
	}
	procref_close(&below);
	return rc;
}

static int
check_shell(struct check *c, const struct ticket *ticket, const char *shell)
{
	char text[TICKET_TEXT];
	const struct loginshell want = { .shell = shell, .ticket = text };
	int rc;

	ticket_format(ticket, text);
	rc = loginshell_check(c->first.dir, &want, &c->why);
	if (!rc)
		rc = check_forks(c, &want);
	return rc ? rc : check_kept(c);
}

/* All that was read belongs to the processes that it was taken for. */
static int
check_alive(struct check *c)
{
	if (!procref_peer_unchanged(&c->caller) || !procref_unchanged(&c->first) || !procref_unchanged(&c->sshd) ||
	    (c->half.dir >= 0 && !procref_unchanged(&c->half)))
		return no(c, "the process changed during the check");
	return 0;
}

/* The way from the caller, which has been found, to the login's sshd. */
static int
check_way(struct check *c, const struct login *l)
{
	return c->caller.cred.uid == l->uid ? walk(c, l) : no(c, "another user");
}

/* Nothing about the caller is other than about that sshd. */
static int
check_inside(struct check *c)
{
	int rc = check_place(c);

	if (!rc)
		rc = check_label(c);
	return rc ? rc : check_alive(c);
}

/* Closes what *C holds. */
static int
end(struct check *c, int rc, const char **why)
{
	procref_peer_close(&c->caller);
	procref_close(&c->sshd);
	procref_close(&c->half);
	procref_close(&c->first);
	*why = c->why;
	return rc;
}

int
caller_check(int conn, const struct login *l, const char **why)
{
	struct check c = CHECK_NONE;
	int rc = find_caller(&c, conn);

	if (!rc)
		rc = check_way(&c, l);
	if (!rc)
		rc = check_inside(&c);
	return end(&c, rc, why);
}

int
caller_check_hook(int conn, const struct login *l, const struct ticket *ticket, const char *shell, const char **why)
{
	struct check c = CHECK_NONE;
	int rc = find_caller(&c, conn);

	if (!rc)
		rc = check_way(&c, l);
	if (rc == -EPERM)
		rc = -ENOEXEC;
	if (!rc)
		rc = check_shell(&c, ticket, shell);
	if (!rc)
		rc = check_inside(&c);
	return end(&c, rc, why);
}

int
caller_check_pid(pid_t pid, const struct login *l, const char **why)
{
	struct check c = CHECK_NONE;
	int rc = find_pid(&c, pid, l->uid);

	if (!rc)
		rc = check_way(&c, l);
	if (!rc)
		rc = check_inside(&c);
	return end(&c, rc, why);
}

int
caller_check_session(int conn, struct leaderreg *session, char label[PROCFILE_LABEL_CAP], const char **why)
{
	struct check c = CHECK_NONE;
	int rc = find_caller(&c, conn);

	if (!rc)
		rc = walk_session(&c);
	if (!rc)
		rc = check_place(&c);
	if (!rc)
		rc = check_cgroup(&c);
	if (!rc && (rc = procfile_label(c.caller.proc.dir, label)))
		c.why = "cannot read /proc";
	if (!rc)
		rc = check_alive(&c);
	*session = c.session;
	return end(&c, rc, why);
}

int
caller_label(int conn, char label[PROCFILE_LABEL_CAP])
{
	struct procref_peer p = PROCREF_PEER_NONE;
	int rc = procref_peer_open(&p, conn);

	label[0] = '\0';
	if (!rc)
		rc = procfile_label(p.proc.dir, label);
	if (!rc && !procref_peer_unchanged(&p))
		rc = -ESRCH;
	procref_peer_close(&p);
	return rc;
}
