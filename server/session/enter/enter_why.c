/* SPDX-License-Identifier: MIT */
#include "enter_why.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

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

void
enter_say_why(struct enter *e, int rc)
{
	char text[TEXT_CAP];

	e->res->code = code_of(e, rc);
	/* The login goes on as without holdfast. */
	if (rc == -ENOEXEC || (e->vouching.last.type == VOUCH_REFUSED && e->vouching.last.refusal == VOUCH_ASIDE)) {
		enter_set_outcome(e, ENTER_NOT, "");
		return;
	}
	if (e->waiting.skip || rc == -ECANCELED) {
		enter_set_outcome(e, ENTER_SKIPPED, "");
		return;
	}
	if (rc == -ELOOP)
		snprintf(text, sizeof text, "this login comes from inside session %s; a session cannot be shown "
		                            "inside itself",
		         e->want);
	else if (rc == -EACCES && e->at.refused.text[0])
		snprintf(text, sizeof text, "session %s: %.400s", e->want, e->at.refused.text);
	else if (e->vouching.last.type == VOUCH_REFUSED)
		snprintf(text, sizeof text, "%s", e->vouching.last.text);
	else if (rc == -EACCES && !e->q->own && ticket_is_none(&e->q->ticket))
		snprintf(text, sizeof text, "this is not an ssh login that holdfast knows");
	else if (rc == -ENOENT && e->want[0] && (e->q->own || e->vouching.facts.type || e->q->framed))
		snprintf(text, sizeof text, "no session %s%s", e->want, name_rule(e));
	else if (rc == -EHOSTUNREACH)
		snprintf(text, sizeof text, "no session %s among those that answer; another one does not answer",
		         e->want);
	else if (rc == -EHOSTDOWN)
		snprintf(text, sizeof text, "session %s does not answer; holdfastctl kill -s KILL ends it", e->want);
	else if (rc == -ENOTUNIQ)
		snprintf(text, sizeof text, "several sessions are named %s; use the number", e->want);
	else if (rc == -E2BIG)
		snprintf(text, sizeof text, "the environment of this login is too large (%u KiB)",
		         ENV_BYTES_MAX / 1024);
	else if (rc == -ETIMEDOUT)
		snprintf(text, sizeof text, "a new session was not ready in time");
	else if (!e->q->own && (rc == -ENOENT || rc == -ECONNREFUSED))
		snprintf(text, sizeof text, "holdfastd is not running");
	else
		snprintf(text, sizeof text, "%s", strerror(rc < 0 ? -rc : rc));
	enter_set_outcome(e, ENTER_NOT, text);
}
