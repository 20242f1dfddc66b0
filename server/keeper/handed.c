/* SPDX-License-Identifier: MIT */
#include "handed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers.h"
#include "buildid.h"
#include "clock.h"
#include "command.h"
#include "controlmode.h"
#include "framed_handover.h"
#include "handover_peer.h"
#include "peers.h"
#include "plain.h"
#include "records.h"
#include "script.h"
#include "theme.h"
#include "uniqueid.h"

#define MAGIC 0x68667531u /* "hfu1" */

enum { RECORD_SESSION = 1, RECORD_INIT = 2, RECORD_PEER = 3, RECORD_RELAY = 4 };

#define S struct handed_session
#define FD(member) FIELD_U32_MAX(S, member, RECORD_FD_MAX)
static const struct field session_fields[] = {
	FD(leader), FD(master), FD(slave), FD(sock), FD(agent), FD(parent), FD(dir), FD(pipes[0]), FD(pipes[1]),
	FD(pipes[2]),
	FIELD_U32_MAX(S, umask, 0777),
	FIELD_U32_MAX(S, leader_hangs, 1),
	FIELD_U32_MAX(S, slowed, 1),
	FIELD_U32_MAX(S, shell_pid, INT32_MAX),
	FIELD_U32_MAX(S, shell_group, INT32_MAX),
	FIELD_U32_MAX(S, by_leader, 1),
	FIELD_U32(S, idle_detach),
	FIELD_U32(S, idle_logind),
	FIELD_U32_MAX(S, keep, CONFIG_KEEP_SCROLLBACK),
	FIELD_U64(S, kept_at),
	FIELD_U64(S, keep_due),
	FIELD_TEXT(S, unique),
	FIELD_U32_MAX(S, kind, SESSIONDIR_OF_USER),
	FIELD_U32(S, id),
	FIELD_U64(S, clock),
	FIELD_U64(S, before_until),
	FIELD_U32_MAX(S, before, PEERS_MAX),
	FIELD_TEXT(S, root),
	FIELD_TEXT(S, name),
	FIELD_TEXT(S, secret),
	FIELD_TEXT(S, path),
	FIELD_TEXT(S, agent_path),
	FIELD_U64(S, front_looked_ms),
	FIELD_TEXT(S, front_program),
	FIELD_TEXT(S, version),
	FIELD_TEXT(S, build),
	FIELD_OLDER_END,
	FIELD_U32(S, size_policy),
	FIELDS_END
};
#undef FD
#undef S

/* A connection to the agent's socket (agent.h). */
struct saved_relay {
	uint32_t asker, answerer, refused, have, skip, question_ended, answer_ended;
	uint64_t age;
	unsigned char head[4];
};

#define R struct saved_relay
static const struct field relay_fields[] = {
	FIELD_U32_MAX(R, asker, RECORD_FD_MAX),
	FIELD_U32_MAX(R, answerer, RECORD_FD_MAX),
	FIELD_U32_MAX(R, refused, 1),
	FIELD_U32_MAX(R, have, 4),
	FIELD_U32(R, skip),
	FIELD_U32_MAX(R, question_ended, 1),
	FIELD_U32_MAX(R, answer_ended, 1),
	FIELD_U64(R, age),
	FIELD_RAW(R, head, 4),
	FIELDS_END
};
#undef R

static bool
peers_are_ready(const struct keeper *k)
{
	for (unsigned i = 0; i < k->peers.count; i++)
		if (!handover_peer_ready(k->peers.v[i]))
			return false;
	return !k->peers.gone && !k->peers.unanswered && !k->peers.alone;
}

static bool
relays_are_ready(const struct agent *a)
{
	for (unsigned i = 0; i < AGENT_RELAYS; i++)
		if (a->relays[i] && a->relays[i]->asker >= 0 && a->relays[i]->state == AGENT_CHECKING)
			return false;
	return true;
}

const char *
handed_objection(const struct keeper *k)
{
	if (k->state != KEEPER_RUNNING)
		return k->state == KEEPER_NEW ? "its shell has not started yet" : "its shell has ended";
	if (k->vital.fd < 0)
		return "it has no memory of its own (memfd_create(2))";
	if (!peers_are_ready(k) || k->awaiting || k->leader_lost)
		return "an attachment is just coming or going";
	if (!relays_are_ready(k->agent) || !script_is_ready(k) || k->quiet_until != CLOCK_NEVER ||
	    k->nudge_until != CLOCK_NEVER || k->cause_until)
		return "it is busy";
	if (k->source->has_terminal && (k->answers->len || k->controlmode->until))
		return "it is answering a program";
	return NULL;
}

/* Writing. */

static void
put_session(const struct keeper *k, struct wire_writer *w)
{
	const struct sessiondir *d = &k->dir;
	struct handed_session m = {
		.leader = record_fd(k->leader), .master = record_fd(k->master), .slave = record_fd(k->slave),
		.sock = record_fd(d->sock), .agent = record_fd(d->agent), .parent = record_fd(d->parent),
		.dir = record_fd(d->dir), .umask = k->umask, .leader_hangs = k->leader_hangs,
		.slowed = k->slowed, .shell_pid = (uint32_t)k->shell.pid, .shell_group = (uint32_t)k->shell.group,
		.by_leader = k->shell.parent != NULL, .idle_detach = k->idle.detach_s, .idle_logind = k->idle.logind_s,
		.keep = k->keep, .kept_at = k->kept_at, .keep_due = k->keep_due,
		.kind = d->kind, .id = d->id, .clock = k->peers.clock, .before_until = k->peers.before_until,
		.front_looked_ms = k->front_looked_ms, .size_policy = k->init.size_policy,
	};
	size_t at = record_begin(w, RECORD_SESSION);

	if (k->command) {
		m.pipes[0] = record_fd(k->command->in);
		m.pipes[1] = record_fd(k->command->channel[0].fd);
		m.pipes[2] = record_fd(k->command->channel[1].fd);
	}
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i] == k->peers.before)
			m.before = i + 1;
	snprintf(m.root, sizeof m.root, "%s", k->own_root ? k->own_root : "");
	memcpy(m.name, d->name, sizeof m.name);
	memcpy(m.unique, k->unique, sizeof m.unique);
	memcpy(m.front_program, k->front_program, sizeof m.front_program);
	memcpy(m.secret, d->secret, sizeof m.secret);
	memcpy(m.path, d->path, sizeof m.path);
	memcpy(m.agent_path, d->agent_path, sizeof m.agent_path);
	snprintf(m.version, sizeof m.version, "%s", PACKAGE_VERSION);
	buildid_own(m.build);
	record_put(w, session_fields, &m);
	record_end(w, at);
}

/* In the form in which the leader sends it; its environment went to the shell. */
static int
put_init(const struct keeper *k, struct wire_writer *w)
{
	struct leadermsg_init plain = k->init;
	size_t at = record_begin(w, RECORD_INIT);
	int n;

	plain.size_policy = CONFIG_SIZE_LATEST;
	n = w->err ? w->err : leadermsg_encode_init(&plain, w->buf + w->len, w->cap - w->len);
	if (n < 0)
		return n;
	w->len += (size_t)n;
	record_end(w, at);
	return 0;
}

static void
put_relay(const struct agent_relay *r, struct wire_writer *w)
{
	struct saved_relay m = { .asker = record_fd(r->asker), .answerer = record_fd(r->answerer),
		                 .refused = r->state == AGENT_REFUSED, .have = r->have, .skip = r->skip,
		                 .question_ended = r->question.ended, .answer_ended = r->answer.ended, .age = r->age };
	size_t at = record_begin(w, RECORD_RELAY);

	memcpy(m.head, r->head, sizeof m.head);
	record_put(w, relay_fields, &m);
	wire_put_string(w, r->question.buf + r->question.at, r->question.len - r->question.at);
	wire_put_string(w, r->answer.buf + r->answer.at, r->answer.len - r->answer.at);
	record_end(w, at);
}

int
handed_put(const struct keeper *k, unsigned char *out, size_t cap)
{
	struct wire_writer w;
	int rc;

	wire_writer_init(&w, out, cap);
	wire_put_u32(&w, MAGIC);
	put_session(k, &w);
	rc = put_init(k, &w);
	for (unsigned i = 0; i < k->peers.count; i++) {
		size_t at = record_begin(&w, RECORD_PEER);

		handover_peer_put(k->peers.v[i], &w);
		record_end(&w, at);
	}
	for (unsigned i = 0; i < AGENT_RELAYS; i++)
		if (k->agent->relays[i] && k->agent->relays[i]->asker >= 0)
			put_relay(k->agent->relays[i], &w);
	rc = rc ? rc : w.err;
	return rc ? rc : (int)w.len;
}

/* Reading. */

static int
get_init(struct handed *h, struct wire_reader *r)
{
	envlist_free(&h->init.env);
	return leadermsg_decode_init(&h->init, r->p, r->left);
}

static int
get_peer(struct handed *h, struct wire_reader *r)
{
	int rc = h->count < PEERS_MAX ? handover_peer_get(r, &h->peers[h->count]) : -EPROTO;

	h->count += !rc;
	return rc;
}

static int
get_relay(struct handed *h, struct wire_reader *r)
{
	struct agent_relay *relay = calloc(1, sizeof *relay);
	struct saved_relay m;
	int rc = relay ? 0 : -ENOMEM;

	memset(&m, 0, sizeof m);
	if (!rc)
		rc = h->relay_count < AGENT_RELAYS ? record_get(r, relay_fields, &m) : -EPROTO;
	if (rc) {
		free(relay);
		return rc;
	}
	h->relays[h->relay_count++] = relay;
	relay->state = m.refused ? AGENT_REFUSED : AGENT_RELAYING;
	relay->asker = record_fd_is(m.asker);
	relay->answerer = record_fd_is(m.answerer);
	relay->age = m.age;
	relay->have = m.have;
	relay->skip = m.skip;
	memcpy(relay->head, m.head, sizeof relay->head);
	relay->question.ended = m.question_ended;
	relay->answer.ended = m.answer_ended;
	record_get_bytes(r, relay->question.buf, sizeof relay->question.buf, &relay->question.len);
	record_get_bytes(r, relay->answer.buf, sizeof relay->answer.buf, &relay->answer.len);
	if (!r->err && (relay->asker <= 2 || (relay->answerer <= 2) != (m.refused != 0)))
		return -EPROTO;
	return r->err;
}

static int
get_record(struct handed *h, uint32_t type, struct wire_reader *r)
{
	switch (type) {
	case RECORD_SESSION:
		return record_get(r, session_fields, &h->s);
	case RECORD_INIT:
		return get_init(h, r);
	case RECORD_PEER:
		return get_peer(h, r);
	case RECORD_RELAY:
		return get_relay(h, r);
	default:
		return type & RECORD_OPTIONAL ? 0 : -EPROTO;
	}
}

/* Whether the session has what no session lacks, and nothing twice. */
static bool
is_whole(const struct handed *h)
{
	bool pty = h->init.tty[0];
	int fds[HANDED_FDS];

	return h->s.id && h->s.sock && h->s.shell_group && (h->s.master != 0) == pty &&
	       h->s.before <= h->count && uniqueid_ok_or_none(h->s.unique) &&
	       handed_fds(h, fds) && (h->s.kind == SESSIONDIR_OF_USER) == (h->s.root[0] != '\0');
}

int
handed_get(struct handed *h, const void *buf, size_t len)
{
	struct wire_reader all, body;
	uint32_t magic, type;
	int rc;

	memset(h, 0, sizeof *h);
	wire_reader_init(&all, buf, len);
	wire_get_u32(&all, &magic);
	rc = magic == MAGIC ? 0 : -EPROTO;
	while (!rc && (rc = record_next(&all, &type, &body)) > 0)
		rc = get_record(h, type, &body);
	if (!rc && !is_whole(h))
		rc = -EPROTO;
	if (rc)
		handed_free(h);
	return rc;
}

void
handed_free(struct handed *h)
{
	envlist_free(&h->init.env);
	for (unsigned i = 0; i < h->count; i++)
		handover_peer_free(h->peers[i]);
	for (unsigned i = 0; i < h->relay_count; i++)
		free(h->relays[i]);
	h->count = h->relay_count = 0;
}

static int
compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

unsigned
handed_fds(const struct handed *h, int fds[HANDED_FDS])
{
	const struct handed_session *s = &h->s;
	const uint32_t own[] = { s->leader, s->master, s->slave, s->sock, s->agent, s->parent, s->dir, s->pipes[0],
		                 s->pipes[1], s->pipes[2] };
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof own / sizeof *own; i++)
		fds[n++] = record_fd_is(own[i]);
	for (unsigned i = 0; i < h->count; i++) {
		const struct peer *peer = h->peers[i];

		fds[n++] = peer->fd;
		fds[n++] = peer->t.in;
		fds[n++] = peer->t.pipes ? peer->t.out : -1;
	}
	for (unsigned i = 0; i < h->relay_count; i++) {
		fds[n++] = h->relays[i]->asker;
		fds[n++] = h->relays[i]->answerer;
	}
	for (unsigned i = 0; i < n;)
		if (fds[i] < 0)
			fds[i] = fds[--n];
		else
			i++;
	qsort(fds, n, sizeof *fds, compare);
	for (unsigned i = 1; i < n; i++)
		if (fds[i] == fds[i - 1])
			return 0;
	return n && fds[0] > 2 ? n : 0;
}

/* Taking over. */

static void
begin_shell(struct keeper *k, const struct handed_session *s)
{
	if (s->by_leader)
		shell_of_leader(&k->shell, (pid_t)s->shell_pid, -1);
	else
		k->shell = (struct shell){ .pid = (pid_t)s->shell_pid, .group = (pid_t)s->shell_group };
	for (unsigned i = 0; i < 3; i++) {
		k->pipes[i] = record_fd_is(s->pipes[i]);
		/* The leader has been told of those. */
		k->pipes_closed |= (unsigned)(k->pipes[i] < 0) << i;
	}
}

void
handed_begin(struct keeper *k, struct handed *h)
{
	const struct handed_session *s = &h->s;

	k->init = h->init;
	if (s->size_policy)
		k->init.size_policy = s->size_policy;
	h->init.env = (struct envlist)ENVLIST_INIT;
	k->leader = record_fd_is(s->leader);
	k->master = record_fd_is(s->master);
	k->umask = (mode_t)s->umask;
	begin_shell(k, s);
	k->leader_hangs = s->leader_hangs;
	k->slowed = s->slowed;
	k->front_looked_ms = s->front_looked_ms;
	memcpy(k->front_program, s->front_program, sizeof k->front_program);
	k->own_root = s->root[0] ? s->root : NULL;
	k->dir = (struct sessiondir)SESSIONDIR_INIT;
	k->dir.kind = (enum sessiondir_kind)s->kind;
	k->dir.uid = geteuid();
	k->dir.root = k->own_root;
	k->dir.parent = record_fd_is(s->parent);
	k->dir.dir = record_fd_is(s->dir);
	k->dir.sock = record_fd_is(s->sock);
	k->dir.agent = record_fd_is(s->agent);
	k->dir.id = s->id;
	memcpy(k->dir.name, s->name, sizeof k->dir.name);
	memcpy(k->dir.secret, s->secret, sizeof k->dir.secret);
	memcpy(k->dir.path, s->path, sizeof k->dir.path);
	memcpy(k->dir.agent_path, s->agent_path, sizeof k->dir.agent_path);
}

static int
take_peers(struct keeper *k, struct handed *h)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < h->count; i++) {
		struct peer *peer = h->peers[i];

		peer->keeper = k;
		/* Output up to there it has got; and a ring has no more than it has. */
		if (peer->t.offset > k->ring.head)
			rc = -EPROTO;
		if (!rc && peer->framed)
			rc = framed_join(peer);
	}
	if (rc)
		return rc;
	memcpy(k->peers.v, h->peers, sizeof k->peers.v);
	k->peers.count = h->count;
	k->peers.clock = h->s.clock;
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i]->phase == PEER_ATTACHED) {
			theme_goes_on(k->peers.v[i]);
			if (!k->peers.v[i]->framed)
				plain_join(k->peers.v[i]);
		}
	k->peers.before = h->s.before ? h->peers[h->s.before - 1] : NULL;
	k->peers.before_until = h->s.before_until;
	h->count = 0;
	return 0;
}

static void
take_relays(struct keeper *k, struct handed *h)
{
	for (unsigned i = 0; i < h->relay_count; i++) {
		k->agent->relays[i] = h->relays[i];
		if (h->relays[i]->age > k->agent->clock)
			k->agent->clock = h->relays[i]->age;
	}
	h->relay_count = 0;
}

/* The keys of terminals that the program has not taken are in the session's memory again. */
static void
keep_keys(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (peer->framed)
			continue;
		keys_open(&peer->t.keys, &k->vital);
		keys_set(&peer->t.keys, peer->t.input, peer->t.input_at, peer->t.input_len);
	}
}

int
handed_finish(struct keeper *k, struct handed *h)
{
	int rc;

	/* The keeper has opened it anew. */
	if (h->s.slave)
		close(record_fd_is(h->s.slave));
	k->idle.detach_s = h->s.idle_detach;
	k->idle.logind_s = h->s.idle_logind;
	k->keep = h->s.keep;
	k->kept_at = h->s.kept_at;
	k->keep_due = h->s.keep_due;
	memcpy(k->unique, h->s.unique, sizeof k->unique);
	if (k->command)
		command_take(k->command, k->pipes);
	rc = take_peers(k, h);
	if (rc)
		return rc;
	take_relays(k, h);
	keep_keys(k);
	return 0;
}
