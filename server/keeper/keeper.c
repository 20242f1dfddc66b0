/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "attached.h"
#include "claim.h"
#include "clock.h"
#include "commanding.h"
#include "framed.h"
#include "leadside.h"
#include "paths.h"
#include "peering.h"
#include "room.h"
#include "shell.h"

#define READS_PER_TURN 16   /* then everybody else gets a look */
#define WRITE_MIN 16384      /* output that is written before more of it is read */
#define LAG_MAX 32768       /* a terminal further behind than this slows the program down, */
#define LAG_LOW 16384       /* until it is no further behind than this: in steps that are worth a wake-up */
#define DRAIN_MAX 65536     /* more than a pty can hold: what is taken of it after the shell has ended */
#define KILL_MS 5000        /* from the request to end to SIGKILL */
#define QUIET_MS 300        /* how long input waits at most for a new shell that prints nothing */

struct shellenv_facts
keeper_shellenv_facts(const struct keeper *k)
{
	return (struct shellenv_facts){ k->place.id, k->place.path, k->place.agent_path, k->init.tty,
		                       k->init.accept_env };
}

int
keeper_start_shell(struct keeper *k, const struct envlist *login, const char *command, const struct termios *modes)
{
	struct envlist env = ENVLIST_INIT;
	struct shell_request q = { .shell = k->init.shell, .command = command, .home = k->init.home,
		                   .tty = k->init.tty, .env = &env, .umask = k->umask,
		                   .say_home = !modes };
	const struct shellenv_facts facts = keeper_shellenv_facts(k);
	int rc = shellenv_make(&env, login, &k->init.env, &facts);
	pid_t pid;

	if (rc == 0 && !k->command)
		settings_begin(&k->settings, k->slave, modes);
	keeper_fit_size(k);
	pid = rc < 0 ? rc : k->command ? commanding_start(k, &q) : shell_start(&q);
	envlist_free(&env);
	if (pid < 0)
		return pid;
	k->shell = pid;
	k->commanded = command != NULL;
	k->state = KEEPER_RUNNING;
	/* A Ctrl-C that was meant for the hook would end a shell that does not catch it yet. */
	if (!k->commanded)
		k->quiet_until = clock_now_ms() + QUIET_MS;
	k->created_ms = k->changed_ms = k->activity_ms = clock_date_ms();
	/* The shell has it now; this list only costs memory. */
	envlist_free(&k->init.env);
	return 0;
}

void
keeper_set_rows(struct keeper *k, unsigned short rows)
{
	struct winsize ws = k->size;

	ws.ws_row = rows;
	ioctl(k->master, TIOCSWINSZ, &ws);
}

void
keeper_fit_size(struct keeper *k)
{
	struct winsize all = attached_common_size(k);

	if (k->command || !all.ws_row || !all.ws_col || memcmp(&all, &k->size, sizeof all) == 0)
		return;
	k->size = all;
	k->nudge_until = CLOCK_NEVER;
	painting_size(k);
	keeper_set_rows(k, k->size.ws_row);
}

void
keeper_dropped(struct keeper *k)
{
	if (k->state != KEEPER_RUNNING)
		return;
	k->changed_ms = k->lost_ms = clock_date_ms();
	k->lost_heard_ms = k->heard_ms;
	k->lost_used_ms = k->activity_ms;
	k->dropped_at = clock_now_ms();
	k->drop_offset = k->ring.head;
	expiry_dropped(k);
	if (k->command)
		return;
	painting_attend(k);
	/* A Ctrl-S whose Ctrl-Q can't come any more would stop the program for good. */
	settings_let_go_on(k->slave);
}

void
keeper_kill(struct keeper *k, int signal)
{
	/* Others need not end anything. */
	bool ends = signal == SIGHUP || signal == SIGTERM || signal == SIGKILL;
	pid_t front;

	if (k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
	if (ends && k->shell && k->why_ended == LEAD_WHY_EXIT)
		k->why_ended = LEAD_WHY_KILL;
	k->killed |= ends;
	/* What has ended already waits for nobody any more. */
	if (ends && k->linger_until != CLOCK_NEVER)
		k->linger_until = 0;
	if (k->command)
		commanding_kill(k, signal, ends);
	if (k->command || !k->shell)
		return;
	front = tcgetpgrp(k->master);
	if (front > 0 && front != k->shell) {
		kill(-front, signal);
		kill(-front, SIGCONT);
	}
	kill(-k->shell, signal);
	kill(-k->shell, SIGCONT);
	if (ends)
		k->kill_at = clock_now_ms() + KILL_MS;
}

/* The pty's output: into the ring, and from there to the terminals. */

static bool
may_read(struct keeper *k)
{
	if (k->state == KEEPER_ENDING && (k->drained || !k->drain_left))
		return false;
	k->slowed = attached_behind(k, k->slowed ? LAG_LOW : LAG_MAX);
	return k->state != KEEPER_NEW && !k->slowed && painting_has_room(k);
}

/* There is output in the ring since FROM. */
static void
note_output(struct keeper *k, uint64_t from)
{
	if (front_follow(&k->front, k->master, k->shell, from, k->ring.head)) {
		painting_front_changed(k);
		typing_front_changed(k);
	}
	painting_output(k);
}

/* The new shell shows a sign of life, or has had its time. */
static void
end_quiet(struct keeper *k)
{
	k->quiet_until = CLOCK_NEVER;
	attached_typed_ahead(k);
}

/*
 * A read gets 4 KB at most, whatever is asked for.  What several of them got is written at once; and who is in front
 * matters to the byte only while the painter answers.
 */
static void
pump_output(struct keeper *k)
{
	uint64_t start = k->ring.head, written = start, from = start;

	for (int i = 0; i < READS_PER_TURN && may_read(k); i++) {
		ssize_t n = read(k->master, ring_space(&k->ring), KEEPER_READ_MAX);

		if (n <= 0) {
			if (n < 0 && errno == EINTR)
				continue;
			/* EAGAIN, or EIO: the last slave is closed.  The kernel has no more of it. */
			k->drained = true;
			break;
		}
		ring_advance(&k->ring, (size_t)n);
		if (k->quiet_until != CLOCK_NEVER)
			end_quiet(k);
		if (k->state == KEEPER_ENDING)
			k->drain_left -= (size_t)n < k->drain_left ? (size_t)n : k->drain_left;
		if (k->painting.answering || k->ring.head - written >= WRITE_MIN) {
			attached_push(k);
			written = k->ring.head;
		}
		if (k->painting.answering) {
			note_output(k, from);
			from = k->ring.head;
		}
		/* A short read has emptied it: no need to be told so. */
		if (k->state == KEEPER_RUNNING && n < 1024)
			break;
	}
	if (k->ring.head > written)
		attached_push(k);
	if (k->ring.head > from)
		note_output(k, from);
	if (k->ring.head == start)
		return;
	k->activity_ms = clock_date_ms();
	controlmode_output(k);
	if (k->settings.pending)
		settings_output(&k->settings, k->slave, clock_now_ms());
}

static void
on_master(void *object, short revents)
{
	struct keeper *k = object;

	if (revents & POLLOUT)
		attached_feed(k);
	if (revents & (POLLIN | POLLHUP | POLLERR))
		pump_output(k);
}

static void
on_agent(void *object, short revents)
{
	(void)revents;
	peering_at_agent(object);
}

static void
shell_ended(struct keeper *k, int status)
{
	k->status = status;
	k->shell = 0;
	k->kill_at = CLOCK_NEVER;
	k->state = KEEPER_ENDING;
	k->drained = false;
	k->drain_left = DRAIN_MAX;
	if (k->slave >= 0)
		close(k->slave);
	k->slave = -1;
}

static void
on_signal(void *object, short revents)
{
	struct keeper *k = object;
	struct signalfd_siginfo si;
	int status;

	(void)revents;
	if (read(k->signals, &si, sizeof si) != (ssize_t)sizeof si)
		return;
	if (si.ssi_signo == SIGTERM)
		keeper_kill(k, SIGHUP);
	if (k->command) {
		if (command_reap(k->command, &status)) {
			shell_ended(k, status);
			commanding_ended(k);
		}
		return;
	}
	while (k->shell && waitpid(k->shell, &status, WNOHANG) == k->shell)
		shell_ended(k, status);
}

/* What a state does when a turn is over: table of states. */

static void
turn_running(struct keeper *k)
{
	uint64_t now;

	expiry_turn(k);
	if (k->kill_at == CLOCK_NEVER && k->nudge_until == CLOCK_NEVER && k->quiet_until == CLOCK_NEVER)
		return;
	now = clock_now_ms();
	if (now >= k->quiet_until)
		end_quiet(k);
	if (now >= k->kill_at) {
		keeper_kill(k, SIGKILL);
		k->kill_at = CLOCK_NEVER;
	}
	if (now >= k->nudge_until) {
		k->nudge_until = CLOCK_NEVER;
		keeper_set_rows(k, k->size.ws_row);
	}
}

static void
turn_ending(struct keeper *k)
{
	if (k->command)
		commanding_drain(k);
	else if (may_read(k))
		pump_output(k);
	if ((!k->drained && k->drain_left) || attached_behind(k, 0))
		return;
	streams_drop_input(&k->streams);
	if (framed_linger(k)) {
		attached_end(k, k->status, false);
		return;
	}
	/* Nobody finds it any more before anybody is told that it has ended. */
	place_remove(&k->place);
	/* First, so that their going is no drop. */
	keeper_report(k, &(struct lead_report){ .type = LEAD_ENDED, .number = (uint32_t)k->status,
	                                        .kind = k->why_ended });
	attached_end(k, k->status, true);
	k->state = KEEPER_OVER;
}

static void (*const turn[])(struct keeper *k) = {
	[KEEPER_NEW] = NULL,
	[KEEPER_RUNNING] = turn_running,
	[KEEPER_ENDING] = turn_ending,
	[KEEPER_OVER] = NULL,
};

static void
watch(struct keeper *k)
{
	struct loop *l = &k->loop;
	short master = (may_read(k) ? POLLIN : 0) | (attached_input_waits(k) ? POLLOUT : 0);

	loop_begin(l);
	loop_add(l, k->signals, POLLIN, on_signal, k);
	leadside_watch(k, l);
	if (k->command)
		command_watch(k->command, l, attached_input_waits(k));
	else if (master && k->state != KEEPER_NEW)
		loop_add(l, k->master, master, on_master, k);
	/* Before the terminals: of one whose holdfast-login has died, not a byte more is read. */
	client_watch(k, l);
	attached_watch(k, l);
	agent_watch(&k->agent, l);
	if (agent_listens(&k->agent, l))
		loop_add(l, k->place.agent, POLLIN, on_agent, k);
	painting_watch(k, l);
	typing_watch(k, l);
	settings_watch(&k->settings, l);
	controlmode_watch(k, l);
	probe_watch(k, l);
	loop_until(l, k->kill_at);
	loop_until(l, k->nudge_until);
	loop_until(l, k->quiet_until);
	loop_until(l, expiry_due(k));
	/* Who is slow takes as long as he takes; a time that is over would not let us sleep. */
	if (k->linger_until != CLOCK_NEVER && (!k->drained || !attached_behind(k, 0)))
		loop_until(l, k->linger_until);
}

static void
serve(struct keeper *k)
{
	while (k->state != KEEPER_OVER) {
		watch(k);
		if (loop_wait(&k->loop) < 0)
			break;
		if (k->command)
			commanding_turn(k);
		attached_sweep(k);
		if (turn[k->state])
			turn[k->state](k);
		if (!k->command) {
			painting_turn(k);
			typing_turn(k);
			controlmode_turn(k);
			settings_turn(&k->settings, k->slave, clock_now_ms());
		}
		probe_turn(k);
		client_sweep(k);
	}
}

static int
open_signals(void)
{
	sigset_t mask;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGTERM);
	if (sigprocmask(SIG_SETMASK, &mask, NULL) < 0)
		return -errno;
	return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
set_up_pty(struct keeper *k)
{
	k->slave = open(k->init.tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (k->slave < 0 || fcntl(k->master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -errno;
	return ring_open(&k->ring, (size_t)k->init.ring_bytes);
}

static int
set_up(struct keeper *k)
{
	int rc;

	k->kill_at = k->nudge_until = k->quiet_until = k->linger_until = CLOCK_NEVER;
	if (getrandom(k->session_key, sizeof k->session_key, 0) != sizeof k->session_key)
		return -EIO;
	painting_init(&k->painting);
	rc = room_for_processes();
	if (rc < 0)
		return rc;
	k->signals = open_signals();
	if (k->signals < 0)
		return -errno;
	rc = k->init.tty[0] ? set_up_pty(k) : commanding_set_up(k);
	if (rc < 0)
		return rc;
	return k->own_root ? place_make(&k->place, PLACE_OF_USER, k->own_root, geteuid(), OWN_FIRST_ID) : 0;
}

int
keeper_run(struct keeper *k)
{
	if (set_up(k) < 0)
		return 1;
	keeper_report(k, &(struct lead_report){ .type = LEAD_READY, .number = k->place.id });
	serve(k);
	place_remove(&k->place);
	client_give_up_all(k);
	client_sweep(k);
	agent_close_all(&k->agent);
	painting_close(&k->painting);
	commanding_close(k);
	streams_drop_input(&k->streams);
	ring_close(&k->ring);
	return 0;
}
