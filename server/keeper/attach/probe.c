/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

#define DEAD_MS 5000   /* how long the proof counts */
#define FAR_MS 1150    /* for the answer of a client on another node: its own look, and the way there and back */

_Static_assert(TCPPROBE_MS == ATTACH_PROBE_MS && (int)TCPPROBE_ALIVE == ATTACH_VERDICT_ALIVE &&
               (int)TCPPROBE_DEAD == ATTACH_VERDICT_DEAD && (int)TCPPROBE_UNKNOWN == ATTACH_VERDICT_UNKNOWN,
               "what is found is told as it is");

/* "address port address port", as sshd puts it into SSH_CONNECTION. */
static int
tuple_of_environment(struct tcp_tuple *t, const struct envlist *env)
{
	const char *text = envlist_get(env, "SSH_CONNECTION");
	char peer[ADDRESS_CAP], local[ADDRESS_CAP];
	unsigned peer_port, local_port;

	_Static_assert(ADDRESS_CAP == 64, "the widths below");
	if (!text || sscanf(text, "%63s %5u %63s %5u", peer, &peer_port, local, &local_port) != 4 ||
	    peer_port > UINT16_MAX || local_port > UINT16_MAX)
		return -1;
	return tcp_tuple_parse(t, peer, (uint16_t)peer_port, local, (uint16_t)local_port);
}

/*
 * Whether PEER's terminal is the one that sshd gave the login.  Another one, such as a multiplexer's pane, has other
 * people behind it than the login's connection does.
 */
static bool
is_the_logins_terminal(const struct peer *peer)
{
	const char *tty = envlist_get(&peer->claim.env, "SSH_TTY");
	struct stat its, named;

	if (peer->t.pipes)
		return true;
	return tty && fstat(peer->t.in, &its) == 0 && stat(tty, &named) == 0 && S_ISCHR(named.st_mode) &&
	       its.st_rdev == named.st_rdev;
}

void
probe_know(struct peer *peer, const struct leadermsg_vouched *m)
{
	struct tcp_tuple t;

	if (!is_the_logins_terminal(peer))
		return;
	if (m ? tcp_tuple_parse(&t, m->address, m->port, m->local_address, m->local_port) < 0
	      : tuple_of_environment(&t, &peer->claim.env) < 0)
		return;
	peer->probe.tcp.tuple = t;
}

void
probe_attached(struct peer *peer)
{
	tcpprobe_start(&peer->probe.tcp);
	peer->probe.far.heard_at = clock_now_ms();
}

void
probe_heard(struct peer *peer)
{
	tcpprobe_heard(&peer->probe.tcp);
}

void
probe_typed(struct peer *peer)
{
	peer->probe.far.heard_at = clock_now_ms();
	peer->probe.far.found = 0;
}

void
probe_far_knows(struct peer *peer)
{
	peer->probe.far.known = true;
}

static void
conclude_far(struct peer *peer, uint32_t verdict)
{
	peer->probe.far.open = false;
	peer->probe.far.found = verdict;
	peer->probe.far.found_at = clock_now_ms();
}

void
probe_far_said(struct peer *peer, uint32_t verdict, uint32_t ago_ms)
{
	uint64_t now = clock_now_ms(), heard = ago_ms < now ? now - ago_ms : 0;
	struct probe *p = &peer->probe;

	if (!p->far.known)
		return;
	/* Its answer has come over the connection. */
	if (p->tcp.open)
		tcpprobe_conclude(&p->tcp, TCPPROBE_ALIVE);
	conclude_far(peer, verdict);
	if (verdict != ATTACH_VERDICT_UNKNOWN && heard > p->far.heard_at)
		p->far.heard_at = heard;
}

uint64_t
probe_heard_at(const struct peer *peer)
{
	return peer->probe.far.known ? peer->probe.far.heard_at : peer->probe.tcp.heard_at;
}

/* Whether PEER's client, on another node, has been asked what it knows: nothing else need be sent then. */
static bool
begin_far(struct peer *peer)
{
	struct far *f = &peer->probe.far;

	if (!f->known)
		return false;
	if (!peer->ops->ask_far || !peer->ops->ask_far(peer)) {
		conclude_far(peer, ATTACH_VERDICT_UNKNOWN);
		return false;
	}
	f->open = true;
	f->until = clock_now_ms() + FAR_MS;
	return true;
}

static void
begin(struct peer *peer)
{
	struct tcpprobe *p = &peer->probe.tcp;
	bool ask = tcpprobe_begin(p);

	if (!p->open && p->found == TCPPROBE_DEAD)
		return;
	if (!begin_far(peer) && ask && !peer->ops->ping(peer))
		tcpprobe_conclude(p, TCPPROBE_UNKNOWN);
}

static bool
is_open(const struct peer *peer)
{
	return peer->probe.tcp.open || peer->probe.far.open;
}

/* The verdict of PEER's last look; its client's counts, if the connection to that one is there. */
static uint32_t
found(const struct peer *peer)
{
	const struct probe *p = &peer->probe;

	return p->far.known && p->tcp.found != TCPPROBE_DEAD ? p->far.found : p->tcp.found;
}

/* The verdict about all attachments; 0: some are still being looked at, and none is known to live. */
static enum attach_verdict_is
verdict_of_all(const struct keeper *k)
{
	bool open = false, unknown = false;
	const struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (!is_open(peer) && found(peer) == ATTACH_VERDICT_ALIVE)
			return ATTACH_VERDICT_ALIVE;
		open |= is_open(peer);
		unknown |= found(peer) != ATTACH_VERDICT_DEAD;
	}
	return open ? 0 : unknown ? ATTACH_VERDICT_UNKNOWN : ATTACH_VERDICT_DEAD;
}

uint64_t
probe_last_heard(const struct keeper *k)
{
	const struct peer *peer;
	uint64_t latest = 0;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (probe_heard_at(peer) > latest)
			latest = probe_heard_at(peer);
	return latest;
}

static void
tell(struct peer *peer, enum attach_verdict_is verdict)
{
	uint64_t heard = probe_last_heard(peer->keeper);
	struct attach_verdict m = { .verdict = verdict };
	unsigned char msg[32];

	if (heard)
		m.heard_ms = clock_date_ms() - (clock_now_ms() - heard);
	else
		m.heard_ms = peer->keeper->lost_heard_ms;
	peer->probe.asked = false;
	peer_send(peer, msg, attach_encode_verdict(&m, msg, sizeof msg));
}

void
probe_look(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (!is_open(peer))
			begin(peer);
}

void
probe_ask(struct peer *peer)
{
	probe_look(peer->keeper);
	peer->probe.asked = true;
}

bool
probe_is_dead(const struct peer *peer)
{
	const struct probe *p = &peer->probe;

	/* What the client of another node has said holds until it says something else, also while it is asked again. */
	return peer->phase == PEER_ATTACHED && ((p->far.known && p->far.found == ATTACH_VERDICT_DEAD) ||
	                                        (!p->tcp.open && p->tcp.found == TCPPROBE_DEAD));
}

bool
probe_found_dead(const struct keeper *k)
{
	const struct peer *peer;
	bool any = false;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i)); any = true)
		if (!probe_is_dead(peer))
			return false;
	return any;
}

/* Whether PEER, which is dead, is so still. */
static bool
stays_dead(struct peer *peer, uint64_t now)
{
	struct tcpprobe *p = &peer->probe.tcp;
	struct far *f = &peer->probe.far;
	enum tcpprobe_verdict verdict;
	struct tcpinfo i;

	if (f->known && f->found == ATTACH_VERDICT_DEAD)
		return now - f->found_at <= DEAD_MS;
	if (now - p->found_at > DEAD_MS)
		return false;
	verdict = tcpprobe_look(p, &i);
	if (verdict == TCPPROBE_UNKNOWN || (!verdict && p->heard_at > p->found_at)) {
		p->found = 0;
		return false;
	}
	return true;
}

bool
probe_all_dead(struct keeper *k)
{
	uint64_t now = clock_now_ms();
	struct peer *peer;

	for (unsigned n = 0; (peer = peers_next_attached(k, &n));)
		if (!probe_is_dead(peer) || !stays_dead(peer, now))
			return false;
	return true;
}

void
probe_watch(struct keeper *k, struct loop *l)
{
	const struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (peer->probe.tcp.open)
			loop_until(l, tcpprobe_due(&peer->probe.tcp));
		if (peer->probe.far.open)
			loop_until(l, peer->probe.far.until);
	}
}

/* Looks at those whose next look is due. */
static void
look_at_due(struct keeper *k)
{
	struct peer *peer;
	uint64_t now = 0;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (!is_open(peer))
			continue;
		if (!now)
			now = clock_now_ms();
		tcpprobe_again(&peer->probe.tcp, now);
		if (peer->probe.far.open && now >= peer->probe.far.until)
			conclude_far(peer, ATTACH_VERDICT_UNKNOWN);
	}
}

static bool
waits_for_verdict(const struct peer *peer)
{
	return peer->phase != PEER_GONE && peer->probe.asked;
}

void
probe_turn(struct keeper *k)
{
	enum attach_verdict_is verdict;
	bool asked = false;

	look_at_due(k);
	for (unsigned i = 0; i < k->peers.count; i++)
		asked |= waits_for_verdict(k->peers.v[i]);
	if (!asked || !(verdict = verdict_of_all(k)))
		return;
	for (unsigned i = 0; i < k->peers.count; i++)
		if (waits_for_verdict(k->peers.v[i]))
			tell(k->peers.v[i], verdict);
}
