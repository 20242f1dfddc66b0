/* SPDX-License-Identifier: MIT */
#include "insession.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "caller.h"
#include "notheld.h"
#include "vouch.h"

static void __attribute__((format(printf, 5, 6)))
say(struct insession_no *no, uint32_t code, uint32_t cause, const char *what, const char *fmt, ...)
{
	va_list ap;

	no->code = code;
	no->cause = cause;
	snprintf(no->what, sizeof no->what, "%s", what);
	va_start(ap, fmt);
	vsnprintf(no->text, sizeof no->text, fmt, ap);
	va_end(ap);
}

/* The kernel's facts about the caller are against it, or cannot be had. */
static void
say_caller(struct insession_no *no, int rc, const char *why)
{
	if (rc == -ECHILD)
		say(no, VOUCH_NOT_INSIDE, NOTHELD_NOT_INSIDE, why,
		    "this process comes out of no held session: it was started elsewhere, or has lost its parents, as "
		    "daemons and tmux do; the session's own shell can start one, and so can a login (ssh HOST "
		    "holdfastctl ...)");
	else if (rc == -EPERM)
		say(no, VOUCH_NOT_INSIDE, NOTHELD_NOT_INSIDE, why,
		    "this process may not start another session: it differs from its session (%s)", why);
	else if (rc == -EXDEV)
		say(no, VOUCH_NOT_INSIDE, NOTHELD_NAMESPACES, why, "the session has %s than holdfastd", why);
	else
		say(no, VOUCH_TROUBLE, NOTHELD_TROUBLE, why, "cannot check this process: %s", why);
}

/* The leader of session ID does not vouch for it. */
static void
say_leader(struct insession_no *no, int rc, uint32_t id)
{
	char what[96];

	snprintf(what, sizeof what, "the leader of session %u: %s", (unsigned)id, strerror(-rc));
	if (rc == -ENOENT || rc == -EPIPE)
		say(no, VOUCH_TROUBLE, NOTHELD_TROUBLE, what,
		    "session %u cannot vouch for this process: it is ending, or an older version of holdfast has started "
		    "it; a login can start a session (ssh HOST holdfastctl ...)", (unsigned)id);
	else if (rc == -ETIMEDOUT)
		say(no, VOUCH_TROUBLE, NOTHELD_TROUBLE, what, "the leader of session %u does not answer", (unsigned)id);
	else
		say(no, VOUCH_TROUBLE, NOTHELD_TROUBLE, what, "cannot ask %s", what);
}

int
insession_find(int conn, struct origin *o, struct insession_no *no)
{
	char label[PROCFILE_LABEL_CAP];
	struct leaderreg session;
	const char *why;
	int rc = caller_check_session(conn, &session, label, &why);

	if (rc) {
		say_caller(no, rc, why);
		return rc;
	}
	rc = origin_ask(o, &session);
	if (rc) {
		say_leader(no, rc, session.id);
		return rc;
	}
	if (strcmp(label, o->label) == 0)
		return 0;
	say_caller(no, -EPERM, "another security label");
	return -EPERM;
}
