/* SPDX-License-Identifier: MIT */
#include "scripting.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "rootevent.h"

int
scripting_target(const struct ctl_command *self, const char *word, bool required, struct attach_status *found)
{
	int rc;

	if (!word && required)
		return ctl_usage(self, "no session; expected its id or its name");
	rc = ctl_target(word, found);
	if (!rc && attach_state_silent(found->state)) {
		ctl_error("session %u does not answer", found->id);
		rc = CTL_FAILED;
	}
	return rc;
}

void
scripting_note(const struct attach_status *s, const char *event, const char *what)
{
	struct event e;

	if (geteuid() != 0 || ctl_uid() == 0)
		return;
	rootevent_begin(&e, event, s);
	event_add(&e, "what", what);
	rootevent_write(&e);
}

int
scripting_error(uint32_t id, int rc, const struct attach_refused *refused)
{
	switch (rc) {
	case -ENOENT:
	case -ECONNREFUSED:
		ctl_error("no session %u; holdfastctl ls shows yours", id);
		return CTL_NO_SESSION;
	case -EACCES:
		ctl_error("session %u: %s", id, refused && refused->text[0] ? refused->text : "refused");
		return CTL_FAILED;
	case -EPROTO:
		ctl_error("session %u runs a program of an older version, which cannot do this; holdfastctl upgrade %u "
		          "may help",
		          id, id);
		return CTL_FAILED;
	case -EPIPE:
		ctl_error("session %u is gone, and the end of its output is missing here", id);
		return CTL_FAILED;
	case -ETIMEDOUT:
		ctl_error("session %u does not answer", id);
		return CTL_FAILED;
	default:
		ctl_error("session %u: %s", id, strerror(-rc));
		return CTL_FAILED;
	}
}

int
scripting_cut(uint32_t id, uint64_t missing)
{
	ctl_error("session %u has ended, and the end of its output is missing here: the last %llu bytes, which were not "
	          "read in time", id, (unsigned long long)missing);
	return CTL_FAILED;
}
