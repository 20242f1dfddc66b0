/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <strings.h>
#include <unistd.h>

#include "attachments.h"
#include "birth.h"
#include "clock.h"
#include "departures.h"
#include "elevated.h"
#include "framed.h"
#include "newgroups.h"
#include "notice.h"
#include "peercred.h"
#include "plain.h"
#include "probe.h"
#include "procref.h"
#include "report.h"
#include "shellenv.h"

#define VOUCH_MS 1000  /* the leader answers at once, unless it hangs; a login waits for us twice as long */
#define HANGING_MS 50  /* it has left a question open, and has said nothing since */

static unsigned char out[64];

/* Why the session's state does not permit a claim, with *code; NULL: it does. */
static const char *
objection(struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	if (claim->flags & ATTACH_FLAG_FRAMED) {
		if (claim->framed.lowest > FRAME_VERSION || claim->framed.highest < FRAME_VERSION) {
			*code = ATTACH_REFUSAL_VERSION;
			return "no protocol version in common; ssh -t HOST -s resume reaches the session";
		}
	} else if (!k->source->has_terminal) {
		*code = ATTACH_REFUSAL_BAD;
		return "a command without a terminal; only the client can attach it";
	}
	*code = ATTACH_REFUSAL_BUSY;
	switch (claim->mode) {
	case ATTACH_MODE_FIRST:
		if (k->state == KEEPER_NEW && !k->peers.alone &&
		    memcmp(&claim->ticket, &k->init.ticket, sizeof claim->ticket) == 0)
			return NULL;
		return "the session was started for another login";
	case ATTACH_MODE_AUTO:
		/* A login that resumed the session now would end with it. */
		if (k->kill_at != CLOCK_NEVER)
			return "the session is being ended";
		if (k->state == KEEPER_RUNNING && !k->peers.alone && (!peers_attached(k) || probe_all_dead(k)))
			return NULL;
		return "the session is attached";
	case ATTACH_MODE_JOIN:
	case ATTACH_MODE_TAKE:
		if (k->state == KEEPER_RUNNING)
			return NULL;
		*code = ATTACH_REFUSAL_ENDED;
		return k->state == KEEPER_NEW ? "the shell has not started yet" : "the shell has ended";
	case ATTACH_MODE_STREAM:
		return framed_objection(k, claim, code);
	default:
		*code = ATTACH_REFUSAL_BAD;
		return "unknown mode";
	}
}

static enum leadermsg_kind
kind_of(enum attach_mode mode)
{
	static const enum leadermsg_kind kinds[] = {
		[ATTACH_MODE_FIRST] = LEADERMSG_CREATE,
		[ATTACH_MODE_AUTO] = LEADERMSG_RESUME,
		[ATTACH_MODE_JOIN] = LEADERMSG_JOIN,
		[ATTACH_MODE_TAKE] = LEADERMSG_TAKE,
		[ATTACH_MODE_STREAM] = LEADERMSG_RESUME,
	};

	return kinds[mode];
}

static void
refuse(struct peer *peer, enum attach_refusal code, const char *text)
{
	peer_refuse(peer, ATTACH_MSG_REFUSED, code, text);
	peer_mark_gone(peer);
}

/* The claim is granted; nothing happens before it is confirmed. */
static void
grant(struct peer *peer)
{
	peer->phase = PEER_CLAIMED;
	peer_send(peer, out, attach_encode_number(ATTACH_MSG_CLAIMED, peer->keeper->dir.id, out, sizeof out));
}

/* TakeOver: why those who are attached may not be detached for it; NULL: they may. */
static const char *
take_over_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	*code = ATTACH_REFUSAL_TAKEOVER;
	if (claim->mode != ATTACH_MODE_TAKE || k->init.take_over == CONFIG_TAKE_YES || !peers_attached(k))
		return NULL;
	if (k->init.take_over == CONFIG_TAKE_NO)
		return "the session is attached, and taking over is not allowed here; holdfastctl attach -j joins";
	*code = ATTACH_REFUSAL_ASK;
	return claim->flags & ATTACH_FLAG_ASKED ? NULL : "the session is attached; holdfastctl attach asks what to do";
}

/* Left too long ago inside of sudo or su to be resumed by itself. */
static bool
is_left_elevated(const struct keeper *k)
{
	uint64_t away = clock_now_ms() - k->dropped_at, now = clock_date_ms();

	/* A dead connection may have been dead since the last activity. */
	if (peers_attached(k))
		away = now > k->activity_ms ? now - k->activity_ms : 0;
	return k->init.elevated_s != CONFIG_NONE && away > k->init.elevated_s * UINT64_C(1000) &&
	       elevated_front(k->master, k->shell.pid);
}

/* The same, and the leader logs it. */
static void
refuse_and_tell(struct peer *peer, enum attach_refusal code, const char *text)
{
	report(peer->keeper, &(struct leadermsg_report){ .type = LEADERMSG_REFUSED, .number = peer->serial, .kind = code });
	refuse(peer, code, text);
}

/* Only the same identity resumes by itself. */
static void
grant_to(struct peer *peer, const struct identity *who)
{
	enum attach_refusal code;
	const char *why = take_over_objection(peer->keeper, &peer->claim, &code);

	if (peer->claim.mode == ATTACH_MODE_AUTO && !identity_equal(who, &peer->keeper->init.identity))
		refuse_and_tell(peer, ATTACH_REFUSAL_IDENTITY, "the session was made with another key; attach it by name");
	else if (peer->claim.mode == ATTACH_MODE_AUTO && is_left_elevated(peer->keeper))
		refuse_and_tell(peer, ATTACH_REFUSAL_ELEVATED,
		                "the session was left in another user's shell; attach it by name");
	else if (why)
		refuse_and_tell(peer, code, why);
	else
		grant(peer);
}

/*
 * Without a leader: the claimer's own word about its identity counts, because any process of this uid could do as
 * much.
 */
static void
grant_unvouched(struct peer *peer)
{
	probe_know(peer, NULL);
	grant_to(peer, &peer->claim.identity);
}

/* The leader gets only this number; claim_vouched() checks that the claimer was alive when the leader looked. */
static uint32_t
pid_of(const struct peer *peer)
{
	struct ucred cred;

	return peercred_get(peer->fd, &cred) == 0 && cred.pid > 0 ? (uint32_t)cred.pid : 0;
}

static void
ask_leader(struct peer *peer)
{
	struct leadermsg_report m = { .type = LEADERMSG_TICKET, .number = peer->serial, .kind = kind_of(peer->claim.mode),
		                 .ticket = peer->claim.ticket, .pts = terminal_pts(&peer->t), .pid = pid_of(peer) };

	peer->phase = PEER_VOUCHING;
	peer->vouch_by = clock_now_ms() + (peer->keeper->leader_hangs ? HANGING_MS : VOUCH_MS);
	report(peer->keeper, &m);
}

void
claim_unanswered(struct peer *peer)
{
	peer->keeper->leader_hangs = true;
	grant_unvouched(peer);
}

static int
take_terminal(struct peer *peer, const int *fds, unsigned count)
{
	unsigned want = peer->claim.flags & ATTACH_FLAG_PIPES ? 2 : 1;
	int rc = count == want ? terminal_open(&peer->t, fds, count) : -1;

	if (rc < 0) {
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
		peer->t.in = peer->t.out = -1;
		return rc;
	}
	peer->t.readonly = peer->claim.flags & ATTACH_FLAG_READONLY;
	peer->t.size = (struct winsize){ .ws_row = peer->claim.rows, .ws_col = peer->claim.cols,
		                      .ws_xpixel = peer->claim.xpixel, .ws_ypixel = peer->claim.ypixel };
	terminal_update_size(&peer->t);
	if (peer->claim.flags & ATTACH_FLAG_TYPED && !peer->t.readonly) {
		memcpy(peer->t.input, peer->claim.typed, peer->claim.typed_len);
		peer->t.input_len = peer->claim.typed_len;
	}
	return 0;
}

/* The session's own part of the shell's environment; it borrows from K. */
static struct shellenv_facts
env_facts(const struct keeper *k)
{
	return (struct shellenv_facts){ k->dir.id, k->dir.path, k->dir.agent_path, k->init.tty,
		                       k->init.accept_env };
}

/* Keeps the variables of the login's environment that the session needs while PEER is attached. */
static int
remember_login(struct peer *peer)
{
	const char *agent = envlist_get(&peer->claim.env, "SSH_AUTH_SOCK");
	const struct shellenv_facts facts = env_facts(peer->keeper);

	if (agent && !(peer->agent_path = strdup(agent)))
		return -1;
	return shellenv_connection(&peer->connection, &peer->claim.env, &facts);
}

void
claim_open(struct peer *peer, const unsigned char *msg, size_t len, const int *fds, unsigned count)
{
	struct keeper *k = peer->keeper;
	enum attach_refusal code;
	const char *why;
	int rc = attach_decode_claim(&peer->claim, msg, len);

	if (rc < 0 || take_terminal(peer, fds, count) < 0) {
		for (unsigned i = 0; rc < 0 && i < count; i++)
			close(fds[i]);
		refuse(peer, ATTACH_REFUSAL_BAD, "not a terminal, or a malformed claim");
		return;
	}
	if ((why = objection(k, &peer->claim, &code))) {
		refuse(peer, code, why);
		return;
	}
	if (remember_login(peer) < 0) {
		refuse(peer, ATTACH_REFUSAL_TROUBLE, "out of memory");
		return;
	}
	peer->more_groups = newgroups_has(peer->fd);
	peer->serial = ++k->peers.serial;
	peer->deadline = clock_now_ms() + CLAIM_MS;
	if (peer->claim.mode == ATTACH_MODE_FIRST || peer->claim.mode == ATTACH_MODE_AUTO)
		k->peers.alone = peer;
	if (k->leader >= 0 && !ticket_is_none(&peer->claim.ticket))
		ask_leader(peer);
	else if (k->leader >= 0 && peer->claim.mode == ATTACH_MODE_AUTO)
		refuse(peer, ATTACH_REFUSAL_TICKET, "this login has no ticket; attach the session by name");
	else
		grant_unvouched(peer);
}

void
claim_vouched(struct keeper *k, const struct leadermsg_vouched *m)
{
	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (peer->phase != PEER_VOUCHING || peer->serial != m->serial)
			continue;
		if (!m->ok || !procref_peer_lives(peer->fd)) {
			refuse(peer, ATTACH_REFUSAL_TICKET,
			       "this process does not belong to a current login of yours");
			return;
		}
		memcpy(peer->address, m->address, sizeof peer->address);
		probe_know(peer, m);
		grant_to(peer, &m->identity);
		return;
	}
}

void
claim_leader_gone(struct keeper *k)
{
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i]->phase == PEER_VOUCHING)
			grant_unvouched(k->peers.v[i]);
}

/* Starts the shell with the environment of PEER's login and the settings of its terminal.  0 or a negative errno. */
static int
start_shell(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	struct envlist env = ENVLIST_INIT;
	const struct termios *modes = peer->t.pipes ? NULL : &peer->t.saved;
	struct shell_request q = { .shell = k->init.shell, .command = peer->claim.command, .home = k->init.home,
		                   .tty = k->init.tty, .env = &env, .umask = k->umask, .say_home = !modes };
	const struct shellenv_facts facts = env_facts(k);
	int rc = shellenv_make(&env, &peer->claim.env, &k->init.env, &facts);

	if (rc == 0)
		rc = k->source->start(k, &q, modes);
	envlist_free(&env);
	return rc;
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
	rc = start_shell(peer);
	if (rc < 0)
		return rc;
	k->commanded = peer->claim.command != NULL;
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
		why = objection(k, &peer->claim, code);
	return why ? why : take_over_objection(k, &peer->claim, code);
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
		peer_mark_gone(old);
		departures_sweep(k);
	}
	peer->ops = framed ? &framed_ops : &plain_ops;
	if (peer->ops->begin(peer) < 0) {
		refuse(peer, ATTACH_REFUSAL_TROUBLE, "out of memory, or too many attachments");
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
	peer->active = ++k->peers.clock;
	peer->quiet = wants_quiet(peer);
	peer->eight_bit = is_eight_bit(&peer->claim.env);
	memcpy(k->address, peer->address, sizeof k->address);
	memcpy(k->term, peer->claim.term, sizeof k->term);
	probe_attached(peer);
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

void
claim_confirm(struct peer *peer)
{
	struct keeper *k = peer->keeper;
	bool first = peer->claim.mode == ATTACH_MODE_FIRST;
	enum attach_refusal code;
	const char *why = late_objection(peer, &code);

	if (why) {
		refuse(peer, code, why);
		return;
	}
	if (k->peers.alone == peer)
		k->peers.alone = NULL;
	peer->deadline = CLOCK_NEVER;
	if (!begin(peer))
		return;
	attach(peer);
	if (first && start(peer) < 0) {
		peer_mark_gone(peer);
		k->state = KEEPER_OVER;
		return;
	}
	envlist_free(&peer->claim.env);
	free(peer->claim.command);
	peer->claim.command = NULL;
	report(k, &(struct leadermsg_report){ .type = LEADERMSG_ATTACHED, .number = peer->serial, .kind = peer->t.pipes });
	/* The new attachment first, so that the session is never seen dropped in between. */
	if (peer->claim.mode == ATTACH_MODE_TAKE) {
		attachments_detach_all(k, peer, ATTACH_WHY_TAKEN);
		departures_sweep(k);
	}
	welcome(peer, first);
}
