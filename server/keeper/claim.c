/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <strings.h>
#include <unistd.h>

#include "again.h"
#include "attachments.h"
#include "awaited.h"
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

const char *
claim_objection(struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
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
		if (k->state == KEEPER_RUNNING && !k->peers.alone && !awaited_count(k) &&
		    (!peers_attached(k) || probe_all_dead(k)))
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
	case ATTACH_MODE_AGAIN:
		return k->state == KEEPER_RUNNING || k->state == KEEPER_ENDING ? NULL : "the session has not started yet";
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

void
claim_refuse(struct peer *peer, enum attach_refusal code, const char *text)
{
	peer_refuse(peer, ATTACH_MSG_REFUSED, code, text);
	peer_mark_gone(peer);
}

/* One that comes back has it already.  Whether it has one. */
static bool
give_token(struct peer *peer)
{
	static const unsigned char none[ATTACH_TOKEN];

	return memcmp(peer->token, none, sizeof none) != 0 ||
	       getrandom(peer->token, sizeof peer->token, GRND_NONBLOCK) == sizeof peer->token;
}

/* The claim is granted; nothing happens before it is confirmed. */
static void
grant(struct peer *peer)
{
	struct attach_granted m = { .session = peer->keeper->dir.id };

	peer->phase = PEER_CLAIMED;
	if (peer->claim.flags & ATTACH_FLAG_RETURNS && give_token(peer)) {
		memcpy(m.token, peer->token, sizeof m.token);
		peer_send(peer, out, attach_encode_granted(&m, out, sizeof out));
		return;
	}
	peer_send(peer, out, attach_encode_number(ATTACH_MSG_CLAIMED, peer->keeper->dir.id, out, sizeof out));
}

const char *
claim_take_over_objection(const struct keeper *k, const struct attach_claim *claim, enum attach_refusal *code)
{
	*code = ATTACH_REFUSAL_TAKEOVER;
	if (claim->mode != ATTACH_MODE_TAKE || k->init.take_over == CONFIG_TAKE_YES || !awaited_held(k))
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
	claim_refuse(peer, code, text);
}

/* Only the same identity resumes by itself. */
static void
grant_to(struct peer *peer, const struct identity *who)
{
	enum attach_refusal code;
	const char *why = claim_take_over_objection(peer->keeper, &peer->claim, &code);

	/* It was told of another session, which had this number. */
	if (peer->claim.unique[0] && strcmp(peer->claim.unique, peer->keeper->unique) != 0)
		refuse_and_tell(peer, ATTACH_REFUSAL_OTHER, "another session has this number now");
	else if (peer->claim.mode == ATTACH_MODE_AUTO && peer->keeper->apart)
		refuse_and_tell(peer, ATTACH_REFUSAL_BUSY, "no login resumes it by itself; attach it by name");
	else if (peer->claim.mode == ATTACH_MODE_AUTO && !(peer->claim.flags & ATTACH_FLAG_NAMED) &&
	         !identity_equal(who, &peer->keeper->init.identity))
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

	snprintf(m.name, sizeof m.name, "%s", attach_chose_word(peer->claim.flags));
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
	struct stat st;

	if (rc < 0) {
		for (unsigned i = 0; i < count; i++)
			close(fds[i]);
		peer->t.in = peer->t.out = -1;
		return rc;
	}
	if (fstat(peer->t.in, &st) == 0) {
		peer->device = st.st_dev;
		peer->inode = st.st_ino;
	}
	peer->t.readonly = peer->claim.flags & ATTACH_FLAG_READONLY;
	peer->t.size = (struct winsize){ .ws_row = peer->claim.rows, .ws_col = peer->claim.cols,
		                      .ws_xpixel = peer->claim.xpixel, .ws_ypixel = peer->claim.ypixel };
	terminal_update_size(&peer->t);
	if (!(peer->claim.flags & ATTACH_FLAG_FRAMED))
		keys_open(&peer->t.keys, &peer->keeper->vital);
	if (peer->claim.flags & ATTACH_FLAG_TYPED && !peer->t.readonly) {
		memcpy(peer->t.input, peer->claim.typed, peer->claim.typed_len);
		peer->t.input_len = peer->claim.typed_len;
	}
	return 0;
}

struct shellenv_facts
claim_env_facts(const struct keeper *k)
{
	return (struct shellenv_facts){ k->dir.id, k->dir.path, k->dir.agent_path, k->init.tty,
		                       k->init.accept_env };
}

/* Keeps the variables of the login's environment that the session needs while PEER is attached. */
static int
remember_login(struct peer *peer)
{
	const char *agent = envlist_get(&peer->claim.env, "SSH_AUTH_SOCK");
	const struct shellenv_facts facts = claim_env_facts(peer->keeper);

	if (agent && !(peer->agent_path = strdup(agent)))
		return -1;
	return shellenv_connection(&peer->connection, &peer->claim.env, &facts);
}

/* It was vouched for when it came first. */
static void
grant_again(struct peer *peer)
{
	if (peer->claim.mode == ATTACH_MODE_FIRST || peer->claim.mode == ATTACH_MODE_AUTO)
		peer->keeper->peers.alone = peer;
	grant(peer);
}

void
claim_open(struct peer *peer, const unsigned char *msg, size_t len, const int *fds, unsigned count)
{
	struct keeper *k = peer->keeper;
	enum attach_refusal code;
	const char *why = NULL;
	int rc = attach_decode_claim(&peer->claim, msg, len);

	if (rc < 0 || take_terminal(peer, fds, count) < 0) {
		for (unsigned i = 0; rc < 0 && i < count; i++)
			close(fds[i]);
		claim_refuse(peer, ATTACH_REFUSAL_BAD, "not a terminal, or a malformed claim");
		return;
	}
	if (peer->claim.mode == ATTACH_MODE_AGAIN)
		why = again_claim(peer, &code);
	if (!why)
		why = claim_objection(k, &peer->claim, &code);
	if (why) {
		claim_refuse(peer, code, why);
		return;
	}
	if (remember_login(peer) < 0) {
		claim_refuse(peer, ATTACH_REFUSAL_TROUBLE, "out of memory");
		return;
	}
	peer->deadline = clock_now_ms() + CLAIM_MS;
	if (peer->serial) {
		grant_again(peer);
		return;
	}
	peer->more_groups = newgroups_has(peer->fd);
	peer->serial = ++k->peers.serial;
	if (peer->claim.mode == ATTACH_MODE_FIRST || peer->claim.mode == ATTACH_MODE_AUTO)
		k->peers.alone = peer;
	if (k->leader >= 0 && !ticket_is_none(&peer->claim.ticket))
		ask_leader(peer);
	else if (k->leader >= 0 && peer->claim.mode == ATTACH_MODE_AUTO)
		claim_refuse(peer, ATTACH_REFUSAL_TICKET, "this login has no ticket; attach the session by name");
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
			claim_refuse(peer, ATTACH_REFUSAL_TICKET,
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
