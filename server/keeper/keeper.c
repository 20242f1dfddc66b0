/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "attached.h"
#include "claim.h"
#include "clock.h"
#include "paths.h"
#include "procstat.h"
#include "shell.h"
#include "shellenv.h"

#define READS_PER_TURN 16   /* then everybody else gets a look */
#define LAG_MAX 32768       /* a terminal further behind than this slows the program down */
#define DRAIN_MAX 65536     /* more than a pty can hold: what is taken of it after the shell has ended */
#define KILL_MS 5000        /* from the request to end to SIGKILL */
#define QUIET_MS 300        /* how long input waits at most for a new shell that prints nothing */

void
keeper_report(struct keeper *k, const struct lead_report *m)
{
	unsigned char buf[LEAD_REPORT_BYTES];

	if (k->leader < 0)
		return;
	lead_encode_report(m, buf);
	/* The leader reads whenever there is something; a full socket means that it hangs: go on without it. */
	if (send(k->leader, buf, sizeof buf, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)sizeof buf) {
		close(k->leader);
		k->leader = -1;
		claim_leader_gone(k);
	}
}

int
keeper_start_shell(struct keeper *k, const struct envlist *login, const struct termios *modes)
{
	struct envlist env = ENVLIST_INIT;
	struct shell_request q = { .shell = k->init.shell, .home = k->init.home, .tty = k->init.tty, .env = &env,
		                   .umask = k->umask };
	int rc = shellenv_make(&env, login, &k->init.env, k->place.id, k->place.agent_path);
	pid_t pid;

	if (rc == 0 && modes)
		tcsetattr(k->slave, TCSANOW, modes);
	keeper_fit_size(k);
	pid = rc == 0 ? shell_start(&q) : rc;
	envlist_free(&env);
	if (pid < 0)
		return pid;
	k->shell = pid;
	k->state = KEEPER_RUNNING;
	/* A Ctrl-C that was meant for the hook would end a shell that does not catch it yet. */
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

	if (!all.ws_row || !all.ws_col || memcmp(&all, &k->size, sizeof all) == 0)
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
	k->changed_ms = clock_date_ms();
	k->dropped_at = clock_now_ms();
	k->drop_offset = k->ring.head;
	painting_attend(k);
	/* A Ctrl-S whose Ctrl-Q can't come any more would stop the program for good. */
	tcflow(k->slave, TCOON);
}

void
keeper_kill(struct keeper *k, int signal)
{
	pid_t front;

	if (k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
	if (!k->shell)
		return;
	front = tcgetpgrp(k->master);
	if (front > 0 && front != k->shell) {
		kill(-front, signal);
		kill(-front, SIGCONT);
	}
	kill(-k->shell, signal);
	kill(-k->shell, SIGCONT);
	k->kill_at = clock_now_ms() + KILL_MS;
}

static void
read_front(const struct keeper *k, char *name, size_t cap)
{
	pid_t front = tcgetpgrp(k->master);
	struct procstat ps;

	name[0] = '\0';
	if ((front > 0 && procstat_read(front, &ps) == 0) || (k->shell && procstat_read(k->shell, &ps) == 0))
		snprintf(name, cap, "%.*s", (int)cap - 1, ps.comm);
}

static enum attach_state
public_state(const struct keeper *k)
{
	if (k->state == KEEPER_NEW)
		return ATTACH_NEW;
	if (k->state != KEEPER_RUNNING)
		return ATTACH_ENDING;
	if (attached_count(k))
		return ATTACH_ATTACHED;
	return k->clients.alone ? ATTACH_CLAIMING : ATTACH_DROPPED;
}

void
keeper_status(const struct keeper *k, struct attach_status *s)
{
	memset(s, 0, sizeof *s);
	s->id = k->place.id;
	s->state = public_state(k);
	s->attachments = attached_count(k);
	s->vouched = k->leader >= 0;
	s->rows = k->size.ws_row;
	s->cols = k->size.ws_col;
	s->keeper_pid = (uint32_t)getpid();
	s->shell_pid = (uint32_t)k->shell;
	s->created_ms = k->created_ms;
	s->changed_ms = k->changed_ms;
	s->activity_ms = k->activity_ms;
	s->offset = k->ring.head;
	s->away_bytes = s->state == ATTACH_DROPPED || s->state == ATTACH_CLAIMING ? k->ring.head - k->drop_offset : 0;
	s->identity = k->init.identity;
	memcpy(s->name, k->name, sizeof s->name);
	memcpy(s->address, k->address, sizeof s->address);
	memcpy(s->term, k->term, sizeof s->term);
	read_front(k, s->program, sizeof s->program);
}

/* The pty's output: into the ring, and from there to the terminals. */

static bool
may_read(const struct keeper *k)
{
	if (k->state == KEEPER_ENDING && (k->drained || !k->drain_left))
		return false;
	return k->state != KEEPER_NEW && !attached_behind(k, LAG_MAX) && painting_has_room(k);
}

static void
note_output(struct keeper *k, size_t n)
{
	if (front_follow(&k->front, k->master, k->shell, k->ring.head - n, k->ring.head)) {
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

static void
pump_output(struct keeper *k)
{
	for (int i = 0; i < READS_PER_TURN && may_read(k); i++) {
		ssize_t n = read(k->master, ring_space(&k->ring), KEEPER_READ_MAX);

		if (n <= 0) {
			if (n < 0 && errno == EINTR)
				continue;
			/* EAGAIN, or EIO: the last slave is closed.  The kernel has no more of it. */
			k->drained = true;
			return;
		}
		ring_advance(&k->ring, (size_t)n);
		if (k->quiet_until != CLOCK_NEVER)
			end_quiet(k);
		if (k->state == KEEPER_ENDING)
			k->drain_left -= (size_t)n < k->drain_left ? (size_t)n : k->drain_left;
		attached_push(k);
		note_output(k, (size_t)n);
		/* A short read has emptied it: no need to be told so. */
		if (k->state == KEEPER_RUNNING && n < 1024)
			break;
	}
	k->activity_ms = clock_date_ms();
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
	struct keeper *k = object;
	const struct client *live = attached_live(k);

	(void)revents;
	agent_accept(&k->agent, k->place.agent, live ? live->agent_path : NULL);
}

static void
leader_lost(struct keeper *k)
{
	close(k->leader);
	k->leader = -1;
	if (k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
	claim_leader_gone(k);
}

static void
on_leader(void *object, short revents)
{
	struct keeper *k = object;
	unsigned char buf[1024];
	struct lead_vouched m;
	ssize_t n;

	(void)revents;
	if (k->leader < 0)
		return;
	n = recv(k->leader, buf, sizeof buf, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		leader_lost(k);
	else if (lead_type_of(buf, (size_t)n) == LEAD_VOUCHED && lead_decode_vouched(&m, buf, (size_t)n) == 0)
		claim_vouched(k, &m);
	else if (lead_type_of(buf, (size_t)n) == LEAD_ABORT && k->state == KEEPER_NEW)
		k->state = KEEPER_OVER;
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
	while (k->shell && waitpid(k->shell, &status, WNOHANG) == k->shell)
		shell_ended(k, status);
}

/* What a state does when a turn is over: table of states. */

static void
turn_running(struct keeper *k)
{
	uint64_t now;

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
	if (may_read(k))
		pump_output(k);
	if ((!k->drained && k->drain_left) || attached_behind(k, 0))
		return;
	/* Nobody finds it any more before anybody is told that it has ended. */
	place_remove(&k->place);
	attached_end(k, k->status);
	keeper_report(k, &(struct lead_report){ .type = LEAD_ENDED, .number = (uint32_t)k->status });
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
	loop_add(l, k->leader, POLLIN, on_leader, k);
	if (master && k->state != KEEPER_NEW)
		loop_add(l, k->master, master, on_master, k);
	/* Before the terminals: of one whose holdfast-login has died, not a byte more is read. */
	client_watch(k, l);
	attached_watch(k, l);
	loop_add(l, k->place.agent, POLLIN, on_agent, k);
	agent_watch(&k->agent, l);
	painting_watch(k, l);
	typing_watch(k, l);
	loop_until(l, k->kill_at);
	loop_until(l, k->nudge_until);
	loop_until(l, k->quiet_until);
}

static void
serve(struct keeper *k)
{
	while (k->state != KEEPER_OVER) {
		watch(k);
		if (loop_wait(&k->loop) < 0)
			break;
		attached_sweep(k);
		if (turn[k->state])
			turn[k->state](k);
		painting_turn(k);
		typing_turn(k);
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
set_up(struct keeper *k)
{
	int rc;

	k->kill_at = k->nudge_until = k->quiet_until = CLOCK_NEVER;
	painting_init(&k->painting);
	k->signals = open_signals();
	k->slave = open(k->init.tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (k->signals < 0 || k->slave < 0 || fcntl(k->master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return -errno;
	rc = ring_open(&k->ring, (size_t)k->init.ring_bytes);
	if (rc < 0)
		return rc;
	return place_make(&k->place, k->users_root, k->first_id);
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
	ring_close(&k->ring);
	return 0;
}
