/* SPDX-License-Identifier: MIT */
/* Whether the connections behind the attachments live: real ones over the loopback, made up to be the logins'. */
#include "keeper_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "facts.h"
#include "probe.h"

/* A connection as sshd has one: the client's end, and the server's. */
struct line {
	int client, server;
};

static uint16_t
port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	return ntohs(a.sin_port);
}

static void
line_open(struct line *l)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(listener, 1), 0);
	a.sin_port = htons(port_of(listener));
	l->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(l->client, (struct sockaddr *)&a, sizeof a), 0);
	l->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(l->server >= 0);
	close(listener);
}

/* As a reset connection ends: nothing of it is left. */
static void
line_cut(struct line *l)
{
	struct linger now = { 1, 0 };

	setsockopt(l->server, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(l->server);
	close(l->client);
	l->server = l->client = -1;
}

/*
 * Adds what C's terminal has got to TEXT.  Whether that is all that the command says: "ready" and the end of its line, or
 * the beginning of a sequence.
 */
static bool
is_ready(struct caller *c, char text[256])
{
	const char *seen = caller_seen(c);
	size_t at = strlen(text), len = strlen(seen);

	if (len > 255 - at)
		len = 255 - at;
	memcpy(text + at, seen, len);
	text[at + len] = '\0';
	return strstr(text, "ready\r\n") || strstr(text, "ready\033[");
}

/* The attachment of C, the only one, is behind L. */
static void
attach_over(struct caller *c, enum attach_mode mode, const struct line *l)
{
	char text[256] = "";
	struct peer *peer;

	caller_attach(c, mode, mode == ATTACH_MODE_FIRST ? 0 : ATTACH_FLAG_PIPES);
	turn_until(mode != ATTACH_MODE_FIRST || is_ready(c, text));
	peer = k.peers.v[k.peers.count - 1];
	assert_int_equal(tcp_tuple_parse(&peer->probe.tcp.tuple, "127.0.0.1", port_of(l->client), "127.0.0.1",
	                                 port_of(l->server)), 0);
	probe_attached(peer);
	assert_true(peer->probe.tcp.seen);
}

static uint32_t
verdict_for(struct caller *asker)
{
	struct attach_verdict m;
	const unsigned char *msg;
	size_t len;

	msg = caller_expect(asker, ATTACH_MSG_VERDICT, &len);
	assert_int_equal(attach_decode_verdict(&m, msg, len), 0);
	return m.verdict;
}

static uint32_t
ask(struct caller *asker)
{
	caller_say(asker, ATTACH_MSG_PROBE);
	return verdict_for(asker);
}

static void
a_session_that_nobody_is_attached_to(void **state)
{
	struct caller asker;

	(void)state;
	world_open(false, false);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_DEAD);
	assert_true(probe_all_dead(&k));
	caller_hang_up(&asker);
	world_close();
}

static void
a_connection_that_is_not_known(void **state)
{
	struct caller c, asker;

	(void)state;
	world_open(false, false);
	caller_attach(&c, ATTACH_MODE_FIRST, 0);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_UNKNOWN);
	assert_false(probe_all_dead(&k));
	caller_hang_up(&asker);
	caller_hang_up(&c);
	world_close();
}

/* What the terminal gets goes over the line, as sshd would send it; the kernel at its other end acknowledges. */
static void
a_connection_that_lives(void **state)
{
	struct attach_verdict m;
	struct caller c, asker;
	const unsigned char *msg;
	struct line l;
	char byte = 'x';
	size_t len;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	usleep(250000); /* no acknowledgement is so young that it would be enough */
	caller_connect(&asker);
	caller_say(&asker, ATTACH_MSG_PROBE);
	/* One NUL, and nothing else. */
	turn_until(read(c.screen, &byte, 1) == 1);
	assert_int_equal(byte, 0);
	assert_true(k.peers.v[0]->probe.tcp.open);
	assert_int_equal(write(l.server, &byte, 1), 1);
	msg = caller_expect(&asker, ATTACH_MSG_VERDICT, &len);
	assert_int_equal(attach_decode_verdict(&m, msg, len), 0);
	assert_int_equal(m.verdict, ATTACH_VERDICT_ALIVE);
	assert_true(m.heard_ms > clock_date_ms() - 5000 && m.heard_ms <= clock_date_ms());
	assert_false(k.peers.v[0]->probe.tcp.open);
	assert_false(probe_all_dead(&k));
	caller_hang_up(&asker);
	caller_hang_up(&c);
	line_cut(&l);
	world_close();
}

/* Nothing is written into the middle of a sequence: then it can't be known. */
static void
output_that_ends_inside_of_a_sequence(void **state)
{
	struct caller c, asker;
	struct line l;
	char byte;

	(void)state;
	line_open(&l);
	snprintf(world_command, sizeof world_command, "stty -echo; printf 'ready\\033['; exec cat");
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	usleep(250000);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_UNKNOWN);
	assert_true(read(c.screen, &byte, 1) < 0);
	caller_hang_up(&asker);
	caller_hang_up(&c);
	line_cut(&l);
	world_close();
	snprintf(world_command, sizeof world_command, "stty -echo; echo ready; exec cat");
}

static void
a_connection_that_was_here_and_is_no_more(void **state)
{
	struct attach_claim m = claim_of(ATTACH_MODE_AUTO, 0);
	struct caller c, asker, other;
	struct line l;
	size_t len;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	caller_connect(&other);
	caller_claim(&other, &m);
	caller_is_refused(&other, ATTACH_REFUSAL_BUSY);
	caller_hang_up(&other);
	line_cut(&l);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_DEAD);
	assert_true(probe_is_dead(k.peers.v[0]));
	assert_true(probe_all_dead(&k));
	/* So it may be claimed as if it were dropped, and who is there after all is detached. */
	caller_connect(&other);
	caller_claim(&other, &m);
	caller_expect(&other, ATTACH_MSG_CLAIMED, &len);
	caller_say(&other, ATTACH_MSG_CONFIRM);
	caller_expect(&c, ATTACH_MSG_DETACHED, &len);
	caller_is_closed(&c);
	assert_int_equal(peers_attached(&k), 1);
	assert_true(k.dropped_at > 0 && k.dropped_at <= clock_now_ms());
	caller_hang_up(&asker);
	caller_hang_up(&c);
	caller_hang_up(&other);
	world_close();
}

/* The proof counts for a moment, and as long as nothing is heard. */
static void
a_proof_that_has_gone(void **state)
{
	struct caller c, asker;
	struct line l;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	line_cut(&l);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_DEAD);
	assert_true(probe_all_dead(&k));
	k.peers.v[0]->probe.tcp.found_at -= 6000;
	assert_false(probe_all_dead(&k));
	k.peers.v[0]->probe.tcp.found_at += 6000;
	assert_true(probe_all_dead(&k));
	assert_int_equal(write(c.screen, "x", 1), 1);
	turn_until(!probe_is_dead(k.peers.v[0]));
	assert_false(probe_all_dead(&k));
	caller_hang_up(&asker);
	caller_hang_up(&c);
	world_close();
}

/* All of them count: one that is dead does not make a session free that another one is attached to. */
static void
one_dead_of_two(void **state)
{
	struct caller dead, unknown, asker;
	struct line l;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&dead, ATTACH_MODE_FIRST, &l);
	/* Before the painter is forked, which has what its parent had open until it has closed that. */
	line_cut(&l);
	caller_attach(&unknown, ATTACH_MODE_JOIN, 0);
	caller_connect(&asker);
	assert_int_equal(ask(&asker), ATTACH_VERDICT_UNKNOWN);
	assert_true(probe_is_dead(k.peers.v[0]));
	assert_false(probe_all_dead(&k));
	caller_hang_up(&asker);
	caller_hang_up(&dead);
	caller_hang_up(&unknown);
	world_close();
}

static void
several_that_ask_get_the_verdict_of_one_look(void **state)
{
	struct caller c, a, b;
	struct line l;
	char byte = 0;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	usleep(250000);
	caller_connect(&a);
	caller_connect(&b);
	caller_say(&a, ATTACH_MSG_PROBE);
	turn_until(k.peers.v[0]->probe.tcp.open);
	caller_say(&b, ATTACH_MSG_PROBE);
	turn_until(k.peers.count == 3 && k.peers.v[2]->probe.asked);
	assert_int_equal(write(l.server, &byte, 1), 1);
	assert_int_equal(verdict_for(&a), ATTACH_VERDICT_ALIVE);
	assert_int_equal(verdict_for(&b), ATTACH_VERDICT_ALIVE);
	assert_int_equal(read(c.screen, &byte, 1), 1);
	assert_true(read(c.screen, &byte, 1) < 0);
	caller_hang_up(&a);
	caller_hang_up(&b);
	caller_hang_up(&c);
	line_cut(&l);
	world_close();
}

/* An asker that goes is not told, and the look goes on without it. */
static void
an_asker_that_goes(void **state)
{
	struct caller c, a;
	struct line l;

	(void)state;
	line_open(&l);
	world_open(false, false);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	usleep(250000);
	caller_connect(&a);
	caller_say(&a, ATTACH_MSG_PROBE);
	turn_until(k.peers.v[0]->probe.tcp.open);
	caller_hang_up(&a);
	turn_until(k.peers.count == 1);
	/* Nothing of it was ever under way: at the end it is unknown. */
	turn_until(!k.peers.v[0]->probe.tcp.open);
	assert_int_equal(peers_attached(&k), 1);
	caller_hang_up(&c);
	line_cut(&l);
	world_close();
}

/* In a pool of login nodes: a connection that has been silent is looked at; that it is dead is told, and that it lives. */
static void
silence_is_noticed(void **state)
{
	const struct leadermsg_tell tell = { .programs = false };
	struct line l;
	struct caller c;
	struct peer *peer;

	(void)state;
	world_open(false, false);
	line_open(&l);
	attach_over(&c, ATTACH_MODE_FIRST, &l);
	peer = k.peers.v[0];
	facts_wanted(&k, &tell);
	turn_until(k.facts.sent.state == ATTACH_STATE_ATTACHED);
	assert_false(k.facts.sent.silent);
	line_cut(&l);
	/* Not yet: it was heard a moment ago. */
	facts_turn(&k);
	assert_false(peer->probe.tcp.found);
	assert_in_range(k.facts.look_at, clock_now_ms() + FACTS_SILENT_MS - 5000, clock_now_ms() + FACTS_SILENT_MS);
	peer->probe.tcp.heard_at -= FACTS_SILENT_MS;
	k.facts.look_at = 1;
	turn_until(k.facts.sent.silent);
	assert_true(probe_found_dead(&k));
	/* Once. */
	assert_true(k.facts.look_at > clock_now_ms());
	probe_heard(peer);
	turn_until(!k.facts.sent.silent);
	caller_hang_up(&c);
	turn_until(k.facts.sent.state == ATTACH_STATE_DROPPED);
	assert_int_equal(k.facts.look_at, 0);
	world_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_that_nobody_is_attached_to),
		cmocka_unit_test(a_connection_that_is_not_known),
		cmocka_unit_test(a_connection_that_lives),
		cmocka_unit_test(output_that_ends_inside_of_a_sequence),
		cmocka_unit_test(a_connection_that_was_here_and_is_no_more),
		cmocka_unit_test(a_proof_that_has_gone),
		cmocka_unit_test(one_dead_of_two),
		cmocka_unit_test(several_that_ask_get_the_verdict_of_one_look),
		cmocka_unit_test(an_asker_that_goes),
		cmocka_unit_test(silence_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
