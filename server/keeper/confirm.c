/* SPDX-License-Identifier: MIT */
#include "confirm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "again.h"
#include "attachments.h"
#include "awaited.h"
#include "birth.h"
#include "claim.h"
#include "clock.h"
#include "departures.h"
#include "framed.h"
#include "notice.h"
#include "plain.h"
#include "probe.h"
#include "report.h"
#include "shellenv.h"

#define NO_SHELL_STATUS (127 << 8) /* as waitpid(2) tells it: of a shell that cannot be executed */

/* Starts the shell with the environment of PEER's login and the settings of its terminal.  0 or a negative errno. */
static int
start_shell(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct envlist env = ENVLIST_INIT;
	const struct termios *modes = peer->t.pipes ? NULL : &peer->t.saved;
	struct shell_request q = { .shell = k->init.shell, .command = peer->claim.command, .home = k->init.home,
		                   .tty = k->init.tty, .env = &env, .umask = k->umask, .say_home = !modes };
	const struct shellenv_facts facts = claim_env_facts(k);
	int rc = shellenv_make(&env, &peer->claim.env, &k->init.env, &facts);

	if (rc == 0)
		rc = k->source->start(k, &q, modes);
	envlist_free(&env);
	return rc;
}

/* Whether the login's environment names a character set that is not UTF-8. */
static bool
is_eight_bit(const struct envlist *env)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value = NULL, *set;

	for (unsigned i = 0; i < 3 && !(value && *value); i++)
		value = envlist_get(env, names[i]);
	set = value ? strchr(value, '.') : NULL;
	return set && strncasecmp(set, ".utf-8", 6) != 0 && strncasecmp(set, ".utf8", 5) != 0;
}

/* The session begins with PEER. */
static int
start(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	int rc;

	k->home_born = birth_of(k->init.home);
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_STARTED, .number = peer->serial });
	if (attach_name_ok(peer->claim.name)) {
		memcpy(k->name, peer->claim.name, sizeof k->name);
		report_name(k);
	}
	k->eight_bit = is_eight_bit(&peer->claim.env);
	rc = start_shell(peer);
	if (rc < 0)
		return rc;
	k->commanded = peer->claim.command != NULL;
	k->apart = peer->claim.flags & ATTACH_FLAG_APART;
	k->state = KEEPER_RUNNING;
	k->created_ms = k->changed_ms = k->activity_ms = clock_date_ms();
	/* The shell has it now; this list only costs memory. */
	envlist_free(&k->init.env);
	return 0;
}

/* No line above the screen: asked for by the claim, by HOLDFAST_QUIET in the login's environment, or by Banner. */
static bool
wants_quiet(const struct peer *peer)
{
	const char *quiet = envlist_get(&peer->claim.env, "HOLDFAST_QUIET");

	return !peer->keeper->init.banner || peer->claim.flags & ATTACH_FLAG_QUIET || (quiet && *quiet);
}

/*
 * What PEER's terminal takes.  Programs have written for the last terminal's TERM.  So another terminal of that TERM
 * gets all that they wrote, also what terminfo does not list (RGB, for xterm-256color), unless it would show what it
 * does not know.
 */
static void
take_target(struct peer *peer)
{
	const uint64_t as_it_is = TERMCAN_UTF8 | TERMCAN_OWN_BYTES | TERMCAN_ALONE;
	const char *last = peer->keeper->term;
	struct termcan *t = &peer->target;

	*t = peer->claim.target;
	if (peer->keeper->eight_bit && !(t->can & TERMCAN_UTF8))
		t->can |= TERMCAN_OWN_BYTES;
	/* The terminal of a new session is the one that its programs will write for. */
	if (!(t->can & TERMCAN_XTERM) || (*last && strcmp(last, peer->claim.term) != 0))
		return;
	t->can |= ~as_it_is;
	t->colours = TERMCAN_DIRECT;
}

/*
 * The session was claimed because its connections are dead: it has been dropped since something was heard from them
 * last.  Those attachments are told.  One that has moved since, or come, stays.
 */
static void
set_dead_aside(struct keeper *k)
{
	uint64_t now = clock_now_ms(), heard = probe_last_heard(k), date = clock_date_ms();

	for (unsigned i = 0; i < k->peers.count; i++)
		if (probe_is_dead(k->peers.v[i]))
			attachments_detach(k->peers.v[i], ATTACH_WHY_TAKEN, NULL);
	departures_sweep(k);
	if (peers_attached(k) || !heard || heard > now)
		return;
	k->dropped_at = heard;
	k->lost_heard_ms = date - (now - heard);
	if (k->lost_used_ms > k->lost_heard_ms)
		k->lost_used_ms = k->lost_heard_ms;
}

/* Why PEER's claim, which was granted, can't be confirmed any more; NULL: it can. */
static const char *
late_objection(struct peer *peer, enum attach_refusal *code)
{
	struct keeper *k = peer->keeper;
	const char *why = NULL;

	/* Since this claim was granted the session can have ended, or another claim can have been confirmed. */
	if (peer != k->peers.alone)
		why = claim_objection(k, &peer->claim, code);
	if (!why && peer->claim.mode == ATTACH_MODE_AGAIN && !again_may(peer)) {
		*code = ATTACH_REFUSAL_STRANGER;
		why = "it is not awaited any longer";
	}
	return why ? why : claim_take_over_objection(k, &peer->claim, code);
}

/* Makes PEER's terminal ready, and detaches the attachments that PEER replaces.  Whether PEER can be attached. */
static bool
begin(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	bool framed = peer->claim.flags & ATTACH_FLAG_FRAMED;
	struct peer *old = framed ? framed_other(peer) : NULL;

	if (terminal_start(&peer->t) < 0) {
		peer_mark_gone(peer);
		return false;
	}
	if (old) {
		peer->active = old->active;
		peer_mark_gone(old);
		departures_sweep(k);
	}
	peer->ops = framed ? &framed_ops : &plain_ops;
	if (peer->ops->begin(peer) < 0) {
		claim_refuse(peer, ATTACH_REFUSAL_TROUBLE, "out of memory, or too many attachments");
		return false;
	}
	if (peer->claim.mode == ATTACH_MODE_AUTO && peers_attached(k))
		set_dead_aside(k);
	return true;
}

/* PEER is attached from now on. */
static void
attach(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	pacing_begin(&peer->t.pace, &peer->claim.env, peer->t.out, peer->t.pipes);
	peer->phase = PEER_ATTACHED;
	if (peer->claim.mode == ATTACH_MODE_TAKE || peer->claim.mode == ATTACH_MODE_AUTO)
		streams_leave(&k->streams);
	/* A client that comes back by itself does not take the size: nobody has typed at it since. */
	if (peer->claim.mode != ATTACH_MODE_STREAM || awaited_held(k) == 1)
		peer->active = ++k->peers.clock;
	peer->quiet = wants_quiet(peer);
	take_target(peer);
	peer->eight_bit = is_eight_bit(&peer->claim.env);
	probe_attached(peer);
	if (peer->claim.mode == ATTACH_MODE_AGAIN)
		return;
	peer->since_ms = clock_date_ms();
	memcpy(k->address, peer->address, sizeof k->address);
	memcpy(k->term, peer->claim.term, sizeof k->term);
}

/* Shows PEER the session, and gives the pty the size and the settings of PEER's terminal. */
static void
welcome(struct peer *peer, bool first)
{
	struct keeper *k = peer->keeper;

	if (peer->phase != PEER_ATTACHED)
		return;
	notice_login(k);
	attachments_fit_size(k);
	peer->ops->greet(peer, first, peer->quiet);
	if (peers_attached(k) == 1) {
		k->changed_ms = clock_date_ms();
		if (!first && !peer->t.pipes && !peer->t.readonly)
			settings_resume(&k->settings, k->slave, &peer->t.saved);
	}
	/* A Ctrl-S of another terminal must not leave the output stopped for PEER. */
	if (!first && k->source->has_terminal)
		settings_let_go_on(k->slave);
}

/* The leader has it as attached, and the session is as it was. */
static void
welcome_back(struct peer *peer)
{
	again_attached(peer);
	if (peer->phase != PEER_ATTACHED)
		return;
	attachments_fit_size(peer->keeper);
	peer->ops->greet(peer, false, peer->quiet);
}

void
confirm(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	bool first = peer->claim.mode == ATTACH_MODE_FIRST;
	enum attach_refusal code;
	const char *why = late_objection(peer, &code);

	if (why) {
		claim_refuse(peer, code, why);
		return;
	}
	if (k->peers.alone == peer)
		k->peers.alone = NULL;
	peer->deadline = CLOCK_NEVER;
	if (!begin(peer))
		return;
	attach(peer);
	if (first && start(peer) < 0) {
		report(k, &(struct leadermsg_report){ .type = LEADERMSG_ENDED, .number = NO_SHELL_STATUS,
		                                 .kind = LEADERMSG_WHY_NO_SHELL });
		peer_mark_gone(peer);
		k->state = KEEPER_OVER;
		return;
	}
	envlist_free(&peer->claim.env);
	free(peer->claim.command);
	peer->claim.command = NULL;
	if (peer->claim.mode == ATTACH_MODE_AGAIN) {
		welcome_back(peer);
		return;
	}
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_ATTACHED, .number = peer->serial, .kind = peer->t.pipes });
	/* The new attachment first, so that the session is never seen dropped in between. */
	if (peer->framed)
		again_instead(peer);
	if (peer->claim.mode == ATTACH_MODE_TAKE)
		departures_detach_all(k, peer, ATTACH_WHY_TAKEN);
	welcome(peer, first);
}
