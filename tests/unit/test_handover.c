/* SPDX-License-Identifier: MIT */
/* What a keeper hands over to another program, as records and back (handed.h), and hostile records. */
#include "handover_world.h"

#include <stdlib.h>

#include "controlmode.h"
#include "frame.h"
#include "framed_handover.h"
#include "framed_private.h"
#include "handover_peer.h"
#include "probe.h"
#include "records.h"

/* Records. */

struct small { uint32_t a; char text[8]; uint64_t later; };
static const struct field small_first[] = { FIELD_U32(struct small, a), FIELD_TEXT(struct small, text), FIELDS_END };
static const struct field small_later[] = {
	FIELD_U32(struct small, a), FIELD_TEXT(struct small, text), FIELD_OLDER_END, FIELD_U64(struct small, later),
	FIELDS_END
};

static void
versions_read_each_other(void **state)
{
	const struct small m = { 7, "seven", 99 };
	struct small got = { 0, "", 5 };
	struct wire_writer w;
	struct wire_reader r;

	(void)state;
	/* A newer writer, an older reader; what is behind it is still found. */
	wire_writer_init(&w, bytes, sizeof bytes);
	record_put(&w, small_later, &m);
	wire_put_u8(&w, 42);
	wire_reader_init(&r, bytes, w.len);
	assert_int_equal(record_get(&r, small_first, &got), 0);
	assert_int_equal(got.a, 7);
	assert_int_equal(got.later, 5);
	assert_int_equal(wire_get_number(&r, 1), 42);
	/* The other way round. */
	wire_writer_init(&w, bytes, sizeof bytes);
	record_put(&w, small_first, &m);
	wire_put_u8(&w, 42);
	wire_reader_init(&r, bytes, w.len);
	assert_int_equal(record_get(&r, small_later, &got), 0);
	assert_int_equal(got.later, 5);
	assert_int_equal(wire_get_number(&r, 1), 42);
}

static void
unknown_records(void **state)
{
	static const uint32_t types[] = { 99, 99 | RECORD_OPTIONAL };
	struct wire_writer w;
	size_t len;

	(void)state;
	world_open(false, true);
	caller_attach(&(struct caller){ 0 }, ATTACH_MODE_FIRST, 0);
	get_ready();
	len = put();
	for (unsigned i = 0; i < 2; i++) {
		size_t at;

		wire_writer_init(&w, bytes, sizeof bytes);
		w.len = len;
		at = record_begin(&w, types[i]);
		wire_put_cstring(&w, "of a later version");
		record_end(&w, at);
		assert_int_equal(handed_get(&handed, bytes, w.len), i ? 0 : -EPROTO);
		handed_free(&handed);
	}
	world_close();
}

/* A program before there was SizePolicy refuses an INIT with that, and the session has it all the same. */
static void
size_policy(void **state)
{
	unsigned char plain[MESSAGE_MAX];
	struct wire_reader all, body;
	uint32_t magic, type = 0;
	int len;

	(void)state;
	world_open(false, true);
	caller_attach(&(struct caller){ 0 }, ATTACH_MODE_FIRST, 0);
	k.init.size_policy = CONFIG_SIZE_LATEST;
	len = leadermsg_encode_init(&k.init, plain, sizeof plain);
	k.init.size_policy = CONFIG_SIZE_LARGEST;
	get_ready();
	wire_reader_init(&all, bytes, put());
	wire_get_u32(&all, &magic);
	while (type != 2)
		assert_int_equal(record_next(&all, &type, &body), 1);
	assert_int_equal(body.left, len);
	assert_memory_equal(body.p, plain, (size_t)len);
	become_another();
	assert_int_equal(k.init.size_policy, CONFIG_SIZE_LARGEST);
	world_close();
}

/* Round trips. */

static void
same_terminal(const struct terminal *a, const struct terminal *b)
{
	assert_int_equal(a->in, b->in);
	assert_int_equal(a->out, b->out);
	assert_int_equal(a->pipes, b->pipes);
	assert_int_equal(a->readonly, b->readonly);
	assert_int_equal(a->raw, b->raw);
	assert_int_equal(a->input_ended, b->input_ended);
	if (a->raw) {
		assert_memory_equal(&a->saved, &b->saved, sizeof a->saved);
		assert_memory_equal(&a->set, &b->set, sizeof a->set);
	}
	assert_memory_equal(&a->size, &b->size, sizeof a->size);
	assert_true(a->offset == b->offset && a->flow == b->flow && a->since == b->since);
	assert_int_equal(a->input_len - a->input_at, b->input_len);
	assert_memory_equal(a->input + a->input_at, b->input, b->input_len);
	assert_int_equal(a->paint_len - a->paint_at, b->paint_len);
	if (b->paint_len)
		assert_memory_equal(a->paint + a->paint_at, b->paint, b->paint_len);
	assert_memory_equal(&a->pace.tuple, &b->pace.tuple, sizeof a->pace.tuple);
}

static void
same_peer(const struct peer *a, const struct peer *b)
{
	assert_true(a->fd == b->fd && a->phase == b->phase && a->age == b->age && a->active == b->active);
	assert_true(a->serial == b->serial && a->claim.mode == b->claim.mode && a->claim.flags == b->claim.flags);
	assert_memory_equal(a->token, b->token, sizeof a->token);
	assert_true(a->device == b->device && a->inode == b->inode && a->deadline == b->deadline);
	assert_string_equal(a->address, b->address);
	assert_int_equal(a->connection.count, b->connection.count);
	for (size_t i = 0; i < a->connection.count; i++)
		assert_string_equal(a->connection.v[i], b->connection.v[i]);
	assert_string_equal(a->agent_path ? a->agent_path : "", b->agent_path ? b->agent_path : "");
	assert_true(a->more_groups == b->more_groups && a->eight_bit == b->eight_bit && a->quiet == b->quiet);
	assert_true(a->asked == b->asked && a->tries == b->tries && a->why == b->why && a->shown == b->shown);
	assert_true(a->kept_ms == b->kept_ms && a->kept_epoch == b->kept_epoch && a->place_told == b->place_told);
	assert_true(a->typed_at == b->typed_at && a->typed_count == b->typed_count);
	assert_true(a->since_ms == b->since_ms && a->askew == b->askew);
	assert_true(a->upgrading == b->upgrading && a->ops == b->ops);
	assert_true(a->probe.tcp.seen == b->probe.tcp.seen && a->probe.tcp.heard_at == b->probe.tcp.heard_at);
	assert_int_equal(probe_heard_at(a), probe_heard_at(b));
	assert_memory_equal(&a->probe.tcp.tuple, &b->probe.tcp.tuple, sizeof a->probe.tcp.tuple);
	assert_true(a->reports.state == b->reports.state && a->reports.passed == b->reports.passed);
	assert_true(a->reports.string_len == b->reports.string_len && a->reports.paste_at == b->reports.paste_at);
	assert_true(a->reports.until == b->reports.until);
	assert_int_equal(a->reports.len, b->reports.len);
	assert_memory_equal(a->reports.held, b->reports.held, a->reports.len);
	assert_int_equal(a->reports.kept_len, b->reports.kept_len);
	assert_memory_equal(a->reports.kept, b->reports.kept, a->reports.kept_len);
	assert_memory_equal(&a->target, &b->target, sizeof a->target);
	same_terminal(&a->t, &b->t);
}

/* Gives PEER something everywhere. */
static void
fill(struct peer *peer)
{
	static const struct tcp_tuple tuple = { .family = AF_INET, .peer_port = 50022, .local_port = 22, .interface = 3,
		                                .peer = { 192, 0, 2, 7 }, .local = { 192, 0, 2, 1 } };

	memcpy(peer->t.input, "abcdef", 6);
	peer->t.input_at = 2;
	peer->t.input_len = 6;
	peer->t.paint = malloc(9);
	assert_non_null(peer->t.paint);
	memcpy(peer->t.paint, "rendering", 9);
	peer->t.paint_at = 4;
	peer->t.paint_len = 9;
	peer->t.flow = TERMINAL_BLOCKED;
	peer->t.since = 17;
	peer->t.pace.tuple = peer->probe.tcp.tuple = tuple;
	peer->probe.tcp.seen = true;
	peer->probe.tcp.heard_at = 18;
	peer->reports = (struct termreports){ .state = TERMREPORTS_BEGUN, .len = 2, .string_len = 5, .paste_at = 3,
		                              .passed = true, .until = UINT64_MAX, .kept_len = 4 };
	memcpy(peer->reports.held, "\033[", 2);
	memcpy(peer->reports.kept, "\033[0n", 4);
	peer->kept_ms = 19;
	peer->kept_epoch = 20;
	peer->place_told = 21;
	peer->more_groups = peer->eight_bit = peer->asked = peer->upgrading = true;
	peer->target.can = TERMCAN_KNOWN | TERMCAN_PROTECTS;
	peer->target.colours = 88;
	peer->target.upper[127] = 0xff;
	peer->tries = 2;
	peer->typed_at = 23;
	peer->since_ms = 24;
	peer->askew = true;
	peer->typed_count = 24;
	peer->why = REDRAW_SCREEN;
	peer->shown = 22;
	free(peer->agent_path);
	peer->agent_path = strdup("/tmp/ssh-x/agent.1");
	assert_int_equal(envlist_set(&peer->connection, "DISPLAY=:10"), 0);
	strcpy(peer->address, "192.0.2.7");
}

static void
a_peer_comes_back_as_it_was(void **state)
{
	struct caller c = { 0 }, asks;
	struct wire_writer w;
	struct wire_reader r;
	struct peer *got, *peer;

	(void)state;
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	caller_connect(&asks);
	turn_until(k.peers.count == 2);
	fill(k.peers.v[0]);
	assert_true(handover_peer_ready(k.peers.v[0]) && handover_peer_ready(k.peers.v[1]));
	for (unsigned i = 0; i < 2; i++) {
		peer = k.peers.v[i];
		wire_writer_init(&w, bytes, sizeof bytes);
		handover_peer_put(peer, &w);
		assert_int_equal(w.err, 0);
		wire_reader_init(&r, bytes, w.len);
		assert_int_equal(handover_peer_get(&r, &got), 0);
		assert_int_equal(r.left, 0);
		same_peer(peer, got);
		handover_peer_free(got);
	}
	peer = k.peers.v[0];
	peer->t.input_len = peer->t.input_at = peer->reports.len = 0;
	peer->reports.state = TERMREPORTS_KEYS;
	peer->reports.until = 0;
	caller_hang_up(&asks);
	world_close();
}

/* Each frame in progress comes back so that the same bytes follow. */
static void
frames_in_progress(void **state)
{
	static const unsigned char rendering[] = "0123456789";
	static const enum framed_source sources[] = { FRAMED_NONE, FRAMED_RING, FRAMED_RENDERING, FRAMED_SPILLED };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct peer peer = { .claim = { .mode = ATTACH_MODE_JOIN } }, back = { .claim = { .mode = ATTACH_MODE_JOIN } };
		struct stream s = { .name = { 5, 6 } };
		struct framed *f = calloc(1, sizeof *f), *g;
		struct wire_writer w;
		struct wire_reader r;

		assert_non_null(f);
		peer.framed = f;
		f->stream = &s;
		f->line = i & 1;
		window_init(&f->window, 1u << 20);
		window_sent(&f->window, 1000, 5);
		window_acked(&f->window, 400, 9);
		f->sent[0] = 1000;
		f->acked[0] = 400;
		f->source = sources[i];
		f->from = 3;
		f->left = f->source ? 4 : 0;
		f->head_len = FRAME_DATA_HEAD;
		f->head_at = 2;
		memcpy(f->reader.buf + 7, "half of a fr", 12);
		f->reader.at = 7;
		f->reader.len = 19;
		memcpy(f->control + 1, "control", 7);
		f->control_at = 1;
		f->control_len = 7;
		f->rendered = malloc(10);
		f->spilled = malloc(10);
		assert_true(f->rendered && f->spilled);
		memcpy(f->rendered, rendering, 10);
		memcpy(f->spilled, rendering, 10);
		f->rendered_len = 10;
		f->rendered_at = 7;
		f->rendering = FRAMED_READY;
		assert_true(framed_may_hand_over(&peer));
		wire_writer_init(&w, bytes, sizeof bytes);
		framed_hand_over(&peer, &w);
		assert_int_equal(w.err, 0);
		for (size_t len = 0; len < w.len; len++) {
			wire_reader_init(&r, bytes, len);
			assert_true(framed_take_over(&back, &r) < 0);
			framed_forget(&back);
		}
		wire_reader_init(&r, bytes, w.len);
		assert_int_equal(framed_take_over(&back, &r), 0);
		assert_int_equal(r.left, 0);
		g = back.framed;
		assert_int_equal(g->source, sources[i] == FRAMED_RENDERING ? FRAMED_SPILLED : sources[i]);
		assert_int_equal(g->left, f->left);
		if (g->source == FRAMED_SPILLED)
			assert_memory_equal(g->spilled + g->from, rendering + 3, 4);
		else
			assert_int_equal(g->from, g->source ? 3 : 0);
		assert_int_equal(g->rendered_len - g->rendered_at, 3);
		assert_memory_equal(g->rendered + g->rendered_at, rendering + 7, 3);
		assert_int_equal(g->reader.len - g->reader.at, 12);
		assert_memory_equal(g->reader.buf + g->reader.at, "half of a fr", 12);
		assert_int_equal(g->control_len, 7);
		assert_memory_equal(g->control + g->control_at, "control", 7);
		assert_int_equal(window_room(&g->window), window_room(&f->window));
		assert_memory_equal(back.claim.framed.stream, s.name, FRAME_KEY);
		assert_true(g->line == f->line && back.probe.far.known == f->line);
		framed_forget(&back);
		framed_forget(&peer);
	}
}

static void
impossible_frames(void **state)
{
	struct peer peer = { .claim = { .mode = ATTACH_MODE_JOIN } }, back = { .claim = { .mode = ATTACH_MODE_JOIN } };
	struct stream s = { .name = { 5, 6 } };
	struct framed good = { .stream = &s, .sent = { 10, 10 }, .acked = { 10, 10 } }, bad;
	struct wire_writer w;
	struct wire_reader r;

	(void)state;
	window_init(&good.window, 1u << 20);
	for (unsigned i = 0; i < 7; i++) {
		bad = good;
		peer.framed = &bad;
		switch (i) {
		case 1: bad.acked[1] = 11; break;
		case 2: bad.window.acked = 1; break;
		case 3: bad.window.max = 1; break;
		case 4: bad.window.size = bad.window.max + 1; break;
		case 5: bad.head_at = 5; break;
		case 6: bad.source = FRAMED_RING; bad.left = FRAMED_DATA_MAX + 1; break;
		}
		wire_writer_init(&w, bytes, sizeof bytes);
		framed_hand_over(&peer, &w);
		wire_reader_init(&r, bytes, w.len);
		if (i)
			assert_true(framed_take_over(&back, &r) < 0);
		else
			assert_int_equal(framed_take_over(&back, &r), 0);
		framed_forget(&back);
	}
}

/* When it is not the moment. */
static void
objections(void **state)
{
	struct caller c = { 0 }, other;
	struct attach_claim m = claim_of(ATTACH_MODE_JOIN, 0);
	size_t len;

	(void)state;
	world_open(false, true);
	assert_string_equal(handed_objection(&k), "its shell has not started yet");
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	get_ready();
	/* A claim that the leader has yet to vouch for, and one that is to be confirmed. */
	caller_connect(&other);
	caller_claim(&other, &m);
	turn_until(world_report(LEADERMSG_TICKET));
	assert_string_equal(handed_objection(&k), "an attachment is just coming or going");
	world_vouch(true, &alice);
	caller_expect(&other, ATTACH_MSG_CLAIMED, &len);
	assert_non_null(handed_objection(&k));
	caller_say(&other, ATTACH_MSG_CONFIRM);
	turn_until(peers_attached(&k) == 2);
	get_ready();
	k.peers.v[0]->wish = 7;
	assert_non_null(handed_objection(&k));
	k.peers.v[0]->wish = 0;
	k.controlmode->until = 1;
	assert_string_equal(handed_objection(&k), "it is answering a program");
	k.controlmode->until = 0;
	picture_go_on(&k);
	world_close();
}

/* Hostile records: none may be believed that is cut, and none may bring this program down. */

static void
cut_and_changed(void **state)
{
	static unsigned char copy[sizeof bytes];
	struct caller c = { 0 };
	unsigned taken = 0;
	size_t len;

	(void)state;
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	get_ready();
	fill(k.peers.v[0]);
	len = put();
	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *exact = exact_copy(bytes, cut);
		int rc = handed_get(&handed, exact, cut);

		/* Between two records it ends well, and what is missing shows. */
		assert_true(rc < 0 || handed.count < k.peers.count);
		if (!rc)
			handed_free(&handed);
		free(exact);
	}
	memcpy(copy, bytes, len);
	for (size_t i = 0; i < len; i++)
		for (unsigned change = 0; change < 4; change++) {
			static const unsigned char with[] = { 0x80, 0x01, 0xff, 0x7f };

			copy[i] ^= with[change];
			if (handed_get(&handed, copy, len) == 0) {
				taken++;
				handed_free(&handed);
			}
			copy[i] = bytes[i];
		}
	/* A changed name or time is as good as any. */
	assert_true(taken > 0);
	k.peers.v[0]->t.input_len = k.peers.v[0]->t.input_at = k.peers.v[0]->reports.len = 0;
	k.peers.v[0]->reports.state = TERMREPORTS_KEYS;
	k.peers.v[0]->reports.until = 0;
	picture_go_on(&k);
	world_close();
}

static void
descriptors_are_told_once(void **state)
{
	struct caller c = { 0 }, other = { 0 };
	int fds[HANDED_FDS];

	(void)state;
	world_open(false, true);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	caller_attach(&other, ATTACH_MODE_JOIN, ATTACH_FLAG_PIPES);
	get_ready();
	assert_int_equal(handed_get(&handed, bytes, put()), 0);
	/* leader, master, slave, socket; one peer with a terminal, one with two pipes */
	assert_int_equal(handed_fds(&handed, fds), 4 + 2 + 3);
	handed.peers[1]->t.in = k.master;
	assert_int_equal(handed_fds(&handed, fds), 0);
	handed.peers[1]->t.in = 1;
	assert_int_equal(handed_fds(&handed, fds), 0);
	handed_free(&handed);
	picture_go_on(&k);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_read_each_other),
		cmocka_unit_test(unknown_records),
		cmocka_unit_test(size_policy),
		cmocka_unit_test(a_peer_comes_back_as_it_was),
		cmocka_unit_test(frames_in_progress),
		cmocka_unit_test(impossible_frames),
		cmocka_unit_test(objections),
		cmocka_unit_test(cut_and_changed),
		cmocka_unit_test(descriptors_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
