/* SPDX-License-Identifier: MIT */
#include "enter_why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemonlink.h"
#include "ends.h"
#include "forced.h"
#include "log.h"
#include "notheld.h"

#define A_DAY_MS UINT64_C(86400000) /* an older record is of another session with the number, perhaps */

void
enter_set_outcome(struct enter *e, enum enter_outcome outcome, const char *text)
{
	e->res->outcome = outcome;
	/* Escapes names from the login and texts from a keeper, because a terminal shows them. */
	log_escape(e->res->text, sizeof e->res->text, text);
}

/* The error code for a framed client. */
static uint32_t
code_of(const struct enter *e, int rc)
{
	static const uint32_t refused[] = {
		[ATTACH_REFUSAL_BUSY] = FRAME_E_BUSY, [ATTACH_REFUSAL_IDENTITY] = FRAME_E_REFUSED,
		[ATTACH_REFUSAL_TICKET] = FRAME_E_REFUSED, [ATTACH_REFUSAL_ENDED] = FRAME_E_NO_SESSION,
		[ATTACH_REFUSAL_BAD] = FRAME_E_PROTOCOL, [ATTACH_REFUSAL_TROUBLE] = FRAME_E_TROUBLE,
		[ATTACH_REFUSAL_VERSION] = FRAME_E_UNSUPPORTED, [ATTACH_REFUSAL_OTHER] = FRAME_E_NO_SESSION,
		[ATTACH_REFUSAL_ELEVATED] = FRAME_E_REFUSED, [ATTACH_REFUSAL_TAKEOVER] = FRAME_E_REFUSED,
		[ATTACH_REFUSAL_ASK] = FRAME_E_REFUSED,
	};
	uint32_t code = e->at.refused.code;

	if (rc == -EREMOTE && e->far_code)
		return e->far_code;
	if (rc == -EACCES && e->at.refused.text[0])
		return code < sizeof refused / sizeof *refused && refused[code] ? refused[code] : FRAME_E_TROUBLE;
	if (e->vouching.last.type == VOUCH_REFUSED)
		return e->vouching.last.refusal == VOUCH_DISABLED  ? FRAME_E_DISABLED
		       : e->vouching.last.refusal == VOUCH_TROUBLE ? FRAME_E_TROUBLE
		                                                   : FRAME_E_REFUSED;
	if (rc == -ENOENT && (e->want[0] || e->q->must_exist))
		return FRAME_E_NO_SESSION;
	return rc == -ENOTUNIQ || rc == -EACCES || rc == -ELOOP ? FRAME_E_REFUSED : FRAME_E_TROUBLE;
}

/* Why a login that asks for a name gets no new session of that name. */
static const char *
name_rule(const struct enter *e)
{
	if (!e->q->create_named || attach_name_ok(e->want) || !e->want[strspn(e->want, "0123456789")])
		return "";
	return "; a name has " ATTACH_NAME_RULE;
}

static uint32_t
refusal_of(const struct enter *e)
{
	return e->vouching.last.type == VOUCH_REFUSED ? e->vouching.last.refusal : 0;
}

/* sshd has not executed this shell itself: the login goes on as without holdfast. */
static bool
is_aside(const struct enter *e, int rc)
{
	return rc == -ENOEXEC || refusal_of(e) == VOUCH_ASIDE;
}

/* The person has asked for nothing, and the administrator has decided, or a command of the person's is under way. */
static bool
is_silent(const struct enter *e, int rc)
{
	if (is_aside(e, rc))
		return !forced_by_sshd(e->user);
	return refusal_of(e) == VOUCH_DISABLED && e->q->hook && !e->want[0];
}

/* Whether RC, or an error of the login, is a connection that nobody accepts. */
static bool
is_absence(int rc)
{
	return rc == -ENOENT || rc == -ECONNREFUSED;
}

/* The sentence for an error of the system. */
static void
say_error(const struct enter *e, int rc, char text[TEXT_CAP])
{
	if (!e->q->own && is_absence(e->err) && is_absence(rc))
		snprintf(text, TEXT_CAP, "holdfastd is not running");
	else
		snprintf(text, TEXT_CAP, "%s: %s", rc == e->err ? "cannot ask holdfastd" : "cannot enter a session",
		         strerror(-rc));
}

/* A login without a ticket.  The module has put its trouble into the environment, if there was any. */
static void
say_unknown(char text[TEXT_CAP])
{
	const char *trouble = getenv("HOLDFAST_TROUBLE");

	if (trouble && trouble[0])
		snprintf(text, TEXT_CAP, "cannot record this login: %.300s", trouble);
	else
		snprintf(text, TEXT_CAP, "this is not an ssh login that holdfast knows");
}

/* The sentence for the error RC of a session by name, or of the login itself; false: it is none of these. */
static bool
say_known(const struct enter *e, int rc, char text[TEXT_CAP])
{
	if (is_aside(e, rc))
		snprintf(text, TEXT_CAP, FORCED_WORDS);
	else if (rc == -ELOOP)
		snprintf(text, TEXT_CAP, "this login comes from inside session %s; a session cannot be shown inside itself",
		         e->want);
	else if (rc == -EACCES && e->at.refused.text[0])
		snprintf(text, TEXT_CAP, "session %s: %.400s", e->want, e->at.refused.text);
	else if (e->vouching.last.type == VOUCH_REFUSED)
		snprintf(text, TEXT_CAP, "%s", e->vouching.last.text[0] ? e->vouching.last.text : "holdfastd gives no reason");
	else if (rc == -EACCES && !e->q->own && ticket_is_none(&e->q->ticket))
		say_unknown(text);
	else if (rc == -ENOENT && e->node[0])
		snprintf(text, TEXT_CAP, "no session %s on %s, as far as this node knows", e->want, e->node);
	else if (rc == -ENOENT && e->q->mode == ATTACH_MODE_STREAM && ends_line(attach_id(e->want), A_DAY_MS, text) == 0)
		return true;
	else if (rc == -ENOENT && e->want[0] && (e->q->own || !is_absence(e->err) || e->q->framed))
		snprintf(text, TEXT_CAP, "no session %s%s", e->want, name_rule(e));
	else if (rc == -EHOSTUNREACH)
		snprintf(text, TEXT_CAP, "no session %s among those that answer; another one does not answer", e->want);
	else if (rc == -EHOSTDOWN)
		snprintf(text, TEXT_CAP, "session %s does not answer; holdfastctl kill -s KILL ends it", e->want);
	else if (rc == -EREMOTE)
		snprintf(text, TEXT_CAP, "%.400s", e->far);
	else if (rc == -ENOTUNIQ && e->pool.whole && !e->node[0])
		snprintf(text, TEXT_CAP, "several sessions are named %s; say the node too (holdfastctl ls shows them)", e->want);
	else if (rc == -ENOTUNIQ)
		snprintf(text, TEXT_CAP, "several sessions are named %s; use the number", e->want);
	else if (rc == -E2BIG)
		snprintf(text, TEXT_CAP, "the environment of this login is too large (%u KiB)", ENV_BYTES_MAX / 1024);
	else if (rc == -ETIMEDOUT)
		snprintf(text, TEXT_CAP, "a new session was not ready in time");
	else
		return false;
	return true;
}

void
enter_say_told(struct enter *e)
{
	if (e->told[0] && e->q->tty)
		fprintf(stderr, "holdfast: %s\r\n", e->told);
	e->told[0] = '\0';
}

/* What this process alone knows of the cause; 0: root's part has written the cause down, or nobody is there to hear. */
static uint32_t
cause_of(const struct enter *e, int rc)
{
	if (e->waiting.skip || e->waiting.hangup || rc == -ECANCELED)
		return NOTHELD_SKIPPED;
	/*
	 * With a refusal of its own making, holdfastd finds this login's question, and that nobody waits for the
	 * answer.
	 */
	if (e->vouching.last.type == VOUCH_REFUSED || is_aside(e, rc))
		return 0;
	if (rc == -E2BIG)
		return NOTHELD_ENVIRONMENT;
	/* -EPERM: another user listens in holdfastd's place, and is not asked again. */
	if (rc == e->err)
		return is_absence(rc) || rc == -EPERM ? 0 : NOTHELD_UNREACHABLE;
	if (e->want[0])
		return NOTHELD_BY_NAME;
	return rc == -ETIMEDOUT ? NOTHELD_NOT_READY : NOTHELD_ENTERING;
}

/* Tells holdfastd, if this is a login whose shell would have been held. */
static void
say_cause(const struct enter *e, int rc)
{
	uint32_t cause = e->q->hook && !e->switched && !e->q->own ? cause_of(e, rc) : 0;

	if (cause)
		daemonlink_say(&e->q->ticket, true, cause, notheld_number(cause) ? (uint32_t)-rc : 0);
}

void
enter_say_why(struct enter *e, int rc)
{
	char text[TEXT_CAP];

	say_cause(e, rc);
	enter_say_told(e);
	e->res->code = code_of(e, rc);
	if (is_silent(e, rc)) {
		enter_set_outcome(e, ENTER_NOT, "");
		return;
	}
	if (e->waiting.skip || rc == -ECANCELED) {
		enter_set_outcome(e, ENTER_SKIPPED, "");
		return;
	}
	if (!say_known(e, rc, text))
		say_error(e, rc, text);
	enter_set_outcome(e, ENTER_NOT, text);
}
