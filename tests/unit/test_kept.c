/* SPDX-License-Identifier: MIT */
/*
 * A framed client whose keeper is killed at any moment: the next one goes on with the same pipes, and each byte comes
 * once, both ways.
 */
#include "keeper_world.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "awaited.h"
#include "framed.h"
#include "framed_private.h"
#include "frame_session.h"
#include "kept.h"

#define TOTAL 4000000u
#define DEATHS 300

static struct caller c;
static int held[2];          /* the keeper's ends, as holdfast-resume has them */
static unsigned char token[ATTACH_TOKEN], stream[FRAME_KEY];
static struct frame_reader reader;
static unsigned char data[TOTAL], got[TOTAL];
static size_t sent, acked, arrived, waiting_len, waiting_at;
static unsigned char waiting[FRAME_MAX + 64]; /* a frame that is being written */
static unsigned renderings, attaches;
static uint32_t window;
static unsigned seed;

static unsigned
any(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % n;
}

static struct peer *
one(void)
{
	unsigned i = 0;

	return peers_next_attached(&k, &i);
}

static void
claim(enum attach_mode mode)
{
	static unsigned char buf[MESSAGE_MAX];
	struct attach_claim m = claim_of(mode, ATTACH_FLAG_FRAMED | ATTACH_FLAG_PIPES | ATTACH_FLAG_RETURNS);
	int fds[2] = { dup(held[0]), dup(held[1]) }, len;

	m.framed = (struct attach_framed){ .lowest = 1, .highest = 1 };
	memcpy(m.framed.stream, stream, sizeof stream);
	memcpy(m.token, token, sizeof token);
	len = attach_encode_claim(&m, buf, sizeof buf);
	assert_true(len > 0);
	caller_send(&c, buf, (size_t)len, fds, 2);
}

static void
be_granted(void)
{
	struct attach_granted m;
	size_t len;
	const unsigned char *msg = caller_expect(&c, ATTACH_MSG_GRANTED, &len);

	assert_int_equal(attach_decode_granted(&m, msg, len), 0);
	memcpy(token, m.token, sizeof token);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	turn_until(one());
}

static void
begin(bool command)
{
	int in[2], out[2];

	seed = 7;
	sent = acked = arrived = waiting_len = waiting_at = 0;
	renderings = attaches = 0;
	window = 0;
	memset(&reader, 0, sizeof reader);
	memset(stream, 9, sizeof stream);
	for (size_t i = 0; i < TOTAL; i++)
		data[i] = (unsigned char)('!' + any(90));
	world_open(command, true);
	caller_connect(&c);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	/* Small ones, so that few writes go through whole. */
	fcntl(in[1], F_SETPIPE_SZ, 4096);
	fcntl(out[1], F_SETPIPE_SZ, 4096);
	c.screen = in[1];
	c.out = out[0];
	held[0] = in[0];
	held[1] = out[1];
	fcntl(c.screen, F_SETFL, O_NONBLOCK);
	fcntl(c.out, F_SETFL, O_NONBLOCK);
	claim(ATTACH_MODE_FIRST);
	turn_until(world_report(LEADERMSG_TICKET));
	world_vouch(true, &alice);
	be_granted();
}

/* As a keeper that is killed leaves it; another one begins in the same memory. */
static void
die(void)
{
	static struct awaited list[PEERS_MAX];
	unsigned listed = awaited_note(&k, list, PEERS_MAX);
	struct peer *peer = one();

	assert_int_equal(listed, 1);
	assert_int_equal(k.peers.count, 1);
	close(peer->fd);
	close(peer->t.in);
	close(peer->t.out);
	peer->framed->stream->users = 0;
	munmap(peer->framed->kept, sizeof *peer->framed->kept);
	free(peer->framed->spilled);
	free(peer->framed->rendered);
	free(peer->framed);
	envlist_free(&peer->connection);
	free(peer->agent_path);
	free(peer);
	k.peers = (struct peers){ .clock = 0 };
	awaited_take(&k, list, listed);
	while (world_report(0))
		;
}

static void
connect_again(void)
{
	int screen = c.screen, out = c.out;

	close(c.fd);
	caller_connect(&c);
	c.screen = screen;
	c.out = out;
	claim(ATTACH_MODE_AGAIN);
}

/* It was killed in the middle of its last write, before it knew how much that wrote. */
static void
forget_the_last_write(struct kept *p)
{
	struct kept_out *o = &p->out[p->counts & 1];
	struct vital_intent *i = &k.vital.live->intent;
	uint64_t done = o->done;

	*i = (struct vital_intent){ .call = VITAL_FRAMES_OUT, .index = 0, .sum = 4711 };
	o->done = 0;
	assert_true(vital_settle(&k.vital, 0, 4711 + done));
}

/* The same in its last read, which brought up to LEN bytes. */
static void
forget_the_last_read(struct kept *p, unsigned len)
{
	size_t at = (size_t)(p->in >> 32), end = (size_t)(p->in & UINT32_MAX);
	struct vital_intent *i = &k.vital.live->intent;

	if (end - at < len)
		len = (unsigned)(end - at);
	*i = (struct vital_intent){ .call = VITAL_FRAMES_IN, .index = 0, .at = end - len, .sum = 815 };
	p->in = (uint64_t)at << 32 | (end - len);
	assert_true(vital_settle(&k.vital, 815 + len, 0));
}

static void
on_frame(const struct frame *f)
{
	struct frame_input_ack ack;
	struct frame_attached attached;
	struct frame_data m;
	unsigned char out[64];
	int len;

	switch (f->type) {
	case FRAME_ATTACHED:
		assert_int_equal(frame_get_attached(&attached, f->body, f->len), 0);
		window = attached.window;
		attaches++;
		break;
	case FRAME_OUTPUT:
		assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f->body, f->len), 0);
		assert_int_equal(m.offset, arrived);
		assert_true(arrived + m.len <= TOTAL);
		memcpy(got + arrived, m.data, m.len);
		arrived += m.len;
		len = frame_put_ack(0, arrived, out, sizeof out);
		assert_true(waiting_len + (size_t)len <= sizeof waiting);
		memcpy(waiting + waiting_len, out, (size_t)len);
		waiting_len += (size_t)len;
		break;
	case FRAME_INPUT_ACK:
		assert_int_equal(frame_get_input_ack(&ack, f->body, f->len), 0);
		assert_true(ack.offset >= acked && ack.offset <= sent);
		acked = ack.offset;
		window = ack.window;
		break;
	case FRAME_SIZE_IS:
		break;
	case FRAME_RENDERING:
		renderings++;
		break;
	default:
		fail_msg("a frame of type %u", f->type);
	}
}

/* The client reads up to N bytes, and writes as many. */
static void
move(unsigned n)
{
	struct frame f;
	size_t room;
	unsigned char *to = frame_room(&reader, &room);
	ssize_t len = read(c.out, to, room < n ? room : n);
	int rc;

	assert_int_not_equal(len, 0);
	if (len > 0)
		frame_filled(&reader, (size_t)len);
	while ((rc = frame_next(&reader, &f)) > 0)
		on_frame(&f);
	assert_int_equal(rc, 0);
	if (waiting_at == waiting_len)
		waiting_at = waiting_len = 0;
	if (!waiting_len && sent < TOTAL && window > sent - acked) {
		size_t most = window - (sent - acked), part = 1 + any(9000);
		struct frame_data m = { .offset = sent };

		m.len = part < most ? part : most;
		m.len = m.len < TOTAL - sent ? m.len : TOTAL - sent;
		rc = frame_put_data_head(FRAME_INPUT, &m, waiting, sizeof waiting);
		assert_true(rc > 0);
		memcpy(waiting + rc, data + sent, m.len);
		waiting_len = (size_t)rc + m.len;
		sent += m.len;
	}
	len = write(c.screen, waiting + waiting_at, waiting_len - waiting_at < n ? waiting_len - waiting_at : n);
	if (len > 0)
		waiting_at += (size_t)len;
}

static void
end(void)
{
	close(held[0]);
	close(held[1]);
	caller_hang_up(&c);
	turn_until(!k.peers.count);
	world_close();
}

static void
each_byte_comes_once(void **state)
{
	unsigned deaths = 0, others = 0;
	uint64_t until = clock_now_ms() + 60000;

	(void)state;
	snprintf(world_command, sizeof world_command, "exec cat");
	begin(true);
	while (arrived < TOTAL) {
		assert_true(clock_now_ms() < until);
		move(1 + any(7000));
		keeper_turn(&k, 0);
		if (!window || any(4) || deaths == DEATHS)
			continue;
		/* The long rest of a frame that was on its way at the last death. */
		if (!one()->framed->kept->exact) {
			others++;
			continue;
		}
		deaths++;
		if (any(2))
			forget_the_last_write(one()->framed->kept);
		else if (any(2))
			forget_the_last_read(one()->framed->kept, 1 + any(3000));
		die();
		/* The client goes on reading and writing meanwhile. */
		move(1 + any(3000));
		connect_again();
		be_granted();
		k.vital.moved = (struct vital_moved){ .call = VITAL_NOTHING };
	}
	assert_int_equal(deaths, DEATHS);
	assert_true(others < DEATHS / 10);
	assert_memory_equal(got, data, TOTAL);
	assert_int_equal(attaches, 1);
	assert_int_equal(renderings, 0);
	end();
}

static void
is_refused(void)
{
	connect_again();
	caller_is_refused(&c, ATTACH_REFUSAL_STRANGER);
}

static void
what_cannot_be_believed_goes_on_elsewhere(void **state)
{
	struct kept *p, good;
	struct kept_out *o;

	(void)state;
	begin(true);
	while (!acked) {
		move(4096);
		turn();
	}
	turn();
	die();
	p = vital_map(&k.vital, VITAL_FRAMES, 0, sizeof *p, true);
	assert_non_null(p);
	good = *p;
	o = &p->out[p->counts & 1];
#define REFUSED(change) change; is_refused(); *p = good
	REFUSED(p->exact = 0);
	REFUSED(p->counts = 0);
	REFUSED(p->counts = 3);
	REFUSED(p->stream[0]++);
	REFUSED(p->in = UINT64_C(5) << 32 | 4);
	REFUSED(p->in = sizeof p->in_bytes + 1);
	REFUSED(p->in = FRAME_MAX + 5);
	REFUSED(o->done = UINT64_MAX);
	REFUSED(o->bytes_len = KEPT_BYTES + 1);
	REFUSED(o->head_len = FRAME_DATA_HEAD + 1);
	REFUSED(o->head_len = FRAME_DATA_HEAD; o->rests = 1);
	REFUSED(o->channel = 2; o->left = 1);
	REFUSED(o->left = FRAMED_DATA_MAX + 1);
	/* The command may print more meanwhile. */
	REFUSED(o->left = 1; o->channel = 0; o->from = k.ring.head + TOTAL);
	REFUSED(o->sent[0] = k.ring.head + TOTAL);
	REFUSED(p->acked[0] = o->sent[0] + 1);
	REFUSED(p->acked[1] = 1);
	REFUSED(o->replay_to = k.ring.head + TOTAL);
	/* Its last call may have moved anything. */
	k.vital.moved = (struct vital_moved){ .call = VITAL_FRAMES_OUT, .index = 0, .known = false };
	is_refused();
	/* That of another stream is none of its business. */
	k.vital.moved.index = 1;
	connect_again();
	be_granted();
	munmap(p, sizeof *p);
	end();
}

/* A client acknowledges once: a keeper that did not know it would wait for that for ever. */
static void
acknowledgements_are_not_forgotten(void **state)
{
	uint64_t before;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
	begin(false);
	while (!arrived || one()->framed->acked[0] < arrived) {
		move(4096);
		turn();
	}
	before = one()->framed->acked[0];
	die();
	connect_again();
	be_granted();
	assert_true(one()->framed->acked[0] >= before);
	end();
}

static void
a_rendering_on_its_way_goes_on_elsewhere(void **state)
{
	struct peer *peer;

	(void)state;
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
	begin(false);
	while (!arrived) {
		move(4096);
		turn();
	}
	turn();
	peer = one();
	assert_int_equal(peer->framed->kept->exact, 1);
	peer->ops->expect(peer);
	die();
	is_refused();
	/* It counts as attached until its time is over, or its client has another connection. */
	assert_int_equal(awaited_held(&k), 1);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_comes_once),
		cmocka_unit_test(what_cannot_be_believed_goes_on_elsewhere),
		cmocka_unit_test(acknowledgements_are_not_forgotten),
		cmocka_unit_test(a_rendering_on_its_way_goes_on_elsewhere),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
