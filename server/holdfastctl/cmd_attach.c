/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>

#include "ctl.h"
#include "go.h"

struct how {
	bool take;     /* -d */
	bool readonly; /* -r */
};

/* The session that is meant when none is named: the one dropped last, or the only one; the own one never. */
static int
choose(const struct session_list *list, uint32_t own, const struct attach_status **found)
{
	const struct attach_status *dropped = NULL, *any = NULL;
	size_t others = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (s->id == own || s->state == ATTACH_ENDING)
			continue;
		others++;
		any = s;
		if (s->state == ATTACH_DROPPED && (!dropped || s->changed_ms > dropped->changed_ms))
			dropped = s;
	}
	if (dropped || others == 1) {
		*found = dropped ? dropped : any;
		return CTL_OK;
	}
	ctl_error(others ? "none of your sessions is dropped; say which one (holdfastctl ls shows them)" :
	          own ? "no other session than the one you are in" : "no sessions");
	return CTL_NO_SESSION;
}

/* From inside of a held shell the terminal goes over to the other session; nothing is nested. */
static int
switch_to(const struct attach_status *s, const struct how *how)
{
	unsigned char msg[16];
	char target[NAME_CAP];
	int rc;

	if (how->readonly) {
		ctl_error("attach -r works from outside of a held session only");
		return CTL_FAILED;
	}
	if (how->take && s->attachments) {
		rc = ctl_do(s->id, msg, attach_encode_number(ATTACH_DETACH, 0, msg, sizeof msg));
		if (rc)
			return rc;
	}
	snprintf(target, sizeof target, "%u", s->id);
	return ctl_switch(target);
}

static int
go_to(const struct attach_status *s, const struct how *how)
{
	char want[NAME_CAP];
	struct enter_request q = {
		.want = want,
		.mode = how->take ? ATTACH_MODE_TAKE : ATTACH_MODE_JOIN,
		.flags = how->readonly ? ATTACH_FLAG_READONLY : 0,
		.in = -1,
		.out = -1,
	};

	snprintf(want, sizeof want, "%u", s->id);
	return go_enter(&q);
}

/* Which one it is, and whether the caller is inside of another. */
static int
pick(const struct session_list *list, const char *word, struct attach_status *chosen, bool *inside)
{
	const struct attach_status *s;
	uint32_t own = ctl_inside(list) ? ctl_own_session() : 0;
	int rc = word ? ctl_find(list, word, &s) : choose(list, own, &s);

	if (rc)
		return rc;
	if (s->id == own) {
		ctl_error("you are in session %u already", own);
		return CTL_FAILED;
	}
	*chosen = *s;
	*inside = own != 0;
	return CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct attach_status chosen;
	struct session_list list;
	struct how how = {0};
	bool inside;
	int opt, rc;

	while ((opt = getopt(argc, argv, "+:dr")) != -1) {
		if (opt == 'd')
			how.take = true;
		else if (opt == 'r')
			how.readonly = true;
		else
			return ctl_bad_option(self, opt, argv);
	}
	if (argc - optind > 1)
		return ctl_usage(self, "one session at most");
	if (how.readonly && how.take)
		return ctl_usage(self, "-d and -r do not go together");
	rc = ctl_list(&list);
	if (rc)
		return rc;
	rc = pick(&list, argv[optind], &chosen, &inside);
	/* Freed before entering: this process stays as long as the terminal does. */
	session_list_free(&list);
	if (rc)
		return rc;
	return inside ? switch_to(&chosen, &how) : go_to(&chosen, &how);
}

const struct ctl_command cmd_attach = {
	.name = "attach",
	.args = "[-d] [-r] [ID|NAME]",
	.summary = "Bring a session to this terminal",
	.help = "Without an argument: the session that was dropped last, or the only one.  In a held shell the terminal\n"
	        "leaves the session it is in, which stays held, and goes over to the other.\n"
	        "  -d   detach the terminals that are attached to it; else it is shared with them\n"
	        "  -r   watch only: what is typed is thrown away\n",
	.run = run,
};
