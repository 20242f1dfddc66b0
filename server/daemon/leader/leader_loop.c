/* SPDX-License-Identifier: MIT */
#include "leader_loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"
#include "leader_ctl.h"
#include "leader_dir.h"
#include "leader_end.h"
#include "leader_keeper.h"
#include "leader_kept.h"
#include "leader_audit.h"
#include "leader_messages.h"
#include "leader_phase.h"
#include "leader_pool.h"
#include "leader_refuse.h"
#include "leader_shell.h"
#include "leader_talk.h"
#include "leader_utmp.h"
#include "log.h"
#include "notheld.h"
#include "procstat.h"
#include "refusal.h"
#include "unused.h"
#include "vouch.h"

#define READY_MS 1000  /* a keeper that is not ready by then is looked at */
#define LOOK_MS 100    /* and again */
#define LAST_MESSAGES 4096 /* of a dead keeper: more than its socket holds */

#define OTHERS 5 /* descriptors that are polled besides those of leader_ctl */
#define POLLED (OTHERS + LEADER_CTL_POLLED)

/* The login has nothing more to say: whatever comes from it before STARTED gives the session up. */
static void
on_login(struct leader *l)
{
	leader_phase_undo(l);
}

/* The keeper has ended, and its last messages still count; but another process that has its socket cannot go on for ever. */
static void
take_last_messages(struct leader *l)
{
	l->pending_len = 0;
	for (int i = 0; i < LAST_MESSAGES && leader_messages_read(l); i++)
		l->pending_len = 0;
	fd_close(&l->keeper);
}

/* A child has ended: the shell, or the keeper. */
static void
on_child(struct leader *l)
{
	leader_shell_look(&l->shell);
	if (!leader_keeper_look(l))
		return;
	take_last_messages(l);
	/* Without a word it has not ended its session, whatever its status, as long as the shell lives. */
	if (leader_phase_started(l) && !l->ended && !l->slain && (l->status || !l->shell.ended))
		leader_keeper_died(l);
}

static void
on_signal(struct leader *l)
{
	struct signalfd_siginfo info;
	bool touched = false;

	while (read(l->sigfd, &info, sizeof info) > 0) {
		touched |= info.ssi_signo == SIGIO;
		leader_end_signal(l, &info);
	}
	if (touched)
		leader_dir_touched(l);
	on_child(l);
}

/* The keeper's process has ended; its last messages still count. */
static void
finish(struct leader *l)
{
	sessiondir_remove(&l->dir);
	take_last_messages(l);
	leader_pool_gone(l);
	leader_utmp_leave(l);
	if (leader_phase_started(l)) {
		if (!l->ended && l->shell.ended)
			leader_end(l, l->shell.status, LEADERMSG_WHY_EXIT);
		else if (!l->ended)
			leader_end_lost(l, l->status);
		return;
	}
	if (l->status && !(l->killed && WIFSIGNALED(l->status) && WTERMSIG(l->status) == SIGKILL))
		leader_refuse_keeper(l, l->status);
	leader_phase_undo(l);
}

/* ppoll's time limit, or NULL for none. */
static const struct timespec *
time_left(const struct leader *l, struct timespec *t)
{
	uint64_t due = l->deadline_ms, pool = leader_pool_due(l), now, left;

	if (l->renew_ms && (!due || l->renew_ms < due))
		due = l->renew_ms;
	if (leader_keeper_due(l) && (!due || leader_keeper_due(l) < due))
		due = leader_keeper_due(l);
	if (l->ctl.deaf_ms && (!due || l->ctl.deaf_ms < due))
		due = l->ctl.deaf_ms;
	if (pool && (!due || pool < due))
		due = pool;
	if (!due)
		return NULL;
	now = clock_now_ms();
	left = due > now ? due - now : 0;
	t->tv_sec = (time_t)(left / 1000);
	t->tv_nsec = (long)(left % 1000) * 1000000;
	return t;
}

/*
 * Whether a keeper that is not ready yet never will be: it waits for nothing on its way there, so one that sleeps or is
 * stopped hangs.  One that wants a processor or a disk gets the time that its login has.
 */
static bool
keeper_hangs(const struct leader *l)
{
	struct procstat s;

	return clock_now_ms() >= l->give_up_ms || procstat_read(l->pid, &s) || (s.state != 'R' && s.state != 'D');
}

static void
on_unready(struct leader *l)
{
	if (!keeper_hangs(l)) {
		leader_phase_enter(l, LEADER_WAIT_READY, LOOK_MS);
		return;
	}
	leader_refuse(l, VOUCH_TROUBLE, NOTHELD_KEEPER, "it hangs during its start",
	              "cannot start the session's keeper: it hangs");
	leader_phase_undo(l);
	leader_phase_kill(l);
}

static void
on_deadline(struct leader *l)
{
	switch (l->state) {
	case LEADER_WAIT_READY:
		on_unready(l);
		break;
	case LEADER_WAIT_START:
		leader_phase_undo(l);
		break;
	case LEADER_UNDOING:
		leader_phase_kill(l);
		break;
	default: /* ENDING: it is the user's own; the PAM session is closed without it */
		l->pid = 0;
	}
}

/* Handles the events in P, or the deadline. */
static void
turn(struct leader *l, const struct pollfd p[POLLED])
{
	if (p[2].revents)
		on_signal(l);
	if (l->keeper >= 0 && p[0].revents && l->pending_len)
		leader_flush(l);
	else if (l->pid && p[0].revents)
		leader_messages_read(l);
	if (l->conn >= 0 && p[1].revents)
		on_login(l);
	leader_ctl_turn(l, p + OTHERS);
	leader_keeper_turn(l, &p[3]);
	leader_end_turn(l, &p[4]);
	leader_shell_tell(l);
	leader_kept_note(l);
	leader_pool_turn(l);
	/* Last, because an event in P may have come in time. */
	if (l->pid && l->deadline_ms && clock_now_ms() >= l->deadline_ms)
		on_deadline(l);
	if (l->renew_ms && clock_now_ms() >= l->renew_ms)
		leader_dir_renew(l);
}

void
leader_loop(struct leader *l, int error)
{
	leader_phase_enter(l, LEADER_WAIT_READY, READY_MS);
	l->give_up_ms = clock_now_ms() + LEADER_PHASE_START_MS;
	if (error) {
		fd_close(&l->conn);
		leader_phase_kill(l);
	}
	while (leader_keeper_goes_on(l)) {
		struct pollfd p[POLLED] = {
			{ .fd = l->keeper, .events = l->pending_len ? POLLOUT : POLLIN },
			{ .fd = l->conn, .events = POLLIN | POLLRDHUP },
			{ .fd = l->sigfd, .events = POLLIN },
		};
		struct timespec t;
		int n;

		leader_keeper_watch(l, &p[3]);
		leader_end_watch(l, &p[4]);
		leader_ctl_watch(l, p + OTHERS);
		n = ppoll(p, POLLED, time_left(l, &t), NULL);
		if (n < 0 && errno != EINTR) {
			log_errno(LOG_ERR, errno, "waiting");
			break;
		}
		if (n >= 0)
			turn(l, p);
		if (leader_phase_started(l))
			unused_give_back();
	}
	finish(l);
}

void
leader_close(struct leader *l)
{
	fd_close(&l->conn);
	if (l->slot >= 0)
		refusal_done(l->slot);
	fd_close(&l->slot);
	fd_close(&l->keeper);
	fd_close(&l->sigfd);
	leader_shell_close(&l->shell, leader_phase_started(l));
	fd_close(&l->memory);
	sessiondir_remove(&l->dir);
	leader_ctl_close(l);
	while (l->attachments.v[0])
		vouched_remove(&l->attachments, l->attachments.v[0]->serial);
}
