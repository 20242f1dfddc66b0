/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "clock.h"
#include "counters.h"
#include "log.h"

void
audit_init(struct audit *a, const char *user, uid_t uid)
{
	memset(a, 0, sizeof *a);
	snprintf(a->user, sizeof a->user, "%s", user);
	for (char *p = a->user; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '=')
			*p = '_';
	a->uid = uid;
	a->limit.burst = 32;
	a->limit.every_ms = 1000;
}

/* Takes the first fingerprint in WHO for the field key=. */
static void
take_key(char *key, size_t cap, const char *who)
{
	const char *found = who ? strstr(who, "SHA256:") : NULL;

	if (found)
		snprintf(key, cap, "%.*s", (int)strcspn(found, ", \""), found);
	else
		snprintf(key, cap, "-");
}

static void
write_event(struct audit *a, const char *event, const char *address, const char *who, const char *extra)
{
	char more[48] = "", key[64];

	if (a->limit.suppressed)
		snprintf(more, sizeof more, " suppressed=%u", a->limit.suppressed);
	a->limit.suppressed = 0;
	take_key(key, sizeof key, who);
	log_line(LOG_INFO, "event=%s user=%s uid=%u session=%u%s%s address=%s key=%s who=\"%s\"%s%s%s", event, a->user,
	         (unsigned)a->uid, (unsigned)a->session, a->unique[0] ? " unique=" : "", a->unique,
	         address && *address ? address : "-", key, who ? who : "", *extra ? " " : "", extra, more);
}

/* A refusal that a login is told about has been counted there (reply.h). */
void
audit_event(struct audit *a, const char *event, const char *address, const char *who, const char *extra)
{
	if (strcmp(event, "refuse") != 0 && strcmp(event, "aside") != 0)
		counters_fields(event, extra);
	write_event(a, event, address, who, extra);
}

void
audit_limited(struct audit *a, const char *event, const char *address, const char *who, const char *extra)
{
	counters_fields(event, extra);
	if (ratelimit_take(&a->limit, clock_now_ms()))
		write_event(a, event, address, who, extra);
}
