/* SPDX-License-Identifier: MIT */
#include "leader_messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "auth_identity.h"
#include "caller.h"
#include "clock.h"
#include "counters.h"
#include "fd.h"
#include "leader_audit.h"
#include "leader_dir.h"
#include "leader_end.h"
#include "leader_idle.h"
#include "leader_keeper.h"
#include "leader_order.h"
#include "leader_phase.h"
#include "leader_pool.h"
#include "leader_shell.h"
#include "leader_talk.h"
#include "leader_utmp.h"
#include "log.h"
#include "peercred.h"
#include "refusal.h"
#include "reply.h"

#define MESSAGE_ROOM 256 /* for LEADERMSG_WORDS and LEADERMSG_FACTS */
#define ENDING_MS 60000 /* besides StallTimeout: the last output over a slow line */

/*
 * The keeper has sent a message that is not permitted.  The leader does not end a running session for that, but closes
 * the socket.
 */
static void
violation(struct leader *l)
{
	log_line(LOG_WARNING, "protocol error from the keeper of session %u", (unsigned)l->audit.session);
	fd_close(&l->keeper);
	if (!leader_phase_started(l))
		leader_phase_undo(l);
}

static void
on_ready(struct leader *l, const struct leadermsg_report *m)
{
	l->audit.session = l->dir.id;
	leader_phase_enter(l, LEADER_WAIT_START, LEADER_PHASE_START_MS);
	leader_end_keep(l);
	leader_pool_ask(l);
	if (m->number != l->dir.id || reply_plain(l->conn, VOUCH_READY, l->dir.id))
		leader_phase_undo(l);
}

static void
send_answer(struct leader *l, const struct leadermsg_vouched *answer)
{
	unsigned char buf[sizeof l->pending];

	leader_send(l, buf, leadermsg_encode_vouched(answer, buf, sizeof buf));
}

/* Whether the claim is that of the process of a session which has asked for this one: it has no login's ticket. */
static bool
is_from_session(const struct leader *l, const struct leadermsg_report *m)
{
	return l->order->origin && l->state == LEADER_WAIT_START && m->kind == LEADERMSG_CREATE &&
	       memcmp(&m->ticket, &l->order->ticket, sizeof m->ticket) == 0;
}

/* Its helper has checked that process; it still is what it was, and it is the one that claims. */
static int
find_in_session(const struct leader *l, const struct leadermsg_report *m, struct login *login, const char **why)
{
	const struct leaderreg *of = &l->order->origin->session;
	char label[PROCFILE_LABEL_CAP];
	struct leaderreg session;
	struct ucred cred;
	const char *unused;
	int rc = l->conn < 0 ? -EPERM : peercred_get(l->conn, &cred);

	*why = "not-inside";
	if (!rc && (m->pid > INT32_MAX || (pid_t)m->pid != cred.pid))
		rc = -EPERM;
	if (!rc)
		rc = caller_check_session(l->conn, &session, label, &unused);
	if (!rc && (session.pid != of->pid || session.start != of->start || strcmp(label, l->order->label) != 0))
		rc = -EPERM;
	if (rc)
		return rc;
	*login = *l->login;
	/* No terminal here is that sshd's. */
	login->sshd = 0;
	return 0;
}

/*
 * The login of a claim.  The leader looks it up itself and believes the keeper only which process claims.  A ticket
 * alone is not enough: any process of the user could have read it from another login's environment.
 */
static int
find_claimer(const struct leader *l, const struct leadermsg_report *m, struct login *login, const char **why)
{
	const char *unused;
	int rc;

	if (is_from_session(l, m))
		return find_in_session(l, m, login, why);
	rc = login_find(&m->ticket, login);

	*why = "ticket";
	if (!rc && login->uid != l->audit.uid)
		rc = -EPERM;
	if (rc)
		return rc;
	*why = "not-inside";
	return m->pid > INT32_MAX ? -EPERM : caller_check_pid((pid_t)m->pid, login, &unused);
}

/* What the leader keeps of a login that it has vouched for. */
static void
note_login(struct leader *l, const struct leadermsg_report *m, const struct login *login)
{
	struct vouched_one *a = vouched_add(&l->attachments, m->number, m->kind, login_from(login), login->who);

	if (!a)
		return;
	a->other = !identity_equal(&login->identity, &l->login->identity);
	memcpy(a->node, login->node, sizeof a->node);
	memcpy(a->vouched, login->vouched, sizeof a->vouched);
	a->sshd = login->sshd;
	a->sshd_start = login->start;
	if (tcp_tuple_parse(&a->tuple, login->address, login->port, login->local_address, login->local_port))
		a->tuple.family = 0;
	memcpy(a->chose, m->name, sizeof a->chose);
	a->asked_ms = m->kind == LEADERMSG_RESUME ? counters_asked_ms(&m->ticket) : 0;
	a->has_pts = m->pts != 0 && login->sshd;
	a->pts = m->pts - 1;
	/* The start-up files of a new shell may ask who am i, so the entry exists before the claim goes on. */
	if (m->kind == LEADERMSG_CREATE && l->state == LEADER_WAIT_START)
		leader_utmp_expect(l, a);
}

static void
on_ticket(struct leader *l, const struct leadermsg_report *m)
{
	struct leadermsg_vouched answer;
	struct login login;
	const char *why;
	char extra[32];
	int rc = find_claimer(l, m, &login, &why);

	memset(&answer, 0, sizeof answer);
	answer.serial = m->number;
	if (!rc) {
		if (!l->match_key)
			auth_identity_of_uid(login.uid, login.user, &login.identity);
		answer.ok = 1;
		answer.identity = login.identity;
		memcpy(answer.address, login.address, sizeof answer.address);
		memcpy(answer.who, login.who, sizeof answer.who);
		memcpy(answer.local_address, login.local_address, sizeof answer.local_address);
		answer.port = login.port;
		answer.local_port = login.local_port;
		note_login(l, m, &login);
	}
	if (answer.ok)
		leader_idle_tell(l);
	/* Before the login is attached: at a prompt that comes right after that there is news already. */
	if (answer.ok && m->kind != LEADERMSG_CREATE)
		leader_dir_login(l);
	send_answer(l, &answer);
	/* It has its answer. */
	if (rc) {
		snprintf(extra, sizeof extra, "why=%s", why);
		audit_limited(&l->audit, "refuse", NULL, NULL, extra);
	}
}

static void
on_started(struct leader *l, const struct leadermsg_report *m)
{
	(void)m;
	if (l->conn >= 0)
		reply_plain(l->conn, VOUCH_STARTED, 0);
	fd_close(&l->conn);
	refusal_done(l->slot);
	fd_close(&l->slot);
	leader_phase_enter(l, LEADER_RUNNING, 0);
	l->created_date_ms = clock_date_ms();
	leader_audit_created(l);
	leader_end_begin(l);
}

static void
on_ended(struct leader *l, const struct leadermsg_report *m)
{
	l->ended = true;
	leader_pool_gone(l);
	leader_shell_hang_up(&l->shell);
	/* Its number is free before the login hears of the end, or soon after. */
	sessiondir_remove(&l->dir);
	if (!leader_phase_started(l)) {
		/* Not a second time: the time it is given doesn't begin anew. */
		if (l->state != LEADER_UNDOING)
			leader_phase_undo(l);
		return;
	}
	leader_end(l, l->shell.ended ? l->shell.status : (int)m->number, m->kind);
	leader_phase_enter(l, LEADER_ENDING, ENDING_MS + l->stall_ms);
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
	memcpy(l->audit.name, m->name, sizeof l->audit.name);
	leader_end_note(l);
}

static void
ignore(struct leader *l, const struct leadermsg_report *m)
{
	(void)l;
	(void)m;
}

_Static_assert(MESSAGE_ROOM >= LEADERMSG_WORDS_MAX && MESSAGE_ROOM >= LEADERMSG_FACTS_MAX, "there is room for each");

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
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = leader_shell_forgotten,
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
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = leader_shell_forgotten,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
	[LEADER_ENDING] = {
		[LEADERMSG_READY - LEADERMSG_READY] = leader_keeper_ready,
		[LEADERMSG_TICKET - LEADERMSG_READY] = on_ticket,
		[LEADERMSG_ATTACHED - LEADERMSG_READY] = on_attached,
		[LEADERMSG_GONE - LEADERMSG_READY] = on_gone,
		[LEADERMSG_REFUSED - LEADERMSG_READY] = leader_audit_refused,
		[LEADERMSG_NAMED - LEADERMSG_READY] = on_named,
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = leader_shell_forgotten,
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
		[LEADERMSG_SHELL_FORGET - LEADERMSG_READY] = leader_shell_forgotten,
		[LEADERMSG_PIPE_CLOSED - LEADERMSG_READY] = leader_shell_pipe_closed,
	},
};

/* The table of permitted messages; false: a violation. */
static bool
handle(struct leader *l, const struct leadermsg_report *m, int fd)
{
	handler *h;

	if (m->type == LEADERMSG_ASKED && leader_phase_started(l))
		leader_end_asked(l, m, fd);
	if (m->type == LEADERMSG_UPGRADE)
		leader_keeper_upgrade(l, m);
	/* The new program does not know what the old one was told. */
	if (m->type == LEADERMSG_UPGRADE && !l->pending_len)
		leader_end_keep(l);
	if (m->type == LEADERMSG_UPGRADE && m->kind == LEADERMSG_UPGRADE_DONE)
		leader_pool_ask(l);
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
take_facts(struct leader *l, const unsigned char *buf, size_t len)
{
	struct leadermsg_facts m;

	if (!leader_phase_started(l) || leadermsg_decode_facts(&m, buf, len))
		return false;
	leader_pool_facts(l, &m);
	return true;
}

static bool
take_words(struct leader *l, const unsigned char *buf, size_t len)
{
	struct leadermsg_words m;

	if (!leader_phase_started(l) || leadermsg_decode_words(&m, buf, len))
		return false;
	leader_end_words(l, &m);
	return true;
}

bool
leader_messages_read(struct leader *l)
{
	unsigned char buf[MESSAGE_ROOM + 1];
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
		/* One that gets ready has ended, in a moment: its status says why. */
		if (!leader_phase_started(l) && l->state != LEADER_WAIT_READY)
			leader_phase_undo(l);
		return false;
	}
	if (n > MESSAGE_ROOM) {
		violation(l);
		n = 0;
	} else if (leadermsg_type_of(buf, (size_t)n) == LEADERMSG_WORDS) {
		if (!take_words(l, buf, (size_t)n))
			violation(l);
	} else if (leadermsg_type_of(buf, (size_t)n) == LEADERMSG_FACTS) {
		if (!take_facts(l, buf, (size_t)n))
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
