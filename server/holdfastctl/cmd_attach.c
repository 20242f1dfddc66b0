/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl.h"
#include "enter_tty.h"
#include "picker.h"
#include "remotely.h"

struct how {
	bool take;     /* -d */
	bool join;     /* -j */
	bool readonly; /* -r */
};

/* The session for a call without a name: the one dropped last, or the only one; never the caller's own. */
static int
choose(const struct session_list *list, uint32_t own, const struct attach_status **found)
{
	const struct attach_status *dropped = NULL, *any = NULL;
	size_t others = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct attach_status *s = &list->v[i];

		if (s->id == own || s->state == ATTACH_STATE_ENDING || attach_state_silent(s->state) ||
		    s->kind == ATTACH_KIND_COMMAND)
			continue;
		others++;
		any = s;
		if (s->state == ATTACH_STATE_DROPPED && (!dropped || s->changed_ms > dropped->changed_ms))
			dropped = s;
	}
	if (dropped || others == 1) {
		*found = dropped ? dropped : any;
		return CTL_OK;
	}
	ctl_error(others ? "none of your sessions is dropped; name one (holdfastctl ls shows them)" :
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
		ctl_error("attach -r works only from outside a held session");
		return CTL_FAILED;
	}
	if (how->take && s->attachments) {
		rc = ctl_do(s->id, msg, attach_encode_number(ATTACH_MSG_DETACH, 0, msg, sizeof msg));
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
		.flags = (how->readonly ? ATTACH_FLAG_READONLY : 0) | (how->take ? ATTACH_FLAG_ASKED : 0),
		.in = -1,
		.out = -1,
	};

	snprintf(want, sizeof want, "%u", s->id);
	return enter_tty(&q);
}

/* The same for a session on another node. */
static int
go_there(const struct pool_entry *s, bool inside, const struct how *how)
{
	char want[NODE_CAP + 16];
	struct enter_request q = {
		.want = want,
		.mode = how->take ? ATTACH_MODE_TAKE : ATTACH_MODE_JOIN,
		.flags = how->readonly ? ATTACH_FLAG_READONLY : 0,
		.must_exist = true,
		.in = -1,
		.out = -1,
	};
	int n = snprintf(want, sizeof want, "%s:%u", s->node, s->id);

	if (!inside)
		return enter_tty(&q);
	if (how->readonly) {
		ctl_error("attach -r works only from outside a held session");
		return CTL_FAILED;
	}
	/* A keeper passes on no more than a name. */
	if (n >= NAME_CAP) {
		ctl_error("the name of the node %s is too long to go there from a held shell; log in with LC_HOLDFAST=%s", s->node,
		          want);
		return CTL_FAILED;
	}
	return ctl_switch(want);
}

/* Asks the person at the terminal: which of the LIST or, with ONE, how to enter that.  -1: they have left. */
static int
ask_person(const struct session_list *list, const struct attach_status *one, uint32_t own,
           const struct attach_status **found, struct how *how)
{
	struct waiting w;
	struct picker p = { .list = list, .own = own, .may_watch = !own, .waiting = &w };
	struct picker_choice c = { .what = PICKER_QUIT };
	char tty[TTY_CAP];
	int rc = -ENOTSUP;

	if (!isatty(STDOUT_FILENO) || ttyname_r(STDIN_FILENO, tty, sizeof tty) || (!one && picker_count(&p) < 2))
		return rc;
	p.tty = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p.tty < 0)
		return rc;
	if (waiting_begin(&w) == 0)
		rc = one ? picker_how(&p, one, &c) : picker_run(&p, &c);
	waiting_end(&w);
	close(p.tty);
	if (rc == 0 && c.what != PICKER_SESSION)
		rc = -ECANCELED;
	for (size_t i = 0; rc == 0 && i < list->count; i++)
		if (list->v[i].id == c.id)
			*found = &list->v[i];
	how->take = rc == 0 && c.mode == ATTACH_MODE_TAKE;
	how->readonly = rc == 0 && (c.flags & ATTACH_FLAG_READONLY);
	return rc;
}

/* The one that is meant, and how: as the command line says, or the person. */
static int
decide(const struct session_list *list, const char *word, uint32_t own, const struct attach_status **found,
       struct how *how)
{
	bool said = how->take || how->join || how->readonly;
	int rc = -ENOTSUP;

	if (!word && !said)
		rc = ask_person(list, NULL, own, found, how);
	if (rc == -ENOTSUP) {
		rc = word ? ctl_find(list, word, found) : choose(list, own, found);
		if (rc || said || !(*found)->attachments || (*found)->id == own)
			return rc;
		rc = ask_person(list, *found, own, found, how);
		/* No terminal to ask at. */
		if (rc == -ENOTSUP)
			return CTL_OK;
	}
	return rc ? CTL_FAILED : CTL_OK;
}

/* Which one it is, and whether the caller is inside of another. */
static int
pick(const struct session_list *list, const char *word, struct attach_status *chosen, bool *inside, struct how *how)
{
	const struct attach_status *s;
	uint32_t own = ctl_inside(list) ? ctl_own_session() : 0;
	int rc = decide(list, word, own, &s, how);

	if (rc)
		return rc;
	if (s->id == own) {
		ctl_error("you are already in session %u", own);
		return CTL_FAILED;
	}
	if (s->kind == ATTACH_KIND_COMMAND) {
		ctl_error("session %u is a command on pipes and has no terminal; on your own computer, run: holdfast "
		          "--session %u HOST", s->id, s->id);
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
	struct pool_entry far;
	const char *word;
	bool inside;
	int opt, rc, where;

	while ((opt = ctl_getopt(argc, argv, ":djr", NULL)) != -1) {
		if (opt == 'd')
			how.take = true;
		else if (opt == 'j')
			how.join = true;
		else if (opt == 'r')
			how.readonly = true;
		else
			return ctl_bad_option(self, opt, argv);
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	if (how.readonly + how.take + how.join > 1)
		return ctl_usage(self, "-d, -j and -r exclude each other");
	word = argv[optind];
	where = remotely_find(&word, &far);
	if (where < 0)
		return -where;
	rc = ctl_list(&list);
	if (rc)
		return rc;
	if (where) {
		inside = ctl_inside(&list);
		session_list_free(&list);
		return go_there(&far, inside, &how);
	}
	rc = pick(&list, word, &chosen, &inside, &how);
	/* Freed before entering: this process stays as long as the terminal does. */
	session_list_free(&list);
	if (rc)
		return rc;
	return inside ? switch_to(&chosen, &how) : go_to(&chosen, &how);
}

const struct ctl_command cmd_attach = {
	.name = "attach",
	.args = "[-d|-j|-r] [ID|NAME]",
	.summary = "Attach a session to this terminal",
	.help = "Without an argument: the only session, or one that you pick from a list; without a terminal to\n"
	        "ask at, the session that was dropped last.  If other terminals are attached, holdfastctl asks\n"
	        "what to do.  In a held shell the terminal leaves the session that it is in, which stays held,\n"
	        "and goes to the other one.\n"
	        "  -d   take over: detach the attached terminals\n"
	        "  -j   join: share the session with them\n"
	        "  -r   watch only: input is discarded\n",
	.run = run,
};
