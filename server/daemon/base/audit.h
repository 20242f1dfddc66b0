/* SPDX-License-Identifier: MIT */
/*
 * audit: a session's lines in the log, of the form
 *   event=resume user=alice uid=1000 session=3 address=192.0.2.7 key=SHA256:… who="publickey SHA256:…" duration=252
 * Events, and what "duration" (seconds) is of them:
 *   create                a session was started
 *   resume                a dropped one is attached again: how long nobody was
 *   join, take            beside, or in the place of, those who are attached; other-key=yes: of another identity
 *   attach                by a process that no login vouches for
 *   drop                  the last one has gone: how long that one was attached
 *   leave                 one has gone, others are there: the same; why=taken
 *   end, lost             the shell, or the keeper, has ended: how long the session was; status=, why=
 *   refuse                why=
 *   aside                 a shell at whose start holdfast was asked is not one that sshd has executed; why=
 */
#ifndef HOLDFAST_AUDIT_H
#define HOLDFAST_AUDIT_H

#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "ratelimit.h"

struct audit {
	char user[USER_CAP]; /* as it is written */
	uid_t uid;
	uint32_t session; /* 0: none yet */
	struct ratelimit limit;
};

/* USER is copied; what would end the field is replaced. */
void audit_init(struct audit *a, const char *user, uid_t uid);
/* One line.  ADDRESS and WHO may be NULL or "": unknown.  EXTRA is "" or further "key=value" fields. */
void audit_event(struct audit *a, const char *event, const char *address, const char *who, const char *extra);
/* The same for what the user can cause at will: too many are counted and not written. */
void audit_limited(struct audit *a, const char *event, const char *address, const char *who, const char *extra);

#endif
