/* SPDX-License-Identifier: MIT */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "account.h"
#include "audit.h"
#include "clean.h"
#include "clock.h"
#include "counters.h"
#include "endstore.h"
#include "endwords.h"
#include "eventstore.h"
#include "fd.h"
#include "leader_main.h"
#include "log.h"
#include "login.h"
#include "caller.h"
#include "peercred.h"
#include "policy.h"
#include "ratelimit.h"
#include "refusal.h"
#include "reply.h"
#include "signals.h"
#include "statedir.h"
#include "userfile.h"
#include "vouch.h"

#define SILENCE_MS 5000 /* a caller that has connected and says nothing */
#define ADMITTED_SECONDS 300 /* sshd's account stage counts for the login's shell: authentication and start-up files */
#define LIFE_SECONDS 60 /* whatever happens, a name service that hangs for instance */

enum state { EXPECT_VOUCH, EXPECT_START, DONE };

struct helper {
	int conn, slot;
	bool quiet;
	uint64_t asked_ms; /* clock_now_ms(): it has connected */
	uid_t caller; /* by SO_PEERCRED */
	enum state state;
	int timeout_ms; /* of the state */
	struct ticket ticket;
	uint8_t from; /* enum vouch_from */
	struct login login;
	struct account account;
	struct config_policy policy;
	int status; /* the exit status */
};

/* The facts of the login come from its record; for a caller without one only the uid is known. */
static void
write_refusal(const struct helper *h, const char *event, uint32_t code, const char *why)
{
	const char *user = h->login.uid == h->caller && h->login.user[0] ? h->login.user : "-";
	struct audit a;
	struct event e;

	audit_init(&a, user, h->caller);
	audit_begin(&a, &e, event, *user == '-' ? NULL : h->login.address, *user == '-' ? NULL : h->login.who);
	event_number(&e, "code", code);
	event_quote(&e, "why", why);
	audit_write(&a, &e);
}

/* Refuses and ends; WHY is for the log only, which is written when the login has its answer. */
static void
refuse(struct helper *h, uint32_t code, const char *text, const char *why)
{
	reply_refuse(h->conn, code, "%s", text);
	if (!h->quiet)
		write_refusal(h, code == VOUCH_ASIDE ? "aside" : "refuse", code, why);
	refusal_tell(h->slot);
	h->state = DONE;
	h->status = 1;
}

static bool
find_login(struct helper *h, const struct vouch_request *q)
{
	char why[128];
	int rc = login_find(&q->ticket, &h->login);

	if (!rc && h->login.uid == h->caller)
		return true;
	snprintf(why, sizeof why, "the login's record: %s", strerror(rc < 0 ? -rc : EPERM));
	if (!rc)
		refuse(h, VOUCH_NOT_YOURS, "this ticket belongs to another user", "another user's ticket");
	else if ((rc == -ENOENT || rc == -ESRCH) && q->from == VOUCH_FROM_HOOK)
		/* Processes that a login has left behind, such as mosh-server, start shells with its ticket. */
		refuse(h, VOUCH_ASIDE, "this is not the shell of a known login", why);
	else if (rc == -ENOENT || rc == -ESRCH)
		refuse(h, VOUCH_NO_TICKET, "this login is unknown or has ended", why);
	else
		refuse(h, VOUCH_TROUBLE, "cannot read this login's record", why);
	return false;
}

static bool
check_caller(struct helper *h, const struct vouch_request *q)
{
	char elsewhere[TEXT_CAP], confined[TEXT_CAP];
	const char *why;
	int rc = q->from == VOUCH_FROM_HOOK ? caller_check_hook(h->conn, &h->login, &q->ticket, h->account.shell, &why)
	                                    : caller_check(h->conn, &h->login, &why);

	if (!rc)
		return true;
	snprintf(elsewhere, sizeof elsewhere, "sshd has %s than holdfastd", why);
	snprintf(confined, sizeof confined, "this shell is confined: %s", why);
	if (rc == -EXDEV)
		refuse(h, VOUCH_NOT_INSIDE, elsewhere, why);
	else if (rc == -ENOEXEC)
		refuse(h, VOUCH_ASIDE, "this is not a login shell that sshd has started", why);
	else if (rc == -EPERM && q->from == VOUCH_FROM_HOOK)
		refuse(h, VOUCH_NOT_INSIDE, confined, why);
	else if (rc == -EPERM)
		refuse(h, VOUCH_NOT_INSIDE, "this process does not belong to the login", why);
	else
		refuse(h, VOUCH_TROUBLE, "cannot check this process", why);
	return false;
}

/* Everything that must hold for a vouched login; done for each request anew. */
static bool
verify(struct helper *h, const struct vouch_request *q)
{
	char trouble[TEXT_CAP] = "";
	uint32_t code;
	int rc;

	if (policy_disabled()) {
		refuse(h, VOUCH_DISABLED, "switched off on this host", "switched off");
		return false;
	}
	if (!find_login(h, q))
		return false;
	rc = account_find(h->login.user, h->login.uid, &h->account);
	if (rc) {
		refuse(h, VOUCH_TROUBLE, "cannot look up this account", strerror(-rc));
		return false;
	}
	if (!check_caller(h, q))
		return false;
	code = policy_for(h->account.user, h->account.gid, &h->login, &h->policy, trouble);
	if (code) {
		if (trouble[0] && !h->quiet)
			log_line(LOG_ERR, "%s", trouble);
		refuse(h, code, code == VOUCH_DISABLED ? "switched off for this login" :
		       "holdfast.conf has an error; see the log", "policy");
		return false;
	}
	policy_identity(&h->policy, &h->login);
	return true;
}

static void
send_facts(struct helper *h)
{
	struct vouch_reply facts;

	memset(&facts, 0, sizeof facts);
	facts.type = VOUCH_FACTS;
	facts.identity = h->login.identity;
	facts.former = h->login.former;
	facts.login_timeout_ms = h->policy.login_timeout_ms;
	memcpy(facts.user, h->login.user, sizeof facts.user);
	memcpy(facts.address, h->login.address, sizeof facts.address);
	memcpy(facts.who, h->login.who, sizeof facts.who);
	if (reply_send(h->conn, &facts))
		h->state = DONE;
}

/* A person who has lost a session is told so once, at the next login. */
static void
tell_ends(struct helper *h)
{
	struct vouch_reply told = { .type = VOUCH_TOLD };
	int dir = statedir_open(STATEDIR_ENDS), rc;
	char line[TEXT_CAP];
	struct endrecord r;
	size_t count = 0;

	if (dir < 0)
		return;
	rc = endstore_tell(dir, h->caller, &r, &count);
	close(dir);
	if (rc)
		return;
	endwords_line(&r, clock_date_ms(), line);
	if (count > 1)
		snprintf(told.text, sizeof told.text, "%.420s (and %zu more); holdfastctl last", line, count - 1);
	else
		snprintf(told.text, sizeof told.text, "%.420s; holdfastctl last", line);
	reply_send(h->conn, &told);
}

/*
 * The caller's own records, as they are now: the descriptor cannot be written to, and is of no use when there are later
 * ones.
 */
static void
on_ends(struct helper *h)
{
	int dir = statedir_open(STATEDIR_ENDS), fd = -1;
	char name[USERFILE_NAME];

	h->state = DONE;
	if (dir < 0) {
		reply_error(h->conn, "cannot open the records of ends");
		return;
	}
	userfile_name(h->caller, name);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	reply_ends(h->conn, fd);
	fd_close(&fd);
	close(dir);
}

/* The caller's file NAME in the directory WHICH: a descriptor for reading, or -1. */
static int
open_own(enum statedir which, const char *name, int flags)
{
	int dir = statedir_open(which), fd;

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, EVENTSTORE_MODE);
	close(dir);
	return fd;
}

/*
 * The caller's own events, and those to come: the descriptor cannot be written to.  There is a file to watch for each
 * account, and none for a uid that is nobody's.
 */
static void
on_events(struct helper *h)
{
	int fds[VOUCH_FILES] = { -1, -1 };
	char name[USERFILE_NAME];

	h->state = DONE;
	userfile_name(h->caller, name);
	fds[0] = open_own(STATEDIR_EVENTS, name, 0);
	if (fds[0] < 0 && getpwuid(h->caller))
		fds[0] = open_own(STATEDIR_EVENTS, name, O_CREAT);
	reply_events(h->conn, fds);
	fd_close(&fds[0]);
}

static void
on_vouch(struct helper *h, const struct vouch_request *q)
{
	if (!verify(h, q))
		return;
	counters_asked(&q->ticket, h->asked_ms);
	h->ticket = q->ticket;
	h->from = q->from;
	h->state = EXPECT_START;
	/* It looks for a session to resume first, which takes its time. */
	h->timeout_ms = SILENCE_MS + (int)(h->policy.login_timeout_ms < 30000 ? h->policy.login_timeout_ms : 30000);
	if (h->from == VOUCH_FROM_HOOK)
		tell_ends(h);
	send_facts(h);
}

static void
on_start(struct helper *h, const struct vouch_request *q)
{
	struct leader_order *order;

	h->state = DONE;
	/* At once: it tells the caller that this helper is alive, however long the rest takes. */
	if (reply_plain(h->conn, VOUCH_PROGRESS, 0))
		return;
	if (memcmp(&q->ticket, &h->ticket, sizeof h->ticket) != 0 || q->from != h->from) {
		refuse(h, VOUCH_BAD_REQUEST, "the request differs from the first one",
		       "the ticket or kind differs from the first one");
		return;
	}
	if (!verify(h, q))
		return;
	if (policy_draining()) {
		refuse(h, VOUCH_DRAIN, "no new sessions on this host now (maintenance)", "drain");
		return;
	}
	order = calloc(1, sizeof *order);
	if (!order) {
		refuse(h, VOUCH_TROUBLE, "out of memory", "out of memory");
		return;
	}
	*order = (struct leader_order){
		.conn = h->conn, .slot = h->slot, .ticket = h->ticket, .login = h->login, .account = h->account,
		.policy = h->policy, .rows = q->rows, .cols = q->cols, .xpixel = q->xpixel, .ypixel = q->ypixel,
		.pipes = q->kind == VOUCH_KIND_PIPES, .quiet = h->quiet,
		.admitted = q->from == VOUCH_FROM_HOOK && login_is_young(&h->login, ADMITTED_SECONDS),
	};
	h->status = leader_main(order);
	free(order);
}

static const struct {
	enum vouch_op op; /* the one request that the state permits */
	void (*handle)(struct helper *, const struct vouch_request *);
} states[] = {
	[EXPECT_VOUCH] = { VOUCH_OP_VOUCH, on_vouch },
	[EXPECT_START] = { VOUCH_OP_START, on_start },
};

/*
 * Receives one message: its length; 0 at the end; or a negative errno.  There is no room for descriptors: the kernel
 * closes passed descriptors and reports it.
 */
static ssize_t
receive(int conn, void *buf, size_t cap)
{
	struct iovec iov = { .iov_base = buf, .iov_len = cap };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	do
		n = recvmsg(conn, &msg, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EBADMSG : n;
}

/* Waits for a message at most TIMEOUT_MS, whatever interrupts. */
static bool
wait_for(int conn, int timeout_ms)
{
	uint64_t now = clock_now_ms(), end = now + (uint64_t)timeout_ms;

	for (; now < end; now = clock_now_ms()) {
		struct pollfd p = { .fd = conn, .events = POLLIN };
		int n = poll(&p, 1, (int)(end - now));

		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
	return false;
}

/* Answers a request without a ticket; whether it is one. */
static bool
asks_for_files(struct helper *h, const unsigned char *buf, size_t len)
{
	struct vouch_request q;

	if (vouch_decode_request(&q, buf, len))
		return false;
	if (q.op == VOUCH_OP_ENDS)
		on_ends(h);
	else if (q.op == VOUCH_OP_EVENTS)
		on_events(h);
	else
		return false;
	return true;
}

static void
serve(struct helper *h)
{
	while (h->state != DONE) {
		unsigned char buf[VOUCH_REQUEST_BYTES];
		struct vouch_request q;
		ssize_t n;

		if (!wait_for(h->conn, h->timeout_ms))
			return;
		n = receive(h->conn, buf, sizeof buf);
		if (n == 0 || (n < 0 && n != -EBADMSG))
			return;
		if (n > 0 && h->state == EXPECT_VOUCH && asks_for_files(h, buf, (size_t)n))
			return;
		if (n < 0 || vouch_decode_request(&q, buf, (size_t)n) || q.op != (uint32_t)states[h->state].op) {
			refuse(h, VOUCH_BAD_REQUEST, "unknown request", "bad request");
			return;
		}
		states[h->state].handle(h, &q);
	}
}

int
helper_run(int conn, int slot, bool quiet, uint64_t asked_ms)
{
	struct helper h = { .conn = conn, .slot = slot, .quiet = quiet, .asked_ms = asked_ms,
	                    .timeout_ms = SILENCE_MS };
	const int keep[] = { conn, slot }, none[] = { 0 };
	struct ucred cred;

	signals_reset();
	signals_catch(none);
	counters_guard();
	signals_alarm(LIFE_SECONDS);
	clearenv();
	umask(022);
	if (clean_descriptors(keep, 2) || peercred_get(conn, &cred))
		return 1;
	h.caller = cred.uid;
	serve(&h);
	return h.status;
}
