/* SPDX-License-Identifier: MIT */
/*
 * audit: a session's lines in the log, of the form
 *   event=resume user=alice uid=1000 session=3 unique=5f3a… address=192.0.2.7 key=SHA256:… who="…" duration=252
 * holdfast-events(7) is for administrators; the events, and the meaning of "duration" (seconds):
 *   create                a session was started
 *   resume                a login resumed a dropped session: the time since the drop
 *   join, take            attached beside, or in place of, other attachments; other-key=yes: of another identity
 *   attach                by a process without a vouched login
 *   drop                  the last attachment has gone: its life
 *   leave                 one of several attachments has gone: its life; why=taken
 *   end, lost             the session is over, or its keeper or all of it was found dead: its life; why=, by= and more
 *   refuse                why=
 *   aside                 the hook of a shell asked that sshd has not executed itself; why=
 */
#ifndef HOLDFAST_AUDIT_H
#define HOLDFAST_AUDIT_H

#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "ratelimit.h"

struct audit {
	char user[USER_CAP]; /* as in the log */
	uid_t uid;
	uint32_t session; /* 0: none yet */
	char unique[17]; /* the session's own, whatever its number: endrecord.h; "": unknown */
	struct ratelimit limit;
};

/* Copies USER, and replaces characters that would end the field. */
void audit_init(struct audit *a, const char *user, uid_t uid);
/* One line, and one more in the counters (counters.h), but for refuse and aside (reply.h).  ADDRESS and WHO may be NULL or "": unknown.  EXTRA is "" or further "key=value" fields. */
void audit_event(struct audit *a, const char *event, const char *address, const char *who, const char *extra);
/*
 * The same for events that the user can cause at will: lines over the limit are counted and not written.  A refusal is
 * in the counters too: it is the keeper's, whose login is told by the keeper.
 */
void audit_limited(struct audit *a, const char *event, const char *address, const char *who, const char *extra);

#endif
