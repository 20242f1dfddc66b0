/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "clock.h"
#include "counters.h"
#include "storing.h"

void
audit_init(struct audit *a, const char *user, uid_t uid)
{
	memset(a, 0, sizeof *a);
	snprintf(a->user, sizeof a->user, "%s", user);
	a->uid = uid;
	a->limit.burst = 32;
	a->limit.every_ms = 1000;
}

/* Takes the first fingerprint in WHO for the field key=. */
static void
take_key(char *key, size_t cap, const char *who)
{
	const char *found = who ? strstr(who, "SHA256:") : NULL;

	snprintf(key, cap, "%.*s", found ? (int)strcspn(found, ", \"") : 0, found ? found : "");
}

void
audit_begin(const struct audit *a, struct event *e, const char *name, const char *address, const char *who)
{
	char key[64];

	take_key(key, sizeof key, who);
	event_init(e, name);
	event_add(e, "user", a->user);
	event_number(e, "uid", a->uid);
	event_number(e, "session", a->session);
	if (a->unique[0])
		event_add(e, "unique", a->unique);
	if (a->name[0])
		event_add(e, "name", a->name);
	event_add(e, "address", address);
	event_add(e, "key", key);
	event_quote(e, "who", who);
}

void
audit_plain(int priority, const struct event *e)
{
	event_log(priority, e);
	storing_put(e);
}

/* The line, in whatever way it was counted. */
static void
write_it(struct audit *a, struct event *e)
{
	if (a->limit.suppressed)
		event_number(e, "suppressed", a->limit.suppressed);
	a->limit.suppressed = 0;
	audit_plain(LOG_INFO, e);
}

/* A refusal that a login is told about has been counted there (reply.h). */
void
audit_write(struct audit *a, struct event *e)
{
	const char *name = event_get(e, "event");

	if (strcmp(name, "refuse") != 0 && strcmp(name, "aside") != 0)
		counters_event(name, event_get(e, "why"));
	write_it(a, e);
}

void
audit_write_limited(struct audit *a, struct event *e)
{
	counters_event(event_get(e, "event"), event_get(e, "why"));
	if (ratelimit_take(&a->limit, clock_now_ms()))
		write_it(a, e);
}

void
audit_event(struct audit *a, const char *name, const char *address, const char *who, const char *extra)
{
	struct event e;

	audit_begin(a, &e, name, address, who);
	event_words(&e, extra);
	audit_write(a, &e);
}

void
audit_limited(struct audit *a, const char *name, const char *address, const char *who, const char *extra)
{
	struct event e;

	audit_begin(a, &e, name, address, who);
	event_words(&e, extra);
	audit_write_limited(a, &e);
}
