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
#include "askpool.h"
#include "audit.h"
#include "clean.h"
#include "clock.h"
#include "counters.h"
#include "files.h"
#include "helper_private.h"
#include "hop_challenge.h"
#include "hop_sign.h"
#include "insession.h"
#include "leader_main.h"
#include "log.h"
#include "login.h"
#include "notheld.h"
#include "caller.h"
#include "peercred.h"
#include "policy.h"
#include "ratelimit.h"
#include "receiving.h"
#include "progress.h"
#include "refusal.h"
#include "reply.h"
#include "said.h"
#include "signals.h"
#include "tellends.h"
#include "vouch.h"

#define ADMITTED_SECONDS 300 /* sshd's account stage counts for the login's shell: authentication and start-up files */
#define TOLD_BEFORE_MS 300
#define LIFE_SECONDS 60 /* whatever happens, a name service that hangs for instance */

/*
 * Writes why the login gets no session (notheld.h), and WHAT else there is to say, or "".  The facts of the login come
 * from its record; for a caller without one only the uid is known.
 */
static void
write_refusal(const struct helper *h, const char *name, uint32_t code, uint32_t cause, const char *what)
{
	bool known = h->login.uid == h->caller && h->login.user[0];
	struct audit a;
	struct event e;

	audit_init(&a, known ? h->login.user : "-", h->caller);
	audit_begin(&a, &e, name, known ? login_from(&h->login) : NULL, known ? h->login.who : NULL);
	event_number(&e, "code", code);
	event_add(&e, "from", vouch_from_word(h->from));
	event_add(&e, "why", notheld_name(cause));
	if (what[0])
		event_quote(&e, "detail", what);
	if (known)
		login_event(&h->login, &e);
	audit_write(&a, &e);
}

/* Refuses and ends; TEXT is for the person, and CAUSE and WHAT for the log. */
static void
refuse(struct helper *h, uint32_t code, const char *text, uint32_t cause, const char *what)
{
	h->state = HELPER_DONE;
	h->status = 1;
	/* It has its answer, and holdfastd has counted it. */
	if (progress_has_told())
		return;
	reply_refuse_as(h->conn, code, notheld_name(cause), "%s", text);
	refusal_tell(h->slot);
	if (!h->quiet)
		write_refusal(h, reply_event(code), code, cause, what);
}

/* Whose login it is, for the log alone; of one that has ended only the user is known. */
static void
find_facts(struct helper *h, const struct vouch_request *q)
{
	const struct passwd *pw;

	if (login_find(&q->ticket, &h->login) == 0 && h->login.uid == h->caller)
		return;
	memset(&h->login, 0, sizeof h->login);
	pw = getpwuid(h->caller);
	if (!pw || strlen(pw->pw_name) >= sizeof h->login.user)
		return;
	memcpy(h->login.user, pw->pw_name, strlen(pw->pw_name) + 1);
	h->login.uid = h->caller;
}

static bool
find_login(struct helper *h, const struct vouch_request *q)
{
	const char *what;
	int rc = login_find(&q->ticket, &h->login);

	if (!rc && h->login.uid == h->caller) {
		progress_login(h->login.user, login_from(&h->login), h->login.who, q->from);
		login_has_asked(&q->ticket);
		return true;
	}
	what = strerror(rc < 0 ? -rc : EPERM);
	if (!rc)
		refuse(h, VOUCH_NOT_YOURS, "this ticket belongs to another user", NOTHELD_ANOTHERS_TICKET, "");
	else if ((rc == -ENOENT || rc == -ESRCH) && q->from == VOUCH_FROM_HOOK)
		/* Processes that a login has left behind, such as mosh-server, start shells with its ticket. */
		refuse(h, VOUCH_ASIDE, "this is not the shell of a known login", NOTHELD_UNKNOWN_LOGIN, what);
	else if (rc == -ENOENT || rc == -ESRCH)
		refuse(h, VOUCH_NO_TICKET, "this login is unknown or has ended", NOTHELD_UNKNOWN_LOGIN, what);
	else
		refuse(h, VOUCH_TROUBLE, "cannot read this login's record", NOTHELD_TROUBLE, what);
	return false;
}

/* The session that the caller comes out of; the login that has started it stands for the caller's own. */
static bool
find_session(struct helper *h, const struct vouch_request *q)
{
	struct insession_no no;

	progress_step(PROGRESS_CALLER);
	if (!h->origin)
		h->origin = calloc(1, sizeof *h->origin);
	if (!h->origin) {
		refuse(h, VOUCH_TROUBLE, "out of memory", NOTHELD_MEMORY, "");
		return false;
	}
	if (insession_find(h->conn, h->origin, &no)) {
		find_facts(h, q);
		refuse(h, no.code, no.text, no.cause, no.what);
		return false;
	}
	h->login = h->origin->login;
	progress_login(h->login.user, h->login.address, h->login.who, q->from);
	return true;
}

static bool
check_caller(struct helper *h, const struct vouch_request *q)
{
	char elsewhere[TEXT_CAP], confined[TEXT_CAP];
	const char *why;
	int rc;

	progress_step(PROGRESS_CALLER);
	rc = q->from == VOUCH_FROM_HOOK ? caller_check_hook(h->conn, &h->login, &q->ticket, h->account.shell, &why)
	                                : caller_check(h->conn, &h->login, &why);
	if (!rc)
		return true;
	snprintf(elsewhere, sizeof elsewhere, "sshd has %s than holdfastd", why);
	snprintf(confined, sizeof confined, "this shell is confined: %s", why);
	if (rc == -EXDEV)
		refuse(h, VOUCH_NOT_INSIDE, elsewhere, NOTHELD_NAMESPACES, why);
	else if (rc == -ENOEXEC)
		refuse(h, VOUCH_ASIDE, "this is not a login shell that sshd has started", NOTHELD_NOT_SSHDS, why);
	else if (rc == -EPERM && q->from == VOUCH_FROM_HOOK)
		refuse(h, VOUCH_NOT_INSIDE, confined, NOTHELD_CONFINED, why);
	else if (rc == -EPERM)
		refuse(h, VOUCH_NOT_INSIDE, "this process does not belong to the login", NOTHELD_NOT_INSIDE, why);
	else
		refuse(h, VOUCH_TROUBLE, "cannot check this process", NOTHELD_TROUBLE, why);
	return false;
}

/* The policy does not permit this login's session, for CODE; TROUBLE: what is wrong with it, or "". */
static void
refuse_by_policy(struct helper *h, uint32_t code, const char *trouble)
{
	if (trouble[0] && !h->quiet)
		log_line(LOG_ERR, "%s", trouble);
	if (code == VOUCH_DISABLED)
		refuse(h, code, "switched off for this login", NOTHELD_ENABLE_NO, "");
	else if (code == VOUCH_BAD_CONFIG)
		refuse(h, code, "holdfast.conf has an error; see the log", NOTHELD_CONFIG, trouble);
	else
		refuse(h, code, trouble, NOTHELD_TROUBLE, trouble);
}

static bool
verify(struct helper *h, const struct vouch_request *q)
{
	char trouble[TEXT_CAP] = "", what[TEXT_CAP];
	uint32_t code;
	int rc;

	progress_step(PROGRESS_BEGINS);
	if (policy_disabled()) {
		find_facts(h, q);
		refuse(h, VOUCH_DISABLED, "switched off on this host", NOTHELD_DISABLED, "");
		return false;
	}
	if (q->from == VOUCH_FROM_SESSION ? !find_session(h, q) : !find_login(h, q))
		return false;
	progress_step(PROGRESS_ACCOUNT);
	rc = account_find(h->login.user, h->login.uid, &h->account);
	if (rc) {
		snprintf(what, sizeof what, "cannot look up this account: %s", strerror(-rc));
		refuse(h, VOUCH_TROUBLE, what, NOTHELD_TROUBLE, what);
		return false;
	}
	if (!h->origin && !check_caller(h, q))
		return false;
	progress_step(PROGRESS_POLICY);
	code = policy_for(h->account.user, h->account.gid, &h->login, &h->policy, trouble);
	if (code) {
		refuse_by_policy(h, code, trouble);
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
	facts.pool = askpool_may(&h->policy.pool);
	if (facts.pool && strcmp(h->policy.pool.trust, "*") != 0)
		memcpy(facts.trust, h->policy.pool.trust, sizeof facts.trust);
	if (facts.pool && h->policy.pool.timeout_ms != POOL_TIMEOUT_MS)
		facts.pool_timeout_ms = h->policy.pool.timeout_ms;
	if (reply_send(h->conn, &facts))
		h->state = HELPER_DONE;
}

/* The login gives up after MS, and is told a moment before that what took so long. */
static void
arm(const struct helper *h, uint32_t ms)
{
	progress_arm(h->conn, h->slot, ms > 2 * TOLD_BEFORE_MS ? ms - TOLD_BEFORE_MS : ms / 2);
}

/* Nobody waits for the answer any more: the person has pressed Ctrl-C, or we were too slow (vouching.h). */
static bool
was_left(struct helper *h, const struct vouch_request *q)
{
	struct pollfd p = { .fd = h->conn, .events = POLLRDHUP };

	if (poll(&p, 1, 0) <= 0)
		return false;
	find_facts(h, q);
	login_has_asked(&q->ticket);
	refusal_tell(h->slot);
	counters_event("aside", notheld_name(NOTHELD_GAVE_UP));
	if (!h->quiet)
		write_refusal(h, "aside", VOUCH_LATE, NOTHELD_GAVE_UP, "");
	h->state = HELPER_DONE;
	return true;
}

static void
on_vouch(struct helper *h, const struct vouch_request *q)
{
	struct config_policy defaults;
	bool ok;

	h->from = q->from;
	if (was_left(h, q))
		return;
	/* The policy is not known yet. */
	config_defaults(&defaults);
	arm(h, defaults.login_timeout_ms);
	ok = verify(h, q);
	progress_disarm();
	if (!ok)
		return;
	if (!h->origin)
		counters_asked(&q->ticket, h->asked_ms);
	h->ticket = q->ticket;
	h->state = HELPER_EXPECT_START;
	/* It looks for a session to resume first, which takes its time. */
	h->timeout_ms = HELPER_SILENCE_MS;
	h->timeout_ms += (int)(h->policy.login_timeout_ms < 30000 ? h->policy.login_timeout_ms : 30000);
	if (h->from == VOUCH_FROM_HOOK)
		tellends_run(h->conn, h->caller);
	send_facts(h);
}

static void
refuse_drained(struct helper *h)
{
	char text[TEXT_CAP] = "no new sessions on this host now (maintenance)";

	if (config_pool_on(&h->policy.pool))
		snprintf(text + strlen(text), sizeof text - strlen(text), "; other nodes of the pool %s start them",
		         h->policy.pool.name);
	refuse(h, VOUCH_DRAIN, text, NOTHELD_DRAIN, "");
}

static void
on_start(struct helper *h, const struct vouch_request *q)
{
	struct leader_order *order;

	h->state = HELPER_DONE;
	/* At once: it tells the caller that this helper is alive, however long the rest takes. */
	if (reply_plain(h->conn, VOUCH_PROGRESS, 0))
		return;
	if (memcmp(&q->ticket, &h->ticket, sizeof h->ticket) != 0 || q->from != h->from) {
		refuse(h, VOUCH_BAD_REQUEST, "the request differs from the first one", NOTHELD_BAD_REQUEST,
		       "the ticket or kind differs from the first one");
		return;
	}
	arm(h, h->policy.login_timeout_ms);
	if (!verify(h, q))
		return;
	if (policy_draining()) {
		refuse_drained(h);
		return;
	}
	order = calloc(1, sizeof *order);
	if (!order) {
		refuse(h, VOUCH_TROUBLE, "out of memory", NOTHELD_MEMORY, "");
		return;
	}
	*order = (struct leader_order){
		.conn = h->conn, .slot = h->slot, .ticket = h->ticket, .login = h->login, .account = h->account,
		.policy = h->policy, .rows = q->rows, .cols = q->cols, .xpixel = q->xpixel, .ypixel = q->ypixel,
		.pipes = q->kind == VOUCH_KIND_PIPES, .quiet = h->quiet, .from = h->from, .origin = h->origin,
		.admitted = q->from == VOUCH_FROM_HOOK && login_is_young(&h->login, ADMITTED_SECONDS),
	};
	caller_label(h->conn, order->label);
	h->slot = -1;
	h->status = leader_main(order);
	free(order);
}

/* A vouched login asks for the sessions of its user on other nodes, before it asks for a new one: whether this was that. */
static bool
asks_pool(struct helper *h, const unsigned char *buf, size_t len)
{
	struct vouch_request q;

	if (h->state != HELPER_EXPECT_START || vouch_decode_request(&q, buf, len) || q.op != VOUCH_OP_POOL)
		return false;
	if (!askpool_may(&h->policy.pool))
		reply_pool(h->conn, -1);
	else if (askpool_answer(h->conn, q.number, h->login.user))
		h->state = HELPER_DONE;
	return true;
}

static const struct {
	enum vouch_op op; /* the one request that the state permits */
	void (*handle)(struct helper *, const struct vouch_request *);
} states[] = {
	[HELPER_EXPECT_VOUCH] = { VOUCH_OP_VOUCH, on_vouch },
	[HELPER_EXPECT_START] = { VOUCH_OP_START, on_start },
};

/* Answers a request that needs no ticket; whether it is one. */
static bool
needs_no_ticket(struct helper *h, const unsigned char *buf, size_t len)
{
	struct vouch_request q;

	if (vouch_decode_request(&q, buf, len))
		return false;
	if (q.op == VOUCH_OP_ENDS)
		files_ends(h->conn, h->caller);
	else if (q.op == VOUCH_OP_EVENTS)
		files_events(h->conn, h->caller);
	else if (q.op == VOUCH_OP_POOL)
		askpool_unvouched(h->conn, h->caller, &q.ticket, q.number);
	else if (q.op == VOUCH_OP_HELD)
		askpool_held(h->conn, h->caller);
	else if (q.op != VOUCH_OP_SAY)
		return false;
	else if (said_take(h->caller, &q, h->quiet))
		refusal_tell(h->slot);
	return true;
}

/* Serves a request of a login that goes over from one node of a pool to another; whether it is one. */
static bool
hops(struct helper *h, const unsigned char *buf, size_t len)
{
	struct vouch_request q;

	/* A process in a session is in no login. */
	if (vouch_decode_request(&q, buf, len) || q.from != VOUCH_FROM_COMMAND)
		return false;
	if (q.op == VOUCH_OP_CHALLENGE)
		hop_challenge(h, &q);
	else if (q.op == VOUCH_OP_SIGN)
		hop_sign(h, &q);
	else
		return false;
	return true;
}

static void
serve(struct helper *h)
{
	while (h->state != HELPER_DONE) {
		unsigned char buf[VOUCH_REQUEST_BYTES];
		struct vouch_request q;
		ssize_t n;

		if (!receiving_wait(h->conn, h->timeout_ms))
			return;
		n = receiving_take(h->conn, buf, sizeof buf);
		if (n == 0 || (n < 0 && n != -EBADMSG))
			return;
		if (n > 0 && h->state == HELPER_EXPECT_VOUCH && (needs_no_ticket(h, buf, (size_t)n) || hops(h, buf, (size_t)n)))
			return;
		if (n > 0 && asks_pool(h, buf, (size_t)n))
			continue;
		if (n < 0 || vouch_decode_request(&q, buf, (size_t)n) || q.op != (uint32_t)states[h->state].op) {
			refuse(h, VOUCH_BAD_REQUEST, "unknown request", NOTHELD_BAD_REQUEST, "");
			return;
		}
		states[h->state].handle(h, &q);
	}
}

int
helper_run(int conn, int slot, bool quiet, struct progress *progress, uint64_t asked_ms)
{
	struct helper h = { .conn = conn, .slot = slot, .quiet = quiet, .asked_ms = asked_ms,
	                    .timeout_ms = HELPER_SILENCE_MS, .verify = verify };
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
	progress_begin(progress);
	serve(&h);
	if (h.slot >= 0)
		refusal_done(h.slot);
	free(h.origin);
	return h.status;
}
