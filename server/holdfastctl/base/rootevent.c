/* SPDX-License-Identifier: MIT */
#include "rootevent.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "ctl.h"
#include "eventstore.h"
#include "hostfile.h"
#include "log.h"
#include "paths.h"

#define LOGIN_UID "/proc/self/loginuid"
#define NO_UID UINT32_MAX

/* The user's name: as the session's keeper says, if that is one of the uid's names, else as the name service says. */
static void
add_user(struct event *e, const struct attach_status *s)
{
	const struct passwd *pw = s->user[0] ? getpwnam(s->user) : NULL;

	if (!pw || pw->pw_uid != ctl_uid())
		pw = getpwuid(ctl_uid());
	event_add(e, "user", pw ? pw->pw_name : "-");
	event_number(e, "uid", ctl_uid());
	event_number(e, "session", s->id);
	if (s->name[0])
		event_add(e, "name", s->name);
}

static void
add_actor(struct event *e)
{
	char *text;

	event_number(e, "by-uid", getuid());
	event_number(e, "by-pid", (uint64_t)getpid());
	if (hostfile_read(LOGIN_UID, &text, NULL))
		return;
	if (*text >= '0' && *text <= '9' && strtoull(text, NULL, 10) < NO_UID)
		event_number(e, "by-login-uid", strtoull(text, NULL, 10));
	free(text);
}

void
rootevent_begin(struct event *e, const char *name, const struct attach_status *s)
{
	event_init(e, name);
	if (s)
		add_user(e, s);
	add_actor(e);
}

void
rootevent_write(const struct event *e)
{
	int dir, rc;

	if (geteuid() != 0)
		return;
	log_open("holdfastctl", false);
	event_log(LOG_NOTICE, e);
	dir = eventstore_open();
	rc = dir < 0 ? dir : eventstore_add(dir, e);
	if (dir >= 0)
		close(dir);
	if (rc)
		log_errno(LOG_WARNING, rc, "cannot keep an event in " PATH_EVENTS);
}
