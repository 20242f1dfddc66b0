/* SPDX-License-Identifier: MIT */
#include "leader_loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "clock.h"
#include "auth_identity.h"
#include "fd.h"
#include "heap.h"
#include "leader_audit.h"
#include "leader_ctl.h"
#include "leader_dir.h"
#include "leader_idle.h"
#include "leader_keeper.h"
#include "leader_shell.h"
#include "leader_end.h"
#include "leader_talk.h"
#include "leader_utmp.h"
#include "log.h"
#include "caller.h"
#include "procstat.h"
#include "ratelimit.h"
#include "reply.h"

#define UNDO_MS 5000   /* a keeper that is to go and has not started anything */
#define ENDING_MS 60000 /* besides StallTimeout: the last output over a slow line */
#define START_MS 60000 /* a login that neither confirms nor closes */
#define READY_MS 1000  /* a keeper that is not ready by then is looked at */
#define LOOK_MS 100    /* and again */
#define LAST_MESSAGES 4096 /* of a dead keeper: more than its socket holds */

#define OTHERS 5 /* descriptors that are polled besides those of leader_ctl */
#define POLLED (OTHERS + LEADER_CTL_POLLED)

static bool
has_started(const struct leader *l)
{
	return l->state == LEADER_RUNNING || l->state == LEADER_ENDING;
}

static void
enter(struct leader *l, enum leader_state state, uint64_t timeout_ms)
{
	l->state = state;
	l->deadline_ms = timeout_ms ? clock_now_ms() + timeout_ms : 0;
}

static void
kill_keeper(struct leader *l)
{
	/* Until it has been waited for, the number is its own. */
	if (l->pid && !l->killed)
		kill(l->pid, SIGKILL);
	l->killed = true;
	l->deadline_ms = 0;
}

/* Nothing of the user's has run: the keeper is to go, and is made to if it doesn't. */
static void
undo(struct leader *l)
{
	const unsigned char message = LEADERMSG_ABORT;

	/* Before READY the login can be told; after it, it sees us close. */
	if (l->state == LEADER_WAIT_READY && l->conn >= 0)
		reply_refuse(l->conn, VOUCH_TROUBLE, "cannot start the session's keeper");
	fd_close(&l->conn);
	if (l->keeper < 0 || reply_bytes(l->keeper, &message, 1))
		kill_keeper(l);
	else
		enter(l, LEADER_UNDOING, UNDO_MS);
	l->state = LEADER_UNDOING;
}

/*
 * The keeper has sent a message that is not permitted.  The leader does not end a running session for that, but closes
 * the socket.
 */
static void
violation(struct leader *l)
{
	log_line(LOG_WARNING, "protocol error from the keeper of session %u", (unsigned)l->audit.session);
	fd_close(&l->keeper);
	if (!has_started(l))
		undo(l);
}

static void
on_ready(struct leader *l, const struct leadermsg_report *m)
{
	l->audit.session = l->dir.id;
	enter(l, LEADER_WAIT_START, START_MS);
	leader_end_keep(l);
	if (m->number != l->dir.id || reply_plain(l->conn, VOUCH_READY, l->dir.id))
		undo(l);
}

static void
send_answer(struct leader *l, const struct leadermsg_vouched *answer)
{
	unsigned char buf[sizeof l->pending];

	leader_send(l, buf, leadermsg_encode_vouched(answer, buf, sizeof buf));
}

/*
 * The login of a claim.  The leader looks it up itself and believes the keeper only which process claims.  A ticket
 * alone is not enough: any process of the user could have read it from another login's environment.
 */
static int
find_claimer(const struct leader *l, const struct leadermsg_report *m, struct login *login, const char **why)
{
	const char *unused;
	int rc = login_find(&m->ticket, login);

	*why = "ticket";
	if (!rc && login->uid != l->audit.uid)
		rc = -EPERM;
	if (rc)
		return rc;
	*why = "not-inside";
	return m->pid > INT32_MAX ? -EPERM : caller_check_pid((pid_t)m->pid, login, &unused);
}

static void
on_ticket(struct leader *l, const struct leadermsg_report *m)
{
	struct leadermsg_vouched answer;
	struct vouched_one *a;
	struct login login;
	const char *why;
	char extra[32];
	int rc = find_claimer(l, m, &login, &why);

	/* Reading /proc has used memory that a session of weeks has no need for. */
	heap_trim();
	memset(&answer, 0, sizeof answer);
	answer.serial = m->number;
	if (rc) {
		snprintf(extra, sizeof extra, "why=%s", why);
		audit_limited(&l->audit, "refuse", NULL, NULL, extra);
	} else {
		if (!l->match_key)
			auth_identity_of_uid(login.uid, login.user, &login.identity);
		answer.ok = 1;
		answer.identity = login.identity;
		memcpy(answer.address, login.address, sizeof answer.address);
		memcpy(answer.who, login.who, sizeof answer.who);
		memcpy(answer.local_address, login.local_address, sizeof answer.local_address);
		answer.port = login.port;
		answer.local_port = login.local_port;
		a = vouched_add(&l->attachments, m->number, m->kind, login.address, login.who);
		if (a) {
			a->other = !identity_equal(&login.identity, &l->login->identity);
			a->sshd = login.sshd;
			a->has_pts = m->pts != 0;
			a->pts = m->pts - 1;
			/*
			 * The start-up files of a new shell may ask who am i, so the entry exists before the claim
			 * goes on.
			 */
			if (m->kind == LEADERMSG_CREATE && l->state == LEADER_WAIT_START)
				leader_utmp_expect(l, a);
		}
	}
	if (answer.ok)
		leader_idle_tell(l);
	/* Before the login is attached: at a prompt that comes right after that there is news already. */
	if (answer.ok && m->kind != LEADERMSG_CREATE)
		leader_dir_login(l);
	send_answer(l, &answer);
}

static void
on_started(struct leader *l, const struct leadermsg_report *m)
{
	(void)m;
	if (l->conn >= 0)
		reply_plain(l->conn, VOUCH_STARTED, 0);
	fd_close(&l->conn);
	fd_close(&l->slot);
	enter(l, LEADER_RUNNING, 0);
	l->created_date_ms = clock_date_ms();
	leader_audit_created(l);
	leader_end_begin(l);
	heap_trim();
}

static void
on_ended(struct leader *l, const struct leadermsg_report *m)
{
	l->ended = true;
	leader_shell_hang_up(&l->shell);
	/* Its number is free before the login hears of the end, or soon after. */
	sessiondir_remove(&l->dir);
	if (!has_started(l)) {
		/* Not a second time: the time it is given doesn't begin anew. */
		if (l->state != LEADER_UNDOING)
			undo(l);
		return;
	}
	leader_end(l, l->shell.ended ? l->shell.status : (int)m->number, m->kind);
	enter(l, LEADER_ENDING, ENDING_MS + l->stall_ms);
}

static void
on_attached(struct leader *l, const struct leadermsg_report *m)
{
	leader_audit_attached(l, m);
	leader_end_note(l);
	leader_dir_login(l);
}

static void
on_gone(struct leader *l, const struct leadermsg_report *m)
{
	leader_audit_gone(l, m);
	leader_end_note(l);
	if (vouched_attached(&l->attachments))
		leader_dir_login(l);
}

static void
on_named(struct leader *l, const struct leadermsg_report *m)
{
	memcpy(l->name, m->name, sizeof l->name);
	leader_end_note(l);
}

static void
ignore(struct leader *l, const struct leadermsg_report *m)
{
	(void)l;
	(void)m;
}

typedef void handler(struct leader *, const struct leadermsg_report *);

/* What isn't here is a violation. */
static handler *const handlers[LEADER_STATES][LEADERMSG_LAST - LEADERMSG_READY + 1] = {
	[LEADER_WAIT_READY] = {
		[LEADERMSG_READY - LEADERMSG_READY] = on_ready,
		[LEADERMSG_ENDED - LEADERMSG_READY] = on_ended,
	},
	[LEADER_WAIT_START] = {
		[LEADERMSG_TICKET - LEADERMSG_READY] = on_ticket,
		[LEADERMSG_STARTED - LEADERMSG_READY] = on_started,
		[LEADERMSG_ATTACHED - LEADERMSG_READY] = on_attached,
		[LEADERMSG_GONE - LEADERMSG_READY] = on_gone,
		[LEADERMSG_ENDED - LEADERMSG_READY] = on_ended,
		[LEADERMSG_REFUSED - LEADERMSG_READY] = leader_audit_refused,
		[LEADERMSG_NAMED - LEADERMSG_READY] = on_named,
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = ignore,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
	[LEADER_RUNNING] = {
		[LEADERMSG_READY - LEADERMSG_READY] = leader_keeper_ready,
		[LEADERMSG_TICKET - LEADERMSG_READY] = on_ticket,
		[LEADERMSG_ATTACHED - LEADERMSG_READY] = on_attached,
		[LEADERMSG_GONE - LEADERMSG_READY] = on_gone,
		[LEADERMSG_ENDED - LEADERMSG_READY] = on_ended,
		[LEADERMSG_REFUSED - LEADERMSG_READY] = leader_audit_refused,
		[LEADERMSG_NAMED - LEADERMSG_READY] = on_named,
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = ignore,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
	[LEADER_ENDING] = {
		[LEADERMSG_READY - LEADERMSG_READY] = leader_keeper_ready,
		[LEADERMSG_TICKET - LEADERMSG_READY] = on_ticket,
		[LEADERMSG_ATTACHED - LEADERMSG_READY] = on_attached,
		[LEADERMSG_GONE - LEADERMSG_READY] = on_gone,
		[LEADERMSG_REFUSED - LEADERMSG_READY] = leader_audit_refused,
		[LEADERMSG_NAMED - LEADERMSG_READY] = on_named,
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = ignore,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
	[LEADER_UNDOING] = {
		/* It may have been on its way when the login gave up; the keeper is the truth. */
		[LEADERMSG_STARTED - LEADERMSG_READY] = on_started,
		[LEADERMSG_TICKET - LEADERMSG_READY] = on_ticket,
		[LEADERMSG_READY - LEADERMSG_READY] = ignore,
		[LEADERMSG_ATTACHED - LEADERMSG_READY] = ignore,
		[LEADERMSG_GONE - LEADERMSG_READY] = ignore,
		[LEADERMSG_ENDED - LEADERMSG_READY] = on_ended,
		[LEADERMSG_REFUSED - LEADERMSG_READY] = ignore,
		[LEADERMSG_NAMED - LEADERMSG_READY] = on_named,
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = ignore,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
};

/* The table of permitted messages; false: a violation. */
static bool
handle(struct leader *l, const struct leadermsg_report *m, int fd)
{
	handler *h;

	if (m->type == LEADERMSG_ASKED && has_started(l))
		leader_end_asked(l, m, fd);
	if (m->type == LEADERMSG_UPGRADE)
		leader_keeper_upgrade(l, m);
	/* The new program does not know what the old one was told. */
	if (m->type == LEADERMSG_UPGRADE && !l->pending_len)
		leader_end_keep(l);
	if (m->type >= LEADERMSG_OPTIONAL)
		return true;
	h = handlers[l->state][m->type - LEADERMSG_READY];
	if (m->type == LEADERMSG_PEER && l->state != LEADER_WAIT_READY)
		leader_dir_peer(l, m, fd);
	else if (h)
		h(l, m);
	else
		return false;
	return true;
}

static bool
take_words(struct leader *l, const unsigned char *buf, size_t len)
{
	struct leadermsg_words m;

	if (!has_started(l) || leadermsg_decode_words(&m, buf, len))
		return false;
	leader_end_words(l, &m);
	return true;
}

/* Reads one report; false when there is none (now, or ever again). */
static bool
read_keeper(struct leader *l)
{
	unsigned char buf[LEADERMSG_WORDS_MAX + 1];
	struct leadermsg_report m;
	ssize_t n;
	int fd;

	if (l->keeper < 0 || l->pending_len)
		return false;
	n = leader_recv(l->keeper, buf, sizeof buf, &fd);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		fd_close(&l->keeper);
		if (!has_started(l))
			undo(l);
		return false;
	}
	if (leadermsg_type_of(buf, (size_t)n) == LEADERMSG_WORDS) {
		if (n > LEADERMSG_WORDS_MAX || !take_words(l, buf, (size_t)n))
			violation(l);
	} else if (leadermsg_decode_report(&m, buf, (size_t)n)) {
		violation(l);
		n = 0;
	} else if (!handle(l, &m, fd)) {
		violation(l);
	}
	if (fd >= 0)
		close(fd);
	return n > 0;
}

/* The login has nothing more to say: whatever comes from it before STARTED gives the session up. */
static void
on_login(struct leader *l)
{
	undo(l);
}

/* The keeper has ended, and its last messages still count; but another process that has its socket cannot go on for ever. */
static void
take_last_messages(struct leader *l)
{
	l->pending_len = 0;
	for (int i = 0; i < LAST_MESSAGES && read_keeper(l); i++)
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
	if (has_started(l) && !l->ended && !l->slain && (l->status || !l->shell.ended))
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
	leader_utmp_leave(l);
	if (has_started(l)) {
		if (!l->ended && l->shell.ended)
			leader_end(l, l->shell.status, LEADERMSG_WHY_EXIT);
		else if (!l->ended)
			leader_end_lost(l, l->status);
		return;
	}
	undo(l);
	if (l->status && !(l->killed && WIFSIGNALED(l->status) && WTERMSIG(l->status) == SIGKILL) &&
	    leader_audit_may_say(l))
		log_line(LOG_ERR, "the keeper for uid %u ended during its start: wait status 0x%x",
		         (unsigned)l->audit.uid, (unsigned)l->status);
}

/* ppoll's time limit, or NULL for none. */
static const struct timespec *
time_left(const struct leader *l, struct timespec *t)
{
	uint64_t due = l->deadline_ms, now, left;

	if (l->renew_ms && (!due || l->renew_ms < due))
		due = l->renew_ms;
	if (leader_keeper_due(l) && (!due || leader_keeper_due(l) < due))
		due = leader_keeper_due(l);
	if (l->ctl.deaf_ms && (!due || l->ctl.deaf_ms < due))
		due = l->ctl.deaf_ms;
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
		enter(l, LEADER_WAIT_READY, LOOK_MS);
		return;
	}
	if (leader_audit_may_say(l))
		log_line(LOG_ERR, "the keeper for uid %u hangs during its start", (unsigned)l->audit.uid);
	undo(l);
	kill_keeper(l);
}

static void
on_deadline(struct leader *l)
{
	switch (l->state) {
	case LEADER_WAIT_READY:
		on_unready(l);
		break;
	case LEADER_WAIT_START:
		undo(l);
		break;
	case LEADER_UNDOING:
		kill_keeper(l);
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
		read_keeper(l);
	if (l->conn >= 0 && p[1].revents)
		on_login(l);
	leader_ctl_turn(l, p + OTHERS);
	leader_keeper_turn(l, &p[3]);
	leader_end_turn(l, &p[4]);
	leader_shell_tell(l);
	/* Last, because an event in P may have come in time. */
	if (l->pid && l->deadline_ms && clock_now_ms() >= l->deadline_ms)
		on_deadline(l);
	if (l->renew_ms && clock_now_ms() >= l->renew_ms)
		leader_dir_renew(l);
}

void
leader_loop(struct leader *l, int error)
{
	enter(l, LEADER_WAIT_READY, READY_MS);
	l->give_up_ms = clock_now_ms() + START_MS;
	if (error) {
		fd_close(&l->conn);
		kill_keeper(l);
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
	}
	finish(l);
}

void
leader_close(struct leader *l)
{
	fd_close(&l->conn);
	fd_close(&l->slot);
	fd_close(&l->keeper);
	fd_close(&l->sigfd);
	leader_shell_close(&l->shell, has_started(l));
	fd_close(&l->memory);
	sessiondir_remove(&l->dir);
	leader_ctl_close(l);
	while (l->attachments.v[0])
		vouched_remove(&l->attachments, l->attachments.v[0]->serial);
}
