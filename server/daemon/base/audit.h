/* SPDX-License-Identifier: MIT */
/*
 * audit: a session's events (event.h): a line in the log, and one in the user's store (eventstore.h).
 *   event=resume user=alice uid=1000 session=3 unique=5f3a… name=build address=192.0.2.7 key=SHA256:… who="…" duration=252
 * holdfast-events(7) has all events and fields, for administrators.
 *
 * The store is written after the log, and a store that cannot be written costs a line in the log (storing.h).  So a
 * login is answered before its event is written.
 */
#ifndef HOLDFAST_AUDIT_H
#define HOLDFAST_AUDIT_H

#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "event.h"
#include "ratelimit.h"

struct audit {
	char user[USER_CAP];
	uid_t uid;
	uint32_t session; /* 0: none yet */
	char unique[17]; /* the session's own, whatever its number: endrecord.h; "": unknown */
	char name[NAME_CAP]; /* the session's; "": it has none */
	struct ratelimit limit;
};

/* USER may be "-": unknown. */
void audit_init(struct audit *a, const char *user, uid_t uid);
/*
 * Makes *E the event NAME, with the fields of *A.  ADDRESS and WHO may be NULL or "": unknown.  The caller adds others.
 */
void audit_begin(const struct audit *a, struct event *e, const char *name, const char *address, const char *who);
/* Writes *E, which audit_begin() has made, and counts it (counters.h), but for refuse and aside (reply.h does). */
void audit_write(struct audit *a, struct event *e);
/*
 * The same for events that the user can cause at will: lines over the limit are counted and not written.  A refusal is
 * in the counters too: it is the keeper's, whose login is told by the keeper.
 */
void audit_write_limited(struct audit *a, struct event *e);
/* All at once.  EXTRA is "" or further fields, as the log has them: key=value key="two words". */
void audit_event(struct audit *a, const char *name, const char *address, const char *who, const char *extra);
void audit_limited(struct audit *a, const char *name, const char *address, const char *who, const char *extra);
/* An event that is of no session: into the log at PRIORITY, and the store. */
void audit_plain(int priority, const struct event *e);

#endif
