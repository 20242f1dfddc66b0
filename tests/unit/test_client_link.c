/* SPDX-License-Identifier: MIT */
/* A link while input never ceases: its line is trusted as long as the host acknowledges it.  The clock is made up. */
#include "unit.h"

#include "clock.h"
#include "link_world.h"
#include "frame.h"
#include "frame_session.h"
#include "link.h"
#include "link_time.h"

#define PIECE 32000u
#define PIECE_MS 20u /* the line takes a piece in each */
#define UPLOAD_MS 60000u

static uint64_t now;

uint64_t
clock_now_ms(void)
{
	return now;
}

/* Whether the host has heard a PING; all else that it has heard is forgotten. */
static bool
hears_ping(uint64_t *token)
{
	bool heard = false;
	uint32_t len;

	for (size_t at = 0; at < hears_len; at += 4 + len) {
		len = (uint32_t)hears[at] << 24 | (uint32_t)hears[at + 1] << 16 | (uint32_t)hears[at + 2] << 8 |
		      hears[at + 3];
		if (hears[at + 4] != FRAME_PING)
			continue;
		assert_int_equal(frame_get_u64(token, hears + at + 5, 8), 0);
		heard = true;
	}
	hears_len = 0;
	return heard;
}

static struct link *
attached(void)
{
	struct frame_attached a = { .version = 1, .id = 1, .kind = FRAME_COMMAND, .window = FRAME_INPUT_WINDOW_MAX };
	struct frame_hello h = { .lowest = FRAME_VERSION, .highest = FRAME_VERSION };
	struct transport *t = calloc(1, sizeof *t);
	unsigned char out[256];
	struct link *l;
	struct frame f;

	now = 1000000;
	says_len = hears_len = 0;
	assert_non_null(t);
	t->ops = &ops;
	l = link_new(t, TRANSPORT_SUBSYSTEM, NULL, 60000, NULL);
	assert_non_null(l);
	link_step(l, NULL, 0);
	say(l->preamble, FRAME_PREAMBLE);
	say(out, frame_put_hello(FRAME_SERVER_HELLO, &h, out, sizeof out));
	assert_int_equal(link_next(l, &f), 0);
	l->asked_attach = true;
	say(out, frame_put_attached(&a, out, sizeof out));
	assert_int_equal(link_next(l, &f), 1);
	assert_int_equal(l->phase, LINK_ATTACHED);
	hears_len = 0;
	return l;
}

struct upload {
	uint64_t sent, acked;               /* pieces */
	uint64_t sent_at[UPLOAD_MS / PIECE_MS + 1];
	uint64_t pong_at, token;
	unsigned pings, doubts;
};

/* A millisecond of an upload whose bytes, and so their answers, take DELAY ms. */
static void
pass(struct link *l, struct upload *u, uint64_t delay)
{
	static const unsigned char piece[PIECE];
	unsigned char out[64];
	struct frame f;

	if (now % PIECE_MS == 0) {
		link_put_data(l, u->sent * PIECE, piece, PIECE);
		u->sent_at[u->sent++] = now;
	}
	link_flush(l);
	if (hears_ping(&u->token)) {
		u->pings++;
		u->pong_at = now + delay;
	}
	for (; u->acked < u->sent && now >= u->sent_at[u->acked] + delay; u->acked++) {
		struct frame_input_ack m = { .offset = (u->acked + 1) * PIECE, .window = FRAME_INPUT_WINDOW_MAX };

		say(out, frame_put_input_ack(&m, out, sizeof out));
	}
	if (u->pong_at && now >= u->pong_at)
		say(out, frame_put_u64(FRAME_SERVER_PONG, u->token, out, sizeof out));
	u->pong_at = u->pong_at && now >= u->pong_at ? 0 : u->pong_at;
	while (link_next(l, &f) > 0)
		link_answered(l, u->acked < u->sent ? LINK_ANSWER_PART : LINK_ANSWER_ALL,
		              (uint32_t)(delay - delay / 4));
	link_tick(l, now);
	if (now >= link_doubtful(l)) {
		u->doubts++;
		link_trusted(l);
	}
	assert_int_not_equal(l->phase, LINK_DEAD);
	now++;
}

static void
an_upload_needs_no_pings(void **state)
{
	struct upload u = { 0 };
	struct link *l = attached();

	(void)state;
	for (unsigned ms = 0; ms < UPLOAD_MS; ms++)
		pass(l, &u, 100);
	assert_true(u.acked > 2900);
	assert_int_equal(u.pings, 0);
	assert_false(l->silent);
	link_free(l);
}

/* A queue on the way grows until its last byte waits for five seconds. */
static void
a_slow_uplink_is_not_doubted(void **state)
{
	struct upload u = { 0 };
	struct link *l = attached();

	(void)state;
	for (unsigned ms = 0; ms < UPLOAD_MS; ms++)
		pass(l, &u, ms < 10000 ? 50 + ms / 2 : 5050);
	assert_true(u.acked > 2500);
	assert_int_equal(u.doubts, 0);
	assert_false(l->silent);
	link_free(l);
}

static void
a_line_that_falls_silent_is_found_out(void **state)
{
	struct upload u = { 0 };
	struct link *l = attached();
	uint64_t fell;

	(void)state;
	for (unsigned ms = 0; ms < 10000; ms++)
		pass(l, &u, 100);
	assert_int_equal(u.pings, 0);
	for (fell = now; !l->silent && now < fell + 10000;) {
		u.acked = u.sent;
		pass(l, &u, 100000);
	}
	assert_int_equal(u.pings, 1);
	assert_true(u.doubts > 0 && l->silent);
	link_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_upload_needs_no_pings),
		cmocka_unit_test(a_slow_uplink_is_not_doubted),
		cmocka_unit_test(a_line_that_falls_silent_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
