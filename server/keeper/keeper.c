/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "admission.h"
#include "agent.h"
#include "attachments.h"
#include "awaited.h"
#include "cause.h"
#include "clock.h"
#include "departures.h"
#include "ending.h"
#include "expiry.h"
#include "facts.h"
#include "handed.h"
#include "idle.h"
#include "keeptext.h"
#include "fd.h"
#include "leader_link.h"
#include "notice.h"
#include "paths.h"
#include "peers.h"
#include "probe.h"
#include "proctitle.h"
#include "report.h"
#include "requests.h"
#include "room.h"
#include "saved.h"
#include "script.h"
#include "session.h"
#include "signals.h"
#include "source_pipes.h"
#include "source_pty.h"
#include "upgrade.h"
#include "watched.h"

#define INIT_PID 1 /* systemd, where it runs */

static void
on_agent(void *object, short revents)
{
	(void)revents;
	admission_at_agent(object);
}

static void
on_signal(void *object, short revents)
{
	struct keeper *k = object;
	struct signalfd_siginfo si;

	(void)revents;
	if (fd_read(k->signals, &si, sizeof si) != (ssize_t)sizeof si)
		return;
	if (si.ssi_signo == SIGTERM) {
		if (si.ssi_pid == INIT_PID)
			notice_stopping(k);
		cause_signal(k, &si);
		session_kill(k, SIGHUP);
	}
	if (shell_look(&k->shell))
		ending_begin(k);
}

/* The table of states: called once a turn. */

static void
turn_running(struct keeper *k)
{
	expiry_turn(k);
	if (k->kill_at != CLOCK_NEVER && clock_now_ms() >= k->kill_at) {
		session_kill(k, SIGKILL);
		k->kill_at = CLOCK_NEVER;
	}
}

static void (*const turn[])(struct keeper *k) = {
	[KEEPER_NEW] = NULL,
	[KEEPER_RUNNING] = turn_running,
	[KEEPER_ENDING] = ending_turn,
	[KEEPER_OVER] = NULL,
};

static void
watch(struct keeper *k)
{
	struct loop *l = &k->loop;

	loop_begin(l);
	loop_add(l, k->signals, POLLIN, on_signal, k);
	leader_link_watch(k, l);
	k->source->watch(k, l);
	/* Before the terminals: if its holdfast-login has died, not one more byte is read from a terminal. */
	requests_watch(k, l);
	attachments_watch(k, l);
	agent_watch(k->agent, l);
	awaited_watch(k, l);
	/* One who asks the agent in the moment before an attachment is back waits for that attachment's agent. */
	if ((peers_attached(k) || !awaited_count(k)) && agent_listens(k->agent, l))
		loop_add(l, k->dir.agent, POLLIN, on_agent, k);
	watched_watch(k, l);
	script_watch(k, l);
	probe_watch(k, l);
	facts_watch(k, l);
	upgrade_watch(k, l);
	loop_until(l, k->kill_at);
	loop_until(l, expiry_due(k));
	idle_watch(k, l);
	ending_watch(k, l);
	keeptext_watch(k, l);
}

/* Lets go of a lost leader and of marked peers; that may mark more of them. */
static void
settle(struct keeper *k)
{
	while (k->leader_lost || k->peers.gone) {
		leader_link_turn(k);
		departures_sweep(k);
	}
}

bool
keeper_turn(struct keeper *k, uint64_t until)
{
	watch(k);
	loop_until(&k->loop, until);
	if (loop_wait(&k->loop) < 0)
		return false;
	k->source->turn(k);
	watched_turn(k);
	attachments_turn(k);
	/* The states and the painter depend on which peers are attached. */
	settle(k);
	departures_awaited(k);
	leader_link_look(k);
	if (turn[k->state])
		turn[k->state](k);
	settle(k);
	k->source->finish_turn(k);
	script_turn(k);
	probe_turn(k);
	requests_turn(k);
	idle_turn(k);
	cause_turn(k);
	keeptext_turn(k);
	facts_turn(k);
	settle(k);
	idle_finish_turn(k);
	departures_free(k);
	proctitle_turn(k);
	saved_write(k);
	upgrade_turn(k);
	return k->state != KEEPER_OVER;
}

static int
open_signals(void)
{
	static const int requests[] = { SIGTERM, 0 };
	sigset_t mask;

	signals_ignore(requests);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGTERM);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) < 0)
		return -errno;
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
set_up(struct keeper *k)
{
	int rc;

	k->kill_at = k->nudge_until = k->quiet_until = k->linger_until = k->let_go_at = CLOCK_NEVER;
	k->source = k->init.tty[0] ? &source_pty : &source_pipes;
	idle_open(k);
	k->agent = calloc(1, sizeof *k->agent);
	if (!k->agent)
		return -ENOMEM;
	if (getrandom(k->session_key, sizeof k->session_key, 0) != sizeof k->session_key)
		return -EIO;
	rc = k->again ? 0 : room_for_processes(k->shell.parent ? 2 : 3);
	if (rc < 0)
		return rc;
	k->signals = open_signals();
	if (k->signals < 0)
		return -errno;
	rc = saved_open(k, k->io);
	fd_close(&k->io);
	if (!rc)
		rc = k->source->open(k);
	if (rc < 0)
		return rc;
	if (k->again)
		saved_restore(k);
	if (k->init.again == LEADERMSG_AGAIN_LATE) {
		awaited_give_up(k);
		departures_awaited(k);
	}
	if (k->handed)
		return handed_finish(k, k->handed);
	return k->own_root ? sessiondir_make(&k->dir, SESSIONDIR_OF_USER, k->own_root, geteuid(), OWN_FIRST_ID) : 0;
}

int
keeper_open(struct keeper *k)
{
	int rc = set_up(k);

	if (rc < 0)
		return rc;
	proctitle_begin(k);
	if (k->handed)
		upgrade_arrived(k);
	else
		report(k, &(struct leadermsg_report){ .type = LEADERMSG_READY, .number = k->dir.id });
	settle(k);
	return 0;
}

void
keeper_close(struct keeper *k)
{
	sessiondir_remove(&k->dir);
	for (unsigned i = 0; i < k->peers.count; i++)
		peer_mark_gone(k->peers.v[i]);
	settle(k);
	departures_free(k);
	awaited_close(k);
	idle_close(k);
	agent_close_all(k->agent);
	free(k->agent);
	streams_drop_input(&k->streams);
	k->source->close(k);
	shell_close(&k->shell);
	vital_close(&k->vital);
}

static void
on_late_signal(void *object, short revents)
{
	struct keeper *k = object;
	struct signalfd_siginfo si;

	(void)revents;
	if (fd_read(k->signals, &si, sizeof si) == (ssize_t)sizeof si && si.ssi_signo == SIGTERM)
		script_cut(k);
}

bool
keeper_late_turn(struct keeper *k, uint64_t until)
{
	bool some = script_rest(k);

	settle(k);
	departures_free(k);
	if (some && clock_now_ms() >= until)
		script_cut(k);
	if (!some || clock_now_ms() >= until)
		return false;
	/* The terminal hangs up no later than without them. */
	fd_close(&k->master);
	loop_begin(&k->loop);
	loop_add(&k->loop, k->signals, POLLIN, on_late_signal, k);
	script_watch(k, &k->loop);
	loop_until(&k->loop, until);
	return loop_wait(&k->loop) == 0;
}

int
keeper_run(struct keeper *k)
{
	uint64_t until;

	if (keeper_open(k) < 0)
		return 1;
	while (k->state != KEEPER_OVER && keeper_turn(k, CLOCK_NEVER))
		;
	/* The loop has failed: the session stays as it is, for the next keeper. */
	if (k->state != KEEPER_OVER)
		_exit(1);
	until = clock_now_ms() + SCRIPT_END_MS;
	while (keeper_late_turn(k, until))
		;
	keeper_close(k);
	return 0;
}
