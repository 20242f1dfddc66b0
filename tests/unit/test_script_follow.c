/* SPDX-License-Identifier: MIT */
/* Processes that follow a session's output (FOLLOW of attach_script.h). */
#include "script_world.h"

#include "picture_private.h"

static void
follow(struct caller *c, uint32_t from, uint64_t offset)
{
	struct attach_follow m = { from, 0, offset };
	int len = attach_encode_follow(&m, buf, sizeof buf);

	caller_send(c, buf, (size_t)len, NULL, 0);
}

/* What a follower has got so far. */
struct got {
	uint64_t next, missed;
	size_t len;
	char text[65536]; /* the latest bytes */
	struct attach_sized size;
	unsigned sizes;
	uint64_t sized_at; /* bytes of text before the last size */
	bool over;
	struct attach_exit exit;
};

static void
take_output(struct got *g, int n)
{
	struct attach_followed m;

	assert_int_equal(attach_decode_followed(&m, buf, (size_t)n), 0);
	assert_int_equal(m.offset, g->next);
	g->next += m.len;
	if (m.len > sizeof g->text - 1 - g->len)
		g->len = 0;
	memcpy(g->text + g->len, m.bytes, m.len);
	g->len += m.len;
	g->text[g->len] = '\0';
}

/* Takes a message, if there is one: whether there was. */
static bool
take(struct caller *c, struct got *g)
{
	struct attach_gap gap;
	int n = caller_receive(c, buf, sizeof buf);

	if (n <= 0)
		return false;
	switch (attach_type_of(buf, (size_t)n)) {
	case ATTACH_MSG_SIZED:
		assert_int_equal(attach_decode_sized(&g->size, buf, (size_t)n), 0);
		if (!g->sizes++)
			g->next = g->size.offset;
		assert_int_equal(g->size.offset, g->next);
		g->sized_at = g->len;
		break;
	case ATTACH_MSG_GAP:
		assert_int_equal(attach_decode_gap(&gap, buf, (size_t)n), 0);
		assert_true(gap.from == g->next && gap.to > gap.from);
		g->missed += gap.to - gap.from;
		g->next = gap.to;
		break;
	case ATTACH_MSG_EXIT:
		assert_int_equal(attach_decode_exit(&g->exit, buf, (size_t)n), 0);
		g->over = true;
		break;
	default:
		take_output(g, n);
	}
	return true;
}

static bool
has(struct caller *c, struct got *g, const char *text)
{
	while (take(c, g))
		;
	return strstr(g->text, text) != NULL;
}

static void
resize(struct caller *c, unsigned short rows, unsigned short cols)
{
	struct winsize ws = { .ws_row = rows, .ws_col = cols };

	assert_int_equal(ioctl(c->screen, TIOCSWINSZ, &ws), 0);
	caller_say(c, ATTACH_MSG_WINCH);
	turn_until(k.size.ws_row == rows);
}

static void
output_and_sizes_in_their_order(void **state)
{
	static struct got g, late;
	struct caller a, script, other;

	(void)state;
	begin(&a, "stty -echo; echo ready; exec cat");
	caller_connect(&script);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(&script, &g));
	assert_true(g.sizes == 1 && g.next == k.ring.head && g.size.rows == k.size.ws_row && !g.len);
	assert_int_equal(write(a.screen, "one\n", 4), 4);
	turn_until(has(&script, &g, "one\r\n"));
	resize(&a, 33, 99);
	turn_until(has(&script, &g, "") && g.sizes == 2);
	assert_true(g.size.rows == 33 && g.size.cols == 99 && g.sized_at == 5);
	assert_int_equal(write(a.screen, "two\n", 4), 4);
	turn_until(has(&script, &g, "one\r\ntwo\r\n"));
	/* Not an attachment, and not the last one to be asked for a second time. */
	assert_int_equal(peers_attached(&k), 1);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	is_refused(&script, ATTACH_REFUSAL_BUSY);
	/* One that comes later gets the same, and the sizes where they were. */
	caller_connect(&other);
	follow(&other, ATTACH_FOLLOW_OLDEST, 0);
	turn_until(has(&other, &late, "ready\r\none\r\ntwo\r\n"));
	assert_true(late.sizes >= 2 && late.size.rows == 33 && late.sized_at == strlen("ready\r\none\r\n"));
	/* And at a byte. */
	caller_hang_up(&other);
	caller_connect(&other);
	memset(&late, 0, sizeof late);
	follow(&other, ATTACH_FOLLOW_OFFSET, g.next - 5);
	turn_until(has(&other, &late, "two\r\n"));
	assert_string_equal(late.text, "two\r\n");
	assert_true(late.sizes == 1 && late.size.rows == 33);
	/* Output that this session has not had. */
	caller_hang_up(&other);
	caller_connect(&other);
	follow(&other, ATTACH_FOLLOW_OFFSET, g.next + 1);
	is_refused(&other, ATTACH_REFUSAL_OTHER);
	caller_hang_up(&other);
	end(&a, &script);
}

/* Without output and without a full socket nothing has the keeper look. */
static void
a_follower_costs_no_wake_up(void **state)
{
	static struct got g;
	struct caller a, script;

	(void)state;
	begin(&a, "echo ready; exec sleep 1000");
	caller_connect(&script);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(&script, &g));
	for (int i = 0; i < 100 && k.picture->proc.pid; i++)
		turn();
	loop_begin(&k.loop);
	script_watch(&k, &k.loop);
	assert_int_equal(k.loop.count, 0);
	assert_true(k.loop.deadline == CLOCK_NEVER);
	end(&a, &script);
}

/* One that does not read misses output; the program and the terminal miss nothing. */
static void
a_slow_follower_has_a_gap(void **state)
{
	static struct got g;
	static size_t seen;
	struct caller a, script;

	(void)state;
	begin(&a,
	      "stty -echo raw; echo ready; read x; head -c 3000000 /dev/zero | tr '\\0' x; echo done; exec sleep 1000");
	caller_connect(&script);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(&script, &g));
	assert_int_equal(write(a.screen, "\n", 1), 1);
	seen = 0;
	turn_until((seen += strlen(caller_seen(&a))) >= 3000005);
	turn_until(has(&script, &g, "done"));
	assert_true(g.missed > 0 && g.next == k.ring.head);
	end(&a, &script);
}

static void
the_end_comes_behind_all_output(void **state)
{
	static struct got g;
	struct caller a, script, other;

	(void)state;
	begin(&a, "stty -echo; echo ready; read x; echo last words; exit 7");
	caller_connect(&script);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(&script, &g));
	caller_connect(&other);
	caller_hang_up(&a);
	turn_until(!peers_attached(&k));
	send_text(&other, "\n", 1);
	assert_int_equal(sent(&other), 1);
	turn_until(k.state == KEEPER_OVER);
	assert_true(has(&script, &g, "last words\r\n"));
	assert_true(g.over && !g.exit.signaled && g.exit.value == 7);
	caller_hang_up(&other);
	end(&a, &script);
}

/* What no turn has sent goes before the end. */
static void
the_rest_is_sent_with_the_end(void **state)
{
	static struct got g;
	struct caller a, script;

	(void)state;
	begin(&a, "echo ready; exec sleep 1000");
	caller_connect(&script);
	follow(&script, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(&script, &g));
	memcpy(ring_space(&k.ring), "the rest", 8);
	ring_advance(&k.ring, 8);
	script_end(&k);
	assert_true(has(&script, &g, "the rest") && g.over);
	end(&a, &script);
}

/* A session that has printed 60000 bytes and ended, and FOLLOWER, whose socket takes two packets of that. */
static void
end_before_a_slow_one(struct caller *a, struct caller *follower, struct got *g)
{
	int room = 20000; /* for one packet */
	size_t len;

	begin(a, "stty -echo raw; echo ready; read x; head -c 60000 /dev/zero | tr '\\0' x; exit 7");
	caller_connect(follower);
	follow(follower, ATTACH_FOLLOW_NOW, 0);
	turn_until(take(follower, g));
	for (unsigned i = 0; i < k.peers.count; i++)
		if (k.peers.v[i]->script)
			assert_int_equal(setsockopt(k.peers.v[i]->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
	assert_int_equal(write(a->screen, "\n", 1), 1);
	turn_until(caller_seen(a) && k.state == KEEPER_OVER);
	caller_expect(a, ATTACH_MSG_EXIT, &len);
}

/* One that reads slowly still gets all, and nobody else waits for that. */
static void
a_slow_one_gets_the_end(void **state)
{
	static struct got g;
	struct caller a, script;

	(void)state;
	end_before_a_slow_one(&a, &script, &g);
	while (keeper_late_turn(&k, clock_now_ms() + 10))
		for (int i = 0; i < 3; i++)
			take(&script, &g);
	while (take(&script, &g))
		;
	assert_true(g.over && g.exit.value == 7 && !g.missed && g.next == k.ring.head && g.next > 60000);
	end(&a, &script);
}

/* One that does not read at all is told how much it has missed, and the end. */
static void
one_that_does_not_read_is_told(void **state)
{
	static struct got g;
	struct caller a, script;

	(void)state;
	end_before_a_slow_one(&a, &script, &g);
	assert_true(keeper_late_turn(&k, clock_now_ms() + 10));
	assert_false(keeper_late_turn(&k, clock_now_ms()));
	while (take(&script, &g))
		;
	assert_true(g.over && g.exit.value == 7 && g.next == k.ring.head);
	assert_true(g.missed > 10000 && g.missed < 60000);
	end(&a, &script);
}

static void
eight_follow_at_most(void **state)
{
	struct caller a, script[ATTACH_FOLLOWERS_MAX + 1];
	static struct got g;

	(void)state;
	begin(&a, "echo ready; exec sleep 1000");
	for (int i = 0; i < ATTACH_FOLLOWERS_MAX; i++) {
		caller_connect(&script[i]);
		follow(&script[i], ATTACH_FOLLOW_NOW, 0);
		turn_until(take(&script[i], &g));
	}
	caller_connect(&script[ATTACH_FOLLOWERS_MAX]);
	follow(&script[ATTACH_FOLLOWERS_MAX], ATTACH_FOLLOW_NOW, 0);
	is_refused(&script[ATTACH_FOLLOWERS_MAX], ATTACH_REFUSAL_TROUBLE);
	caller_hang_up(&script[0]);
	turn_until(k.scripts == ATTACH_FOLLOWERS_MAX);
	follow(&script[ATTACH_FOLLOWERS_MAX], ATTACH_FOLLOW_NOW, 0);
	memset(&g, 0, sizeof g);
	turn_until(take(&script[ATTACH_FOLLOWERS_MAX], &g));
	for (int i = 1; i < ATTACH_FOLLOWERS_MAX; i++)
		caller_hang_up(&script[i]);
	end(&a, &script[ATTACH_FOLLOWERS_MAX]);
	assert_int_equal(k.scripts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_sizes_in_their_order),
		cmocka_unit_test(a_follower_costs_no_wake_up),
		cmocka_unit_test(a_slow_follower_has_a_gap),
		cmocka_unit_test(the_end_comes_behind_all_output),
		cmocka_unit_test(the_rest_is_sent_with_the_end),
		cmocka_unit_test(a_slow_one_gets_the_end),
		cmocka_unit_test(one_that_does_not_read_is_told),
		cmocka_unit_test(eight_follow_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
