/* SPDX-License-Identifier: MIT */
/* A framed client that knows more of the connection behind its attachment than the kernel here (LINE_ASK, LINE_IS). */
#include "framed_world.h"

#include "facts.h"
#include "frame_line.h"
#include "probe.h"

static struct caller c, asker;

static void
attach_with(const char *features)
{
	struct attach_claim m = claim_of(ATTACH_MODE_FIRST, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	struct frame f;
	size_t len;

	m.framed = (struct attach_framed){ .lowest = 1, .highest = FRAME_VERSION };
	m.framed.stream[0] = 's';
	snprintf(m.framed.features, sizeof m.framed.features, "%s", features);
	caller_connect(&c);
	caller_claim(&c, &m);
	caller_expect(&c, ATTACH_MSG_CLAIMED, &len);
	caller_say(&c, ATTACH_MSG_CONFIRM);
	memset(&reader, 0, sizeof reader);
	f = expect(&c, FRAME_ATTACHED);
	assert_int_equal(frame_get_attached(&attached, f.body, f.len), 0);
	turn_until(k.ring.head >= 7); /* "ready\r\n" */
}

static void
begin(const char *features)
{
	world_open(false, false);
	attach_with(features);
	caller_connect(&asker);
}

static void
end(void)
{
	caller_hang_up(&asker);
	caller_hang_up(&c);
	world_close();
}

static void
say_line(uint8_t verdict, uint32_t ago_ms)
{
	struct frame_line m = { verdict, ago_ms };

	say(&c, frame_put_line(&m, sent, sizeof sent));
}

static uint64_t heard_ms; /* of the latest verdict */

static uint32_t
verdict(void)
{
	struct attach_verdict m;
	const unsigned char *msg;
	size_t len;

	msg = caller_expect(&asker, ATTACH_MSG_VERDICT, &len);
	assert_int_equal(attach_decode_verdict(&m, msg, len), 0);
	heard_ms = m.heard_ms;
	return m.verdict;
}

/* The next frame but output is LINE_ASK. */
static void
is_asked(void)
{
	struct frame f = next_frame(&c);

	while (f.type == FRAME_OUTPUT)
		f = next_frame(&c);
	assert_int_equal(f.type, FRAME_LINE_ASK);
	assert_int_equal(f.len, 0);
}

static void
what_it_says_counts(void **state)
{
	static const uint8_t says[] = { FRAME_LINE_DEAD, FRAME_LINE_UNKNOWN, FRAME_LINE_DEAD, FRAME_LINE_ALIVE };

	(void)state;
	begin("line");
	for (size_t i = 0; i < sizeof says; i++) {
		bool dead = says[i] == FRAME_LINE_DEAD;

		caller_say(&asker, ATTACH_MSG_PROBE);
		is_asked();
		say_line(says[i], 0);
		assert_int_equal(verdict(), says[i]);
		assert_true(probe_is_dead(k.peers.v[0]) == dead);
		assert_true(probe_found_dead(&k) == dead && probe_all_dead(&k) == dead);
	}
	end();
}

/* Then the session may be claimed as if it were dropped. */
static void
the_next_login_gets_the_session(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller other;
	size_t len;

	(void)state;
	begin("input-window,line");
	caller_connect(&other);
	caller_claim(&other, &m);
	caller_is_refused(&other, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&other);
	k.peers.v[0]->probe.far.heard_at -= 40000;
	caller_say(&asker, ATTACH_MSG_PROBE);
	is_asked();
	say_line(FRAME_LINE_DEAD, 31000);
	assert_int_equal(verdict(), ATTACH_VERDICT_DEAD);
	assert_in_range(heard_ms, clock_date_ms() - 33000, clock_date_ms() - 31000);
	/* What was proven counts for a moment. */
	k.peers.v[0]->probe.far.found_at -= 6000;
	assert_false(probe_all_dead(&k));
	k.peers.v[0]->probe.far.found_at += 6000;
	caller_connect(&other);
	caller_claim(&other, &m);
	caller_expect(&other, ATTACH_MSG_CLAIMED, &len);
	caller_say(&other, ATTACH_MSG_CONFIRM);
	caller_expect(&c, ATTACH_MSG_DETACHED, &len);
	assert_int_equal(peers_attached(&k), 1);
	assert_in_range(k.lost_heard_ms, clock_date_ms() - 33000, clock_date_ms() - 31000);
	caller_hang_up(&other);
	end();
}

/* Who types is there, and so is nobody else: other frames of the client prove nothing about its person. */
static void
who_types_is_there(void **state)
{
	unsigned char out[32];
	int len;

	(void)state;
	begin("line");
	caller_say(&asker, ATTACH_MSG_PROBE);
	is_asked();
	say_line(FRAME_LINE_DEAD, 0);
	assert_int_equal(verdict(), ATTACH_VERDICT_DEAD);
	len = frame_put_u64(FRAME_PING, 7, out, sizeof out);
	assert_int_equal(write(c.screen, out, (size_t)len), len);
	expect(&c, FRAME_SERVER_PONG);
	assert_true(probe_found_dead(&k));
	say_input(&c, 0, "x");
	turn_until(!probe_found_dead(&k));
	assert_false(probe_all_dead(&k));
	end();
}

/* Until it says something else: so those who come at the same time are told the same. */
static void
it_stays_dead_while_it_is_asked_again(void **state)
{
	(void)state;
	begin("line");
	caller_say(&asker, ATTACH_MSG_PROBE);
	is_asked();
	say_line(FRAME_LINE_DEAD, 0);
	assert_int_equal(verdict(), ATTACH_VERDICT_DEAD);
	caller_say(&asker, ATTACH_MSG_PROBE);
	is_asked();
	assert_true(k.peers.v[0]->probe.far.open);
	assert_true(probe_found_dead(&k) && probe_all_dead(&k));
	/* No answer: nobody knows. */
	assert_int_equal(verdict(), ATTACH_VERDICT_UNKNOWN);
	assert_false(probe_found_dead(&k));
	/* It counts also when it comes late. */
	say_line(FRAME_LINE_DEAD, 0);
	turn_until(probe_found_dead(&k));
	end();
}

/* A client that has not named the feature is asked nothing, and says nothing. */
static void
others_are_not_asked(void **state)
{
	struct frame f;

	(void)state;
	begin("input-window,lines");
	caller_say(&asker, ATTACH_MSG_PROBE);
	assert_int_equal(verdict(), ATTACH_VERDICT_UNKNOWN);
	say_line(FRAME_LINE_DEAD, 0);
	say(&c, frame_put_u64(FRAME_PING, 7, sent, sizeof sent));
	while ((f = next_frame(&c)).type != FRAME_SERVER_PONG)
		assert_int_not_equal(f.type, FRAME_LINE_ASK);
	assert_false(probe_found_dead(&k));
	end();
}

static void
what_is_malformed_ends_the_connection(void **state)
{
	static const unsigned char wrong[][16] = {
		{ 0, 0, 0, 6, FRAME_LINE_IS, 0, 0, 0, 0, 0 }, { 0, 0, 0, 6, FRAME_LINE_IS, 4, 0, 0, 0, 0 },
		{ 0, 0, 0, 5, FRAME_LINE_IS, 2, 0, 0, 0 }, { 0, 0, 0, 7, FRAME_LINE_IS, 2, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 1, FRAME_LINE_IS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct frame f;

		begin("line");
		memcpy(sent, wrong[i], sizeof wrong[i]);
		say(&c, 4 + wrong[i][3]);
		while ((f = next_frame(&c)).type != FRAME_ERROR)
			assert_int_equal(f.type, FRAME_OUTPUT);
		assert_false(probe_found_dead(&k));
		end();
	}
}

/* In a pool: it is asked when its person has been silent for so long, and what it says is told once. */
static void
silence_is_noticed(void **state)
{
	const struct leadermsg_tell tell = { .programs = false };

	(void)state;
	begin("line");
	facts_wanted(&k, &tell);
	turn_until(k.facts.sent.state == ATTACH_STATE_ATTACHED);
	k.peers.v[0]->probe.far.heard_at -= FACTS_SILENT_MS;
	k.facts.look_at = 1;
	is_asked();
	say_line(FRAME_LINE_DEAD, FACTS_SILENT_MS);
	turn_until(k.facts.sent.silent);
	assert_true(k.facts.look_at > clock_now_ms());
	/* Half a minute later it has come back. */
	k.facts.look_at = 1;
	is_asked();
	assert_true(k.facts.sent.silent);
	say_line(FRAME_LINE_ALIVE, 100);
	turn_until(!k.facts.sent.silent);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_counts),
		cmocka_unit_test(the_next_login_gets_the_session),
		cmocka_unit_test(who_types_is_there),
		cmocka_unit_test(it_stays_dead_while_it_is_asked_again),
		cmocka_unit_test(others_are_not_asked),
		cmocka_unit_test(what_is_malformed_ends_the_connection),
		cmocka_unit_test(silence_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
