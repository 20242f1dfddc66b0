/* SPDX-License-Identifier: MIT */
#include "handover_peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "framed.h"
#include "framed_handover.h"
#include "plain.h"
#include "probe.h"
#include "records.h"

#define PAINT_MAX (UINT64_C(8) << 20) /* more of a rendering does not wait in a keeper that can be upgraded */
#define PASTE_END 6                   /* bytes of the end of a paste */

enum {
	IS_ATTACHED = 1, IS_PIPES = 2, IS_READONLY = 4, IS_RAW = 8, HAS_ENDED = 16, IS_FRAMED = 32, MORE_GROUPS = 64,
	EIGHT_BIT = 128, IS_QUIET = 256, WAS_ASKED = 512, IS_SEEN = 1024, HAS_PASSED = 2048,
	WANTS_PROGRAM = 4096, IS_ASKEW = 8192,
};

struct saved {
	uint32_t flags, fd, in, out;
	uint32_t serial, mode, claim_flags, why, tries, flow;
	uint64_t typed_at, typed_count, age, active, device, inode, kept_ms, place_told, shown, offset, since;
	uint32_t kept_epoch;
	uint16_t rows, cols, xpixel, ypixel;
	unsigned char token[ATTACH_TOKEN];
	char address[ADDRESS_CAP], agent_path[PATH_CAP];
	struct envlist connection;
	unsigned char target[TERMCAN_BYTES];
	uint64_t since_ms;
};

#define S struct saved
static const struct field fields[] = {
	FIELD_U32(S, flags),
	FIELD_U32_MAX(S, fd, RECORD_FD_MAX),
	FIELD_U32_MAX(S, in, RECORD_FD_MAX),
	FIELD_U32_MAX(S, out, RECORD_FD_MAX),
	FIELD_U32(S, serial),
	FIELD_U32_MAX(S, mode, ATTACH_MODE_AGAIN),
	FIELD_U32(S, claim_flags),
	FIELD_U32_MAX(S, why, REDRAW_ALL),
	FIELD_U32(S, tries),
	FIELD_U32_MAX(S, flow, TERMINAL_ASIDE),
	FIELD_U64(S, typed_at),
	FIELD_U64(S, typed_count),
	FIELD_U64(S, age),
	FIELD_U64(S, active),
	FIELD_U64(S, device),
	FIELD_U64(S, inode),
	FIELD_U64(S, kept_ms),
	FIELD_U64(S, place_told),
	FIELD_U64(S, shown),
	FIELD_U64(S, offset),
	FIELD_U64(S, since),
	FIELD_U32(S, kept_epoch),
	FIELD_U16(S, rows),
	FIELD_U16(S, cols),
	FIELD_U16(S, xpixel),
	FIELD_U16(S, ypixel),
	FIELD_RAW(S, token, ATTACH_TOKEN),
	FIELD_TEXT(S, address),
	FIELD_TEXT(S, agent_path),
	FIELD_ENV(S, connection),
	FIELD_OLDER_END,
	FIELD_RAW(S, target, TERMCAN_BYTES),
	FIELD_OLDER_END,
	FIELD_U64(S, since_ms),
	FIELDS_END
};
#undef S

/* A connection of TCP (probe.h, pacing.h); FAMILY 0: unknown. */
struct saved_tuple {
	uint32_t family, interface;
	uint16_t peer_port, local_port;
	unsigned char peer[16], local[16];
	uint64_t heard_at;
};

#define T struct saved_tuple
static const struct field tuple_fields[] = {
	FIELD_U32_MAX(T, family, UINT16_MAX),
	FIELD_U32(T, interface),
	FIELD_U16(T, peer_port),
	FIELD_U16(T, local_port),
	FIELD_RAW(T, peer, 16),
	FIELD_RAW(T, local, 16),
	FIELD_U64(T, heard_at),
	FIELDS_END
};
#undef T

struct saved_reports {
	uint32_t state;
	uint64_t string_len, paste_at, until;
};

#define R struct saved_reports
static const struct field report_fields[] = {
	FIELD_U32_MAX(R, state, TERMREPORTS_PASTE),
	FIELD_U64(R, string_len),
	FIELD_U64(R, paste_at),
	FIELD_U64(R, until),
	FIELDS_END
};
#undef R

bool
handover_peer_ready(const struct peer *peer)
{
	if (peer->phase == PEER_OPEN)
		return !peer->probe.asked;
	return peer->phase == PEER_ATTACHED && !peer->wish && !peer->held && !peer->t.dead && !peer->probe.asked &&
	       !peer->probe.tcp.open && !peer->probe.far.open && !peer->theme.reports.len &&
	       peer->t.flow != TERMINAL_WAITING && peer->t.paint_len - peer->t.paint_at <= PAINT_MAX &&
	       (!peer->framed || framed_may_hand_over(peer));
}

static uint32_t
flags_of(const struct peer *peer)
{
	const struct terminal *t = &peer->t;

	return (peer->phase == PEER_ATTACHED ? IS_ATTACHED : 0) | (t->pipes ? IS_PIPES : 0) |
	       (t->readonly ? IS_READONLY : 0) | (t->raw ? IS_RAW : 0) | (t->input_ended ? HAS_ENDED : 0) |
	       (peer->framed ? IS_FRAMED : 0) | (peer->more_groups ? MORE_GROUPS : 0) |
	       (peer->eight_bit ? EIGHT_BIT : 0) | (peer->quiet ? IS_QUIET : 0) | (peer->asked ? WAS_ASKED : 0) |
	       (peer->probe.tcp.seen ? IS_SEEN : 0) | (peer->reports.passed ? HAS_PASSED : 0) |
	       (peer->upgrading ? WANTS_PROGRAM : 0) | (peer->askew ? IS_ASKEW : 0);
}

static void
put_tuple(struct wire_writer *w, const struct tcp_tuple *t, uint64_t heard_at)
{
	struct saved_tuple m = { .family = (uint32_t)t->family, .interface = t->interface, .peer_port = t->peer_port,
		                 .local_port = t->local_port, .heard_at = heard_at };

	memcpy(m.peer, t->peer, sizeof m.peer);
	memcpy(m.local, t->local, sizeof m.local);
	record_put(w, tuple_fields, &m);
}

static void
put_reports(struct wire_writer *w, const struct termreports *r)
{
	const struct saved_reports m = { (uint32_t)r->state, r->string_len, r->paste_at, r->until };

	record_put(w, report_fields, &m);
	wire_put_string(w, r->held, r->len);
	wire_put_string(w, r->kept, r->kept_len);
}

static void
put_terminal(struct wire_writer *w, const struct terminal *t)
{
	wire_put_string(w, &t->saved, t->raw ? sizeof t->saved : 0);
	wire_put_string(w, &t->set, t->raw ? sizeof t->set : 0);
	wire_put_string(w, t->input + t->input_at, t->input_len - t->input_at);
	wire_put_string(w, t->paint ? t->paint + t->paint_at : NULL, t->paint_len - t->paint_at);
	put_tuple(w, &t->pace.tuple, 0);
}

void
handover_peer_put(const struct peer *peer, struct wire_writer *w)
{
	const struct terminal *t = &peer->t;
	struct saved m = {
		.flags = flags_of(peer), .fd = record_fd(peer->fd), .in = record_fd(t->in), .out = record_fd(t->out),
		.serial = peer->serial, .mode = peer->claim.mode, .claim_flags = peer->claim.flags,
		.why = peer->why, .tries = peer->tries, .flow = t->flow,
		.typed_at = peer->typed_at, .typed_count = peer->typed_count, .age = peer->age, .active = peer->active,
		.device = peer->device, .inode = peer->inode,
		.kept_ms = peer->kept_ms, .kept_epoch = peer->kept_epoch, .place_told = peer->place_told,
		.shown = peer->shown, .offset = t->offset, .since = t->since, .rows = t->size.ws_row, .cols = t->size.ws_col,
		.xpixel = t->size.ws_xpixel, .ypixel = t->size.ws_ypixel, .connection = peer->connection, .since_ms = peer->since_ms,
	};

	memcpy(m.token, peer->token, sizeof m.token);
	memcpy(m.address, peer->address, sizeof m.address);
	termcan_put(&peer->target, m.target);
	if (peer->agent_path && strlen(peer->agent_path) < sizeof m.agent_path)
		memcpy(m.agent_path, peer->agent_path, strlen(peer->agent_path));
	record_put(w, fields, &m);
	put_terminal(w, t);
	put_tuple(w, &peer->probe.tcp.tuple, probe_heard_at(peer));
	put_reports(w, &peer->reports);
	if (peer->framed)
		framed_hand_over(peer, w);
}

/* Reading. */

static void
get_tuple(struct wire_reader *r, struct tcp_tuple *t, uint64_t *heard_at)
{
	struct saved_tuple m;

	memset(&m, 0, sizeof m);
	if (record_get(r, tuple_fields, &m))
		return;
	*t = (struct tcp_tuple){ .family = (int)m.family, .interface = m.interface, .peer_port = m.peer_port,
		                 .local_port = m.local_port };
	memcpy(t->peer, m.peer, sizeof t->peer);
	memcpy(t->local, m.local, sizeof t->local);
	*heard_at = m.heard_at;
}

static int
get_reports(struct wire_reader *r, struct termreports *t)
{
	struct saved_reports m;
	int rc;

	memset(&m, 0, sizeof m);
	rc = record_get(r, report_fields, &m);
	record_get_bytes(r, t->held, sizeof t->held, &t->len);
	record_get_bytes(r, t->kept, sizeof t->kept, &t->kept_len);
	if (rc || r->err)
		return rc ? rc : r->err;
	if (m.string_len > TERMREPORTS_STRING_MAX || m.paste_at >= PASTE_END)
		return -EPROTO;
	t->state = (enum termreports_state)m.state;
	t->string_len = (size_t)m.string_len;
	t->paste_at = (size_t)m.paste_at;
	t->until = m.until;
	return 0;
}

/* Settings are raw: those of a C library with others would be wrong, and then the terminal is left as it is. */
static bool
get_settings(struct wire_reader *r, struct termios *t)
{
	struct wire_bytes bytes;

	wire_get_string(r, &bytes, 1024);
	if (bytes.len != sizeof *t)
		return false;
	memcpy(t, bytes.data, sizeof *t);
	return true;
}

static int
get_terminal(struct wire_reader *r, struct terminal *t)
{
	bool saved = get_settings(r, &t->saved), set = get_settings(r, &t->set);
	uint64_t unused;
	int rc;

	t->raw = t->raw && saved && set;
	record_get_bytes(r, t->input, sizeof t->input, &t->input_len);
	rc = record_get_memory(r, PAINT_MAX, &t->paint, &t->paint_len);
	pacing_off(&t->pace);
	get_tuple(r, &t->pace.tuple, &unused);
	pacing_restart(&t->pace);
	return rc ? rc : r->err;
}

static void
take_flags(struct peer *peer, uint32_t flags)
{
	struct terminal *t = &peer->t;

	peer->phase = flags & IS_ATTACHED ? PEER_ATTACHED : PEER_OPEN;
	t->pipes = flags & IS_PIPES;
	t->readonly = flags & IS_READONLY;
	t->raw = flags & IS_RAW;
	t->input_ended = flags & HAS_ENDED;
	peer->more_groups = flags & MORE_GROUPS;
	peer->eight_bit = flags & EIGHT_BIT;
	peer->quiet = flags & IS_QUIET;
	peer->asked = flags & WAS_ASKED;
	peer->probe.tcp.seen = flags & IS_SEEN;
	peer->reports.passed = flags & HAS_PASSED;
	peer->upgrading = flags & WANTS_PROGRAM;
	peer->askew = flags & IS_ASKEW;
}

/* What M says of PEER; takes over M's environment. */
static int
take_saved(struct peer *peer, struct saved *m)
{
	struct terminal *t = &peer->t;

	take_flags(peer, m->flags);
	peer->connection = m->connection;
	peer->fd = record_fd_is(m->fd);
	t->in = record_fd_is(m->in);
	t->out = record_fd_is(m->out);
	peer->deadline = CLOCK_NEVER;
	peer->serial = m->serial;
	peer->claim.mode = m->mode;
	peer->claim.flags = m->claim_flags;
	peer->why = (enum redraw_why)m->why;
	peer->tries = m->tries;
	peer->since_ms = m->since_ms;
	peer->typed_at = m->typed_at;
	peer->typed_count = m->typed_count;
	peer->age = m->age;
	peer->active = m->active;
	peer->device = m->device;
	peer->inode = m->inode;
	peer->kept_ms = m->kept_ms;
	peer->kept_epoch = m->kept_epoch;
	peer->place_told = m->place_told;
	peer->shown = m->shown;
	memcpy(peer->token, m->token, sizeof peer->token);
	memcpy(peer->address, m->address, sizeof peer->address);
	termcan_get(&peer->target, m->target);
	t->flow = (enum terminal_flow)m->flow;
	t->offset = m->offset;
	t->since = m->since;
	t->size = (struct winsize){ m->rows, m->cols, m->xpixel, m->ypixel };
	if (m->agent_path[0] && !(peer->agent_path = strdup(m->agent_path)))
		return -ENOMEM;
	return 0;
}

/* Whether PEER has the descriptors of its kind: of a terminal one, of pipes two, and none as long as it only asks. */
static bool
has_descriptors(const struct peer *peer)
{
	const struct terminal *t = &peer->t;

	if (peer->fd <= 2)
		return false;
	if (peer->phase == PEER_OPEN)
		return t->in < 0 && t->out < 0;
	return t->in > 2 && t->out > 2 && (t->in != t->out) == t->pipes && t->in != peer->fd && t->out != peer->fd;
}

static int
get_peer(struct wire_reader *r, struct peer *peer)
{
	struct saved m;
	int rc;

	memset(&m, 0, sizeof m);
	rc = record_get(r, fields, &m);
	if (!rc)
		rc = take_saved(peer, &m);
	if (!rc)
		rc = get_terminal(r, &peer->t);
	get_tuple(r, &peer->probe.tcp.tuple, &peer->probe.tcp.heard_at);
	peer->probe.far.heard_at = peer->probe.tcp.heard_at;
	if (!rc)
		rc = get_reports(r, &peer->reports);
	if (!rc && (!has_descriptors(peer) || ((m.flags & IS_FRAMED) && !(peer->phase == PEER_ATTACHED && peer->t.pipes))))
		rc = -EPROTO;
	if (rc || peer->phase != PEER_ATTACHED)
		return rc ? rc : r->err;
	peer->ops = m.flags & IS_FRAMED ? &framed_ops : &plain_ops;
	return m.flags & IS_FRAMED ? framed_take_over(peer, r) : r->err;
}

int
handover_peer_get(struct wire_reader *r, struct peer **peer)
{
	struct peer *p = calloc(1, sizeof *p);
	int rc;

	if (!p)
		return -ENOMEM;
	p->fd = p->t.in = p->t.out = -1;
	rc = get_peer(r, p);
	if (rc) {
		handover_peer_free(p);
		return rc;
	}
	*peer = p;
	return 0;
}

void
handover_peer_free(struct peer *peer)
{
	if (!peer)
		return;
	framed_forget(peer);
	envlist_free(&peer->connection);
	free(peer->agent_path);
	free(peer->t.paint);
	free(peer);
}
