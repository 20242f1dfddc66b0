/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "doctor.h"
#include "paths.h"
#include "sessions.h"

#define LIST_MS 2000

/* A session of holdfastd's is in a scope of its user's, or in none; one of the user's own is where it was begun. */
static void
judge(struct doctor *d, const struct attach_status *st, const struct survival *s)
{
	char slice[64];

	snprintf(slice, sizeof slice, "/user-%lu.slice/", (unsigned long)d->uid);
	d->held = s->answer;
	snprintf(d->held_why, sizeof d->held_why, "%s", s->why);
	if (st->id >= OWN_FIRST_ID)
		return;
	if (survival_elogind()) {
		d->held = SURVIVAL_YES;
		snprintf(d->held_why, sizeof d->held_why, "the shell has a session of its own");
	} else if (s->place == SURVIVAL_LOGIN && strstr(s->cgroup, slice)) {
		d->held = SURVIVAL_YES;
		snprintf(d->held_why, sizeof d->held_why, "the shell has a session of its own (%.200s)", s->unit);
	} else if (s->place == SURVIVAL_LOGIN && s->answer != SURVIVAL_YES) {
		snprintf(d->held_why, sizeof d->held_why, "holdfastd was started from a login (%.200s) and ends with "
		         "it", s->unit);
	}
}

static void
report_held(struct doctor *d, const struct attach_status *st)
{
	struct survival s;

	survival_of((pid_t)st->keeper_pid, d->user, &s);
	judge(d, st, &s);
	doctor_add(d, "shell", DOCTOR_OK, NULL, "this shell is held: session %u%s%s, in %s", st->id, st->name[0]
	           ? " " : "",
	           st->name, s.cgroup[0] ? s.cgroup : "no cgroup of systemd");
	if (d->held == SURVIVAL_YES)
		doctor_add(d, "drop", DOCTOR_OK, NULL, "if the connection dropped now, this shell would stay: %s",
		           d->held_why);
	else if (d->held == SURVIVAL_NO)
		doctor_add(d, "drop", DOCTOR_PROBLEM, st->id >= OWN_FIRST_ID ? "loginctl enable-linger, then a "
		           "new session"
		           : "systemctl enable --now holdfastd.socket", "if the connection dropped now, this "
		           "shell would be ended: %s", d->held_why);
	else
		doctor_add(d, "drop", DOCTOR_UNKNOWN, NULL, "cannot tell whether this shell would stay if the "
		           "connection dropped: %s", d->held_why);
}

static void
report_plain(struct doctor *d)
{
	bool lost = getenv("HOLDFAST_SESSION") != NULL;

	d->held = SURVIVAL_NO;
	doctor_add(d, "shell", DOCTOR_PROBLEM, lost ? NULL : "holdfastctl new", lost
	           ? "HOLDFAST_SESSION is set, but no session of that number answers"
	           : "this ssh login's shell is not held");
	doctor_add(d, "drop", DOCTOR_PROBLEM, "holdfastctl new", "if the connection dropped now, this shell and the "
	           "programs on its terminal would end");
}

void
doctor_check_shell(struct doctor *d)
{
	struct session_list list;
	uint32_t own = ctl_own_session();

	if (!d->self)
		return;
	if (own && session_list_get(d->uid, LIST_MS, &list) == 0) {
		bool found = false;

		for (size_t i = 0; !found && i < list.count; i++)
			if (list.v[i].id == own) {
				report_held(d, &list.v[i]);
				found = true;
			}
		session_list_free(&list);
		if (found)
			return;
	}
	if (getenv("SSH_TTY") && getenv("SSH_CONNECTION"))
		report_plain(d);
	else
		doctor_add(d, "shell", DOCTOR_OK, NULL, "this is not a terminal of an ssh login: there is no shell to "
		           "hold");
}
