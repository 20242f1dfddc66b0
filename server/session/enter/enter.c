/* SPDX-License-Identifier: MIT */
#include "enter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "attaching.h"
#include "choose.h"
#include "envlist.h"
#include "enter_best.h"
#include "enter_claim.h"
#include "enter_far.h"
#include "enter_fill.h"
#include "enter_missed.h"
#include "enter_private.h"
#include "enter_vouched.h"
#include "enter_why.h"
#include "hookshell.h"
#include "hop.h"
#include "rootless.h"
#include "picker.h"
#include "poolask.h"
#include "probing.h"
#include "remote.h"
#include "paths.h"
#include "resumed.h"
#include "sessions.h"
#include "silent.h"
#include "stay.h"
#include "vouching.h"
#include "waiting.h"

#define WHO_MS 500  /* for the leaders of those that are silent */

/* A session that was not resumed by itself, because another user's shell is in front in it. */
static void
say_elevated(struct enter *e)
{
	if (e->elevated && e->q->tty)
		fprintf(stderr, "holdfast: session %u was left in another user's shell; to return: holdfastctl "
		        "attach %u\r\n", e->elevated, e->elevated);
	e->elevated = 0;
}

/* The socket to the keeper takes the place of the one to the helper: it gives the session up in the same way. */
static int
start_own(struct enter *e, const struct winsize *ws)
{
	char warning[TEXT_CAP];
	int rc;

	vouching_close(&e->vouching);
	rc = rootless_start(ws, &e->waiting, &e->vouching.fd);
	if (rc < 0)
		return rc;
	rootless_warning(warning);
	if (warning[0])
		fprintf(stderr, "holdfast: %s\r\n", warning);
	return enter_claim(e, (uint32_t)rc, ATTACH_MODE_FIRST);
}

/* Asks the helper for a session, and claims it. */
static int
start_one(struct enter *e)
{
	struct winsize size = { e->claim.rows, e->claim.cols, e->claim.xpixel, e->claim.ypixel }, *ws = &size;
	const struct frame_attach *m = e->q->framed;
	int rc;

	say_elevated(e);
	enter_say_told(e);
	enter_far_say(e);
	if (m && m->command[0])
		e->claim.command = (char *)m->command;
	else if (e->q->command)
		e->claim.command = (char *)e->q->command;
	if (m && m->flags & FRAME_PIPES)
		ws = NULL;
	if (e->q->own)
		return start_own(e, ws);
	rc = enter_vouched_start(e);
	if (rc == 0)
		rc = vouching_start(&e->vouching, &e->claim.ticket, ws, &e->waiting);
	if (rc < 0)
		return rc;
	rc = enter_claim(e, (uint32_t)rc, ATTACH_MODE_FIRST);
	if (!rc)
		enter_missed_say(e);
	return rc;
}

/* A new session.  One whose keeper dies before it is claimed is given up, and another one is started. */
static int
start_new(struct enter *e)
{
	int rc = start_one(e);

	if ((rc != -EPIPE && rc != -ENOENT && rc != -ECONNREFUSED) || e->q->own || e->anew ||
	    e->vouching.facts.type != VOUCH_FACTS)
		return rc;
	e->anew = true;
	vouching_close(&e->vouching);
	e->claim.ticket = e->q->ticket;
	e->err = enter_vouched_ask(e);
	/* A process in a session has no ticket: start_one asks for it. */
	if (e->err && !ticket_is_none(&e->q->ticket))
		return e->err;
	return start_one(e);
}

static struct picker
picker_of(struct enter *e, const struct session_list *list)
{
	return (struct picker){ .tty = e->fds[0], .list = list, .may_start = !e->q->must_exist, .may_watch = true,
		                .waiting = &e->waiting };
}

/* Claims as the person has chosen; -ECANCELED when they have left. */
static int
claim_chosen(struct enter *e, const struct picker_choice *c)
{
	int rc;

	switch (c->what) {
	case PICKER_SESSION:
		/* If it has gone meanwhile, or nobody listens there any more, no other one takes its place. */
		snprintf(e->want, sizeof e->want, "%u", c->id);
		e->claim.flags |= c->flags;
		enter_chose(e, ATTACH_CHOSE_PICKED);
		rc = enter_claim(e, c->id, (enum attach_mode)c->mode);
		return rc == -ECONNREFUSED ? -ENOENT : rc;
	case PICKER_NEW:
		/* The helper has not waited for so long. */
		vouching_close(&e->vouching);
		rc = e->err = enter_vouched_ask(e);
		if (!rc)
			rc = start_new(e);
		/* Not "there is none", which would have one resumed. */
		return rc == -ENOENT ? -ECONNREFUSED : rc;
	default:
		return -ECANCELED;
	}
}

/* Asks if there are several sessions and a terminal to ask at; otherwise -ENOENT. */
static int
enter_picked(struct enter *e)
{
	struct picker_choice c;
	struct session_list list;
	struct picker p;
	int rc;

	if (!e->q->ask || !e->q->tty)
		return -ENOENT;
	rc = session_list_get(geteuid(), ENTER_LIST_MS, &list);
	if (rc < 0)
		return rc;
	p = picker_of(e, &list);
	rc = picker_count(&p) < 2 ? -ENOTSUP : picker_run(&p, &c);
	session_list_free(&list);
	if (rc == 0)
		return claim_chosen(e, &c);
	return rc == -ENOTSUP ? -ENOENT : rc;
}

/* S has attached terminals, and TakeOver is ask. */
static int
ask_and_claim(struct enter *e, const struct attach_status *s)
{
	struct picker p = picker_of(e, NULL);
	struct picker_choice c;
	int rc = picker_how(&p, s, &c);

	return rc ? rc : claim_chosen(e, &c);
}

/* A name never finds another user's session; a number is a deliberate request. */
static void
leave_mine(struct enter *e, struct session_list *list)
{
	struct choose_login login = enter_describe(e);
	size_t kept = 0;

	if (strspn(e->want, "0123456789") == strlen(e->want))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (!choose_is_anothers(&list->v[i], &login))
			list->v[kept++] = list->v[i];
	list->count = kept;
}

/* A login of another node has chosen S, which may be attached: its keeper finds out whether by dead connections alone. */
static int
look_first(struct enter *e, const struct attach_status *s)
{
	struct attach_status found = *s;

	return e->q->mode != ATTACH_MODE_AUTO || s->state != ATTACH_STATE_ATTACHED
	               ? 0 : probing_one(geteuid(), &found, &e->waiting);
}

/* The session of that id or name on this node: -ENOENT when there is none. */
static int
enter_named(struct enter *e)
{
	const struct attach_status *s;
	struct session_list list;
	int rc = session_list_get(geteuid(), ENTER_LIST_MS, &list);

	if (rc < 0)
		return rc;
	rc = silent_add(&list, geteuid(), WHO_MS);
	leave_mine(e, &list);
	if (rc == 0)
		rc = session_list_find(&list, e->want, &s);
	/* It may be the one without a name: then a second session of that name must not be made. */
	if (rc == -ENOENT && silent_nameless(&list))
		rc = -EHOSTUNREACH;
	/* Keepers would refuse a ticket that holdfastd does not vouch for. */
	if (e->vouching.facts.type != VOUCH_FACTS)
		memset(&e->claim.ticket, 0, sizeof e->claim.ticket);
	enter_chose(e, e->q->mode == ATTACH_MODE_AUTO ? ATTACH_CHOSE_POOL : ATTACH_CHOSE_NAME);
	if (rc == 0)
		rc = look_first(e, s);
	if (rc == 0)
		rc = enter_claim(e, s->id, e->q->mode ? e->q->mode : ATTACH_MODE_JOIN);
	if (rc == -ETIMEDOUT || rc == -EAGAIN)
		rc = -EHOSTDOWN;
	if (rc == -EACCES && e->at.refused.code == ATTACH_REFUSAL_ASK && e->q->tty)
		rc = ask_and_claim(e, s);
	session_list_free(&list);
	return rc;
}

/* Goes on with a stream: the session key identifies the session, so there is no choice to make. */
static int
go_on(struct enter *e)
{
	uint32_t id = attach_id(e->want);
	int rc;

	if (!id)
		return -ENOENT;
	enter_chose(e, ATTACH_CHOSE_STREAM);
	rc = enter_claim(e, id, ATTACH_MODE_STREAM);
	/* As by name: the login can enter it also without holdfastd. */
	if (rc == -EACCES && e->at.refused.code == ATTACH_REFUSAL_TICKET) {
		memset(&e->claim.ticket, 0, sizeof e->claim.ticket);
		rc = enter_claim(e, id, ATTACH_MODE_STREAM);
	}
	return rc == -ECONNREFUSED || rc == -ENOTDIR ? -ENOENT : rc;
}

/* The session that is asked for: on this node, or else on another one of the pool. */
static int
enter_wanted(struct enter *e)
{
	int rc = e->node[0] && !enter_far_is_here(e) ? -ENOENT : enter_named(e);

	return rc == -ENOENT ? enter_far_named(e) : rc;
}

/* A framed client is relayed to the session that it has been told of; who has asked for none gets a new one else. */
static int
go_over(struct enter *e)
{
	int rc;

	/* For the names of the pool and of this node. */
	(void)enter_far_ask(e);
	rc = hop_begin_relay(e);
	/* Why, the person is told in the words of the hop. */
	if (rc && rc != -EINTR && rc != -ENOENT && e->want[0] && e->far[0])
		rc = -EREMOTE;
	return !rc || rc == -EINTR || e->want[0] || e->q->must_exist ? rc : start_new(e);
}

static int
find_way(struct enter *e)
{
	int rc;

	if (e->q->relay)
		return go_over(e);
	if (e->q->mode == ATTACH_MODE_STREAM)
		return go_on(e);
	if (strcmp(e->want, "new") == 0)
		return start_new(e);
	rc = e->want[0] ? enter_wanted(e) : enter_picked(e);
	if (rc == -ENOENT && !e->want[0])
		rc = enter_best(e);
	/* It is known to be elsewhere: a second one of that name would be in its way later. */
	if (rc == -EREMOTE && e->q->create_named && !e->q->must_exist)
		return start_new(e);
	if (rc != -ENOENT || e->q->must_exist)
		return rc;
	if (!e->want[0])
		return start_new(e);
	if (!e->q->create_named || !attach_name_ok(e->want) || e->node[0])
		return rc;
	memcpy(e->claim.name, e->want, sizeof e->claim.name);
	return start_new(e);
}

/*
 * Finds out the facts of this login, and whether to stop: 0 or a negative errno.  A login that holdfastd refuses
 * resumes nothing by itself, and a hook's shell is then not held; without holdfastd it may.  If holdfastd has not
 * checked a hook's shell, this process does: -ENOEXEC.
 */
static int
ask_who(struct enter *e)
{
	e->err = e->q->mode == ATTACH_MODE_STREAM && !e->q->relay ? 0 : enter_vouched_ask(e);
	if (e->err == -EINTR || (e->err == -EACCES && (e->q->hook || !e->want[0])))
		return e->err;
	if (e->q->hook && (e->err || e->q->own) && !hookshell_is_sshds(e->q->own ? NULL : &e->q->ticket))
		return -ENOEXEC;
	return 0;
}

/* Once a login, when it has got a session that was there already: 0 or -EINTR. */
static int
run_scripts(struct enter *e)
{
	const struct resumed r = { .dir = PATH_RESUME_D, .session = e->at.session, .env = &e->claim.env,
		                   .each_ms = RESUMED_EACH_MS, .all_ms = RESUMED_ALL_MS,
		                   .tty = e->q->tty ? e->fds[0] : -1 };
	int rc = 0;

	if (e->q->scripts && !e->resumed && e->claim.mode != ATTACH_MODE_FIRST && e->claim.mode != ATTACH_MODE_STREAM)
		rc = resumed_run(&r, &e->waiting);
	e->resumed = true;
	if (rc < 0)
		attaching_close(&e->at);
	return rc;
}

/* One attempt; true: again, with e->want. */
static bool
attempt(struct enter *e)
{
	int rc;

	e->at.refused.text[0] = '\0';
	rc = ask_who(e);
	if (rc == 0 && !e->filled)
		rc = enter_fill_claim(e);
	if (rc == 0) {
		e->filled = true;
		rc = find_way(e);
	}
	/* An existing session does not need the helper any more. */
	if (rc == 0 && (e->hopped || e->claim.mode != ATTACH_MODE_FIRST))
		vouching_close(&e->vouching);
	if (rc == 0 && !e->hopped)
		rc = run_scripts(e);
	if (rc == 0)
		return e->hopped ? hop_stay(e) : stay_run(e);
	/* The wanted session cannot be entered: reports its reason, unless holdfastd does not run. */
	enter_say_why(e, rc == -ENOENT && e->err && !e->want[0] ? e->err : rc);
	if (!e->back[0] || e->waiting.hangup)
		return false;
	fprintf(stderr, "holdfast: %s\r\n", e->res->text);
	memcpy(e->want, e->back, sizeof e->want);
	e->node[0] = '\0';
	e->back[0] = '\0';
	return true;
}

/* Takes the wanted name, and the node in front of it, whole; enters no session for a name that is too long. */
static int
take_name(struct enter *e)
{
	const char *want = remote_split(e->q->want ? e->q->want : "", e->node);
	char text[TEXT_CAP];

	if (want && strlen(want) < sizeof e->want) {
		memcpy(e->want, want, strlen(want) + 1);
		return 0;
	}
	if (want)
		snprintf(text, sizeof text, "no session %.*s...: a name has at most %d characters", NAME_CAP - 1, want,
		         NAME_CAP - 1);
	else
		snprintf(text, sizeof text, "no session %.64s: expected NODE:NAME, or a number or name alone", e->q->want);
	enter_set_outcome(e, ENTER_NOT, text);
	e->res->code = FRAME_E_NO_SESSION;
	return -ENAMETOOLONG;
}

void
enter_run(const struct enter_request *q, struct enter_result *res)
{
	struct enter e = { .q = q, .res = res, .vouching.fd = -1, .at.fd = -1, .fds = { -1, -1 } };
	int rc;

	memset(res, 0, sizeof *res);
	rc = take_name(&e);
	if (rc < 0)
		return;
	rc = waiting_begin(&e.waiting);
	if (rc == 0)
		rc = enter_open_terminal(&e);
	if (rc < 0)
		enter_say_why(&e, rc);
	while (rc == 0 && attempt(&e)) {
		vouching_close(&e.vouching);
		e.claim.ticket = q->ticket;
	}
	vouching_close(&e.vouching);
	poolask_free(&e.pool);
	envlist_free(&e.claim.env);
	if (q->tty && e.fds[0] >= 0)
		close(e.fds[0]);
	waiting_end(&e.waiting);
}
