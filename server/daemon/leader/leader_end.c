/* SPDX-License-Identifier: MIT */
#include "leader_end.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "endcause.h"
#include "endstore.h"
#include "endwords.h"
#include "hoststate.h"
#include "leader_audit.h"
#include "leader_talk.h"
#include "log.h"
#include "logindidle.h"
#include "peercred.h"
#include "procstat.h"
#include "statedir.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define STOPPED_MS 120000 /* systemd waits 90 s after SIGTERM: the end of the session in this time is its doing */

void
leader_end_init(struct leader *l)
{
	unsigned char random[(ENDRECORD_UNIQUE - 1) / 2];

	l->end.oom = (struct oomwatch)OOMWATCH_INIT;
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return;
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(l->end.record.unique + 2 * i, 3, "%02x", random[i]);
	memcpy(l->audit.unique, l->end.record.unique, sizeof l->audit.unique);
}

void
leader_end_keep(struct leader *l)
{
	struct leadermsg_keep m = { .keep = l->keep_text };
	unsigned char buf[64];

	memcpy(m.unique, l->end.record.unique, sizeof m.unique);
	if ((l->keep_text != CONFIG_KEEP_NONE || l->pool.on) && l->keeper >= 0 && !l->pending_len)
		leader_send(l, buf, leadermsg_encode_keep(&m, buf, sizeof buf));
}

static void
copy_text(char *out, size_t cap, const char *from)
{
	snprintf(out, cap, "%.*s", (int)cap - 1, from);
}

/* Writes the record of the session that runs. */
static void
write_running(struct leader *l)
{
	struct endrecord *r = &l->end.record;
	int dir = statedir_open(STATEDIR_RUNNING), rc;

	r->time_ms = clock_date_ms();
	r->attached = vouched_attached(&l->attachments) > 0;
	copy_text(r->name, sizeof r->name, l->name);
	if (dir < 0)
		return;
	rc = endstore_put(dir, l->entry->name, r);
	close(dir);
	if (rc)
		log_errno(LOG_WARNING, rc, "cannot write the record of a session that runs");
}

void
leader_end_begin(struct leader *l)
{
	struct endrecord *r = &l->end.record;

	r->created_ms = l->created_date_ms;
	r->session = l->audit.session;
	r->uid = l->audit.uid;
	copy_text(r->user, sizeof r->user, l->audit.user);
	endstore_boot(r->boot);
	oomwatch_open(&l->end.oom, CGROUP_ROOT);
	l->end.begun = true;
	l->end.notes = (struct ratelimit){ .burst = 16, .every_ms = 10000 };
	write_running(l);
}

void
leader_end_note(struct leader *l)
{
	if (l->end.begun && !l->end.done && ratelimit_take(&l->end.notes, clock_now_ms()))
		write_running(l);
}

void
leader_end_watch(const struct leader *l, struct pollfd *p)
{
	*p = (struct pollfd){ .fd = l->end.oom.polls ? l->end.oom.fd : -1, .events = POLLPRI };
}

void
leader_end_turn(struct leader *l, const struct pollfd *p)
{
	if (!p->revents)
		return;
	oomwatch_look(&l->end.oom);
}

/* What is known of the process that asks. */
static void
take_actor(struct end_actor *a, uid_t uid, pid_t pid, uint32_t signal)
{
	struct procstat st;

	memset(a, 0, sizeof *a);
	a->uid = (uint32_t)uid;
	a->pid = (uint32_t)pid;
	a->signal = signal;
	if (pid > 0 && procstat_read(pid, &st) == 0)
		copy_text(a->program, sizeof a->program, st.comm);
}

/* How long nobody has typed into the session's terminal, as logind sees it; 0: unknown. */
static uint64_t
typed_ago_s(const struct leader *l)
{
	time_t now = time(NULL);
	struct stat st;

	if (!l->tty[0] || stat(l->tty, &st) || st.st_atime >= now)
		return 0;
	return (uint64_t)(now - st.st_atime);
}

/* systemd stops the scope that this process is in: finds out for whom, once. */
static void
find_stopper(struct leader *l)
{
	struct endcause *c = &l->end.cause;

	c->scope_stopped = true;
	c->host_stopping = hoststate_stopping();
	if (c->host_stopping)
		return;
	c->logind_closes = hoststate_logind_closes();
	c->idle_s = typed_ago_s(l);
	if (logindidle_get(&c->idle_limit_s))
		c->idle_limit_s = LOGINDIDLE_NEVER;
}

void
leader_end_signal(struct leader *l, const struct signalfd_siginfo *info)
{
	if (info->ssi_signo != SIGTERM || info->ssi_pid != 1 || info->ssi_uid != 0 || !cgroup_has_logind())
		return;
	l->end.stopped_ms = clock_now_ms();
	if (l->end.begun && !l->end.done)
		find_stopper(l);
}

/* Without a counter: whether the kernel's log says that the OOM killer has killed the shell.  STATUS is the shell's. */
static bool
killed_lately(const struct leader *l, int status)
{
	uint64_t now = clock_now_ms(), since = now > OOMWATCH_RECENT_MS ? now - OOMWATCH_RECENT_MS : 0;

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
	       oomwatch_logged(l->shell.pid, since * 1000);
}

/* The facts as they are now, for STATUS or without one, into R. */
static void
decide(struct leader *l, struct endrecord *r, bool has_status, int status, uint32_t why)
{
	struct endcause *c = &l->end.cause;

	/* It was asked to stop long ago, and did not: then that is no cause. */
	if (c->scope_stopped && clock_now_ms() - l->end.stopped_ms > STOPPED_MS)
		c->scope_stopped = false;
	c->keeper_why = why;
	c->has_status = has_status;
	c->status = status;
	c->slain = l->slain;
	/* Once found, at the keeper's question, it is the cause at the end as well, a moment later. */
	if (has_status && !c->oom)
		c->oom = oomwatch_recent(&l->end.oom) || (l->end.oom.fd < 0 && killed_lately(l, status));
	endcause_decide(c, r);
}

/* Tells the keeper the cause, for those who are attached. */
static void
tell(struct leader *l, bool has_status, int status, uint32_t why)
{
	struct endrecord r = l->end.record;
	struct leadermsg_cause m = { .text = "" };
	unsigned char buf[sizeof l->pending];
	char how[TEXT_CAP];

	decide(l, &r, has_status, status, why);
	if (r.why != END_EXIT && r.why != END_SIGNAL) {
		endwords_how(&r, how);
		snprintf(m.text, sizeof m.text, "session %u %.300s", (unsigned)r.session, how);
	}
	if (l->keeper >= 0 && !l->pending_len)
		leader_send(l, buf, leadermsg_encode_cause(&m, buf, sizeof buf));
}

void
leader_end_asked(struct leader *l, const struct leadermsg_report *m, int fd)
{
	struct endcause *c = &l->end.cause;
	struct ucred cred;

	if (m->kind == LEADERMSG_ASKED_WHY) {
		tell(l, true, (int)m->number, LEADERMSG_WHY_EXIT);
		return;
	}
	if (m->kind == LEADERMSG_ASKED_SIGNAL) {
		take_actor(&c->asker, m->pts, (pid_t)m->pid, m->number);
		c->asker.said_by_keeper = true;
		/* The leader's own signal is on its way, or is not: systemd has stopped the scope, or has not. */
		c->asked = true;
	} else if (fd >= 0 && peercred_get(fd, &cred) == 0) {
		take_actor(&c->asker, cred.uid, cred.pid, m->number);
		c->asked = true;
	}
	tell(l, false, 0, LEADERMSG_WHY_KILL);
}

void
leader_end_words(struct leader *l, const struct leadermsg_words *m)
{
	struct endrecord *r = &l->end.record;

	copy_text(r->program, sizeof r->program, m->program);
	copy_text(r->line, sizeof r->line, m->line);
	leader_end_note(l);
}

void
leader_end_slain(struct leader *l, const struct ucred *by)
{
	take_actor(&l->end.cause.slayer, by->uid, by->pid, SIGKILL);
}

/* The audit line and the record. */
static void
finish(struct leader *l)
{
	struct endrecord *r = &l->end.record;
	int dir, rc;

	l->end.done = true;
	r->time_ms = clock_date_ms();
	r->attached = vouched_attached(&l->attachments) > 0;
	/* Those who were there have been told on the spot; of a shutdown they may not have read it. */
	r->told = r->attached && r->why != END_SHUTDOWN && r->why != END_KEEPER && !l->slain;
	copy_text(r->name, sizeof r->name, l->name);
	leader_audit_end(l, r);
	dir = statedir_open(STATEDIR_ENDS);
	rc = dir < 0 ? dir : endstore_add(dir, r);
	if (dir >= 0)
		close(dir);
	if (rc) {
		log_errno(LOG_WARNING, rc, "cannot write the record of a session's end");
		return;
	}
	dir = statedir_open(STATEDIR_RUNNING);
	if (dir < 0)
		return;
	unlinkat(dir, l->entry->name, 0);
	close(dir);
}

void
leader_end(struct leader *l, int status, uint32_t why)
{
	if (l->end.done)
		return;
	decide(l, &l->end.record, true, status, why);
	finish(l);
}

void
leader_end_lost(struct leader *l, int status)
{
	if (l->end.done)
		return;
	l->end.cause.keeper_lost = true;
	decide(l, &l->end.record, true, status, LEADERMSG_WHY_EXIT);
	finish(l);
}
