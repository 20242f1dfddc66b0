/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <strings.h>
#include <unistd.h>

#include "attached.h"
#include "birth.h"
#include "clock.h"
#include "elevated.h"
#include "framed.h"
#include "keeper.h"
#include "newgroups.h"
#include "notice.h"
#include "procref.h"
#include "show.h"

#define VOUCH_MS 1000  /* the leader answers at once, unless it hangs; a login waits for us twice as long */
#define HANGING_MS 50  /* it has left a question open, and has said nothing since */

static unsigned char out[64];

/* What a claim may do in a state, and what is said otherwise; NULL: it may go on. */
static const char *
objection(struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	if (claim->flags & ATTACH_FLAG_FRAMED) {
		if (claim->framed.lowest > FRAME_VERSION || claim->framed.highest < FRAME_VERSION) {
			*code = ATTACH_VERSION;
			return "it speaks another version; ssh -t HOST -s resume reaches it";
		}
	} else if (k->command) {
		*code = ATTACH_BAD;
		return "a command without a terminal: only the client attaches it";
	}
	*code = ATTACH_BUSY;
	switch (claim->mode) {
	case ATTACH_MODE_FIRST:
		if (k->state == KEEPER_NEW && !k->clients.alone &&
		    memcmp(&claim->ticket, &k->init.ticket, sizeof claim->ticket) == 0)
			return NULL;
		return "it was started for another login";
	case ATTACH_MODE_AUTO:
		/* A login that came into it now would end with it. */
		if (k->kill_at != CLOCK_NEVER)
			return "it is being ended";
		if (k->state == KEEPER_RUNNING && !k->clients.alone && (!attached_count(k) || probe_all_dead(k)))
			return NULL;
		return "somebody is attached to it";
	case ATTACH_MODE_JOIN:
	case ATTACH_MODE_TAKE:
		if (k->state == KEEPER_RUNNING)
			return NULL;
		*code = ATTACH_ENDED;
		return k->state == KEEPER_NEW ? "it has not started yet" : "its shell has ended";
	case ATTACH_MODE_STREAM:
		return framed_objection(k, claim, code);
	default:
		*code = ATTACH_BAD;
		return "unknown mode";
	}
}

static enum lead_kind
kind_of(enum attach_mode mode)
{
	static const enum lead_kind kinds[] = {
		[ATTACH_MODE_FIRST] = LEAD_CREATE,
		[ATTACH_MODE_AUTO] = LEAD_RESUME,
		[ATTACH_MODE_JOIN] = LEAD_JOIN,
		[ATTACH_MODE_TAKE] = LEAD_TAKE,
		[ATTACH_MODE_STREAM] = LEAD_RESUME,
	};

	return kinds[mode];
}

static void
refuse(struct client *c, enum attach_refusal code, const char *text)
{
	client_refuse(c, ATTACH_REFUSED, code, text);
	client_give_up(c);
}

/* The claim is granted; nothing happens before it is confirmed. */
static void
grant(struct client *c)
{
	c->phase = CLIENT_CLAIMED;
	client_send(c, out, attach_encode_number(ATTACH_CLAIMED, c->keeper->place.id, out, sizeof out));
}

/* TakeOver: whether those who are attached may be sent away. */
static const char *
take_over_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	*code = ATTACH_TAKEOVER;
	if (claim->mode != ATTACH_MODE_TAKE || k->init.take_over == CONFIG_TAKE_YES || !attached_count(k))
		return NULL;
	if (k->init.take_over == CONFIG_TAKE_NO)
		return "somebody is attached, and taking over is not allowed here; holdfastctl attach -j joins";
	*code = ATTACH_ASK;
	return claim->flags & ATTACH_FLAG_ASKED ? NULL : "somebody is attached; holdfastctl attach asks what to do";
}

/* Left too long ago inside of sudo or su to be resumed by itself. */
static bool
is_left_elevated(const struct keeper *k)
{
	uint64_t away = clock_now_ms() - k->dropped_at, now = clock_date_ms();

	/* Of one whose connection is dead, nobody knows since when: at most since it was last heard of. */
	if (attached_count(k))
		away = now > k->activity_ms ? now - k->activity_ms : 0;
	return k->init.elevated_s != CONFIG_NONE && away > k->init.elevated_s * UINT64_C(1000) &&
	       elevated_front(k->master, k->shell);
}

/* The same, and the leader writes it down. */
static void
refuse_and_tell(struct client *c, enum attach_refusal code, const char *text)
{
	keeper_report(c->keeper, &(struct lead_report){ .type = LEAD_REFUSED, .number = c->serial, .kind = code });
	refuse(c, code, text);
}

/* Only the same identity resumes by itself. */
static void
grant_to(struct client *c, const struct identity *who)
{
	enum attach_refusal code;
	const char *why = take_over_objection(c->keeper, &c->claim, &code);

	if (c->claim.mode == ATTACH_MODE_AUTO && !identity_equal(who, &c->keeper->init.identity))
		refuse_and_tell(c, ATTACH_IDENTITY, "it was made with another key; attach it by name");
	else if (c->claim.mode == ATTACH_MODE_AUTO && is_left_elevated(c->keeper))
		refuse_and_tell(c, ATTACH_ELEVATED, "it was left inside of another user's shell; attach it by name");
	else if (why)
		refuse_and_tell(c, code, why);
	else
		grant(c);
}

/* Nobody vouches: what the claimer says of itself is good enough for whoever has this uid anyway. */
static void
grant_unvouched(struct client *c)
{
	probe_know(c, NULL);
	grant_to(c, &c->claim.identity);
}

/* The leader has nothing but that number: claim_vouched sees whether it was the claimer's when it was looked at. */
static uint32_t
pid_of(const struct client *c)
{
	struct ucred cred;
	socklen_t len = sizeof cred;

	return getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && cred.pid > 0 ? (uint32_t)cred.pid : 0;
}

static void
ask_leader(struct client *c)
{
	struct lead_report m = { .type = LEAD_TICKET, .number = c->serial, .kind = kind_of(c->claim.mode),
		                 .ticket = c->claim.ticket, .pts = terminal_pts(&c->t), .pid = pid_of(c) };

	c->phase = CLIENT_VOUCHING;
	c->vouch_by = clock_now_ms() + (c->keeper->leader_hangs ? HANGING_MS : VOUCH_MS);
	keeper_report(c->keeper, &m);
}

void
claim_unanswered(struct client *c)
{
	c->keeper->leader_hangs = true;
	grant_unvouched(c);
}

static int
take_terminal(struct client *c, const int *fds, unsigned count)
{
	unsigned want = c->claim.flags & ATTACH_FLAG_PIPES ? 2 : 1;
	int rc = count == want ? terminal_open(&c->t, fds, count) : -1;

	if (rc < 0) {
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
		c->t.in = c->t.out = -1;
		return rc;
	}
	c->t.readonly = c->claim.flags & ATTACH_FLAG_READONLY;
	c->t.size = (struct winsize){ .ws_row = c->claim.rows, .ws_col = c->claim.cols,
		                      .ws_xpixel = c->claim.xpixel, .ws_ypixel = c->claim.ypixel };
	terminal_update_size(&c->t);
	if (c->claim.flags & ATTACH_FLAG_TYPED && !c->t.readonly) {
		memcpy(c->t.input, c->claim.typed, c->claim.typed_len);
		c->t.input_len = c->claim.typed_len;
	}
	return 0;
}

/* Keeps what the session needs of the login's environment while this one is attached. */
static int
remember_login(struct client *c)
{
	const char *agent = envlist_get(&c->claim.env, "SSH_AUTH_SOCK");
	const struct shellenv_facts facts = keeper_shellenv_facts(c->keeper);

	if (agent && !(c->agent_path = strdup(agent)))
		return -1;
	return shellenv_connection(&c->connection, &c->claim.env, &facts);
}

void
claim_open(struct client *c, const unsigned char *msg, size_t len, const int *fds, unsigned count)
{
	struct keeper *k = c->keeper;
	enum attach_refusal code;
	const char *why;
	int rc = attach_decode_claim(&c->claim, msg, len);

	if (rc < 0 || take_terminal(c, fds, count) < 0) {
		for (unsigned i = 0; rc < 0 && i < count; i++)
			close(fds[i]);
		refuse(c, ATTACH_BAD, "not a terminal, or a message that is not understood");
		return;
	}
	if ((why = objection(k, &c->claim, &code))) {
		refuse(c, code, why);
		return;
	}
	if (remember_login(c) < 0) {
		refuse(c, ATTACH_TROUBLE, "out of memory");
		return;
	}
	c->more_groups = newgroups_has(c->fd);
	c->serial = ++k->clients.serial;
	c->deadline = clock_now_ms() + CLAIM_MS;
	if (c->claim.mode == ATTACH_MODE_FIRST || c->claim.mode == ATTACH_MODE_AUTO)
		k->clients.alone = c;
	if (k->leader >= 0 && !ticket_is_none(&c->claim.ticket))
		ask_leader(c);
	else if (k->leader >= 0 && c->claim.mode == ATTACH_MODE_AUTO)
		refuse(c, ATTACH_TICKET, "no ticket: attach it by name");
	else
		grant_unvouched(c);
}

void
claim_vouched(struct keeper *k, const struct lead_vouched *m)
{
	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->phase != CLIENT_VOUCHING || c->serial != m->serial)
			continue;
		if (!m->ok || !procref_peer_lives(c->fd)) {
			refuse(c, ATTACH_TICKET, "this process is no part of a login of yours that is still there");
			return;
		}
		memcpy(c->address, m->address, sizeof c->address);
		probe_know(c, m);
		grant_to(c, &m->identity);
		return;
	}
}

void
claim_leader_gone(struct keeper *k)
{
	for (unsigned i = 0; i < k->clients.count; i++)
		if (k->clients.v[i]->phase == CLIENT_VOUCHING)
			grant_unvouched(k->clients.v[i]);
}

void
claim_tell_name(struct keeper *k)
{
	struct lead_report m = { .type = LEAD_NAMED };

	memcpy(m.name, k->name, sizeof m.name);
	keeper_report(k, &m);
}

/* The new session: its shell is started with the login's environment and the settings of its terminal. */
static int
start(struct client *c)
{
	struct keeper *k = c->keeper;

	k->home_born = birth_of(k->init.home);
	keeper_report(k, &(struct lead_report){ .type = LEAD_STARTED, .number = c->serial });
	if (attach_name_ok(c->claim.name)) {
		memcpy(k->name, c->claim.name, sizeof k->name);
		claim_tell_name(k);
	}
	return keeper_start_shell(k, &c->claim.env, c->claim.command, c->t.pipes ? NULL : &c->t.saved);
}

/* No line above the screen: asked for by the claim, by HOLDFAST_QUIET in the login's environment, or by Banner. */
static bool
wants_quiet(const struct client *c)
{
	const char *quiet = envlist_get(&c->claim.env, "HOLDFAST_QUIET");

	return !c->keeper->init.banner || c->claim.flags & ATTACH_FLAG_QUIET || (quiet && *quiet);
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
 * last.  Who is there after all is told.  One that has moved since, or come, stays.
 */
static void
set_dead_aside(struct keeper *k)
{
	uint64_t now = clock_now_ms(), heard = probe_last_heard(k), date = clock_date_ms();

	for (unsigned i = 0; i < k->clients.count; i++)
		if (probe_is_dead(k->clients.v[i]))
			attached_detach(k->clients.v[i], ATTACH_WHY_TAKEN, NULL);
	if (attached_count(k) || !heard || heard > now)
		return;
	k->dropped_at = heard;
	k->lost_heard_ms = date - (now - heard);
	if (k->lost_used_ms > k->lost_heard_ms)
		k->lost_used_ms = k->lost_heard_ms;
}

void
claim_confirm(struct client *c)
{
	struct keeper *k = c->keeper;
	bool first = c->claim.mode == ATTACH_MODE_FIRST, quiet = wants_quiet(c);
	bool eight_bit = is_eight_bit(&c->claim.env);
	enum attach_refusal code;
	const char *why;

	/* A session that many may claim can have ended, or been confirmed to another, since this one was granted. */
	if (c != k->clients.alone && (why = objection(k, &c->claim, &code))) {
		refuse(c, code, why);
		return;
	}
	if ((why = take_over_objection(k, &c->claim, &code))) {
		refuse(c, code, why);
		return;
	}
	if (k->clients.alone == c)
		k->clients.alone = NULL;
	c->deadline = CLOCK_NEVER;
	if (terminal_start(&c->t) < 0) {
		client_give_up(c);
		return;
	}
	if (c->claim.flags & ATTACH_FLAG_FRAMED && framed_begin(c) < 0) {
		refuse(c, ATTACH_TROUBLE, "out of memory, or too many attachments");
		return;
	}
	if (c->claim.mode == ATTACH_MODE_AUTO && attached_count(k))
		set_dead_aside(k);
	pacing_begin(&c->t.pace, &c->claim.env, c->t.out, c->t.pipes);
	c->phase = CLIENT_ATTACHED;
	if (c->claim.mode == ATTACH_MODE_TAKE || c->claim.mode == ATTACH_MODE_AUTO)
		streams_leave(&k->streams);
	c->active = ++k->clients.clock;
	memcpy(k->address, c->address, sizeof k->address);
	memcpy(k->term, c->claim.term, sizeof k->term);
	probe_attached(c);
	if (first && start(c) < 0) {
		client_give_up(c);
		k->state = KEEPER_OVER;
		return;
	}
	envlist_free(&c->claim.env);
	free(c->claim.command);
	c->claim.command = NULL;
	c->quiet = quiet;
	c->eight_bit = eight_bit;
	keeper_report(k, &(struct lead_report){ .type = LEAD_ATTACHED, .number = c->serial, .kind = c->t.pipes });
	/* Afterwards, so that the session is never seen dropped in between. */
	if (c->claim.mode == ATTACH_MODE_TAKE)
		attached_detach_all(k, c, ATTACH_WHY_TAKEN);
	if (c->phase == CLIENT_ATTACHED)
		notice_login(k);
	keeper_fit_size(k);
	if (c->framed)
		framed_greet(c, first, quiet);
	else if (!first)
		show_screen(c, SHOW_RESUMED, quiet);
	if (attached_count(k) == 1) {
		k->changed_ms = clock_date_ms();
		if (!first && !c->t.pipes && !c->t.readonly && !k->command)
			settings_resume(&k->settings, k->slave, &c->t.saved);
	}
	/* Who comes finds nothing stopped by somebody else's Ctrl-S. */
	if (!first && !k->command)
		settings_let_go_on(k->slave);
}
