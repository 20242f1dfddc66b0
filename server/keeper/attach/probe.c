/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "judge.h"

#define DEAD_MS 5000   /* how long the proof counts */

/* When a connection is looked at, in ms after the first look.  One that lives has answered by the first few. */
static const uint16_t schedule[] = { 5, 15, 40, 100, 250, 450, 650, 800, ATTACH_PROBE_MS };

#define STEPS (sizeof schedule / sizeof *schedule)

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
	peer->probe.tuple = t;
}

void
probe_attached(struct peer *peer)
{
	struct tcpinfo i;

	peer->probe.heard_at = clock_now_ms();
	peer->probe.seen = peer->probe.tuple.family && tcpinfo_get(&peer->probe.tuple, &i) == 0;
}

void
probe_heard(struct peer *peer)
{
	peer->probe.heard_at = clock_now_ms();
	peer->probe.found = 0;
}

static void
conclude(struct probe *p, enum attach_verdict_is verdict)
{
	p->open = false;
	p->found = verdict;
	p->found_at = clock_now_ms();
}

/* Asks the kernel: 0, and *i; or the verdict, when the kernel shows no such connection. */
static enum attach_verdict_is
look(struct probe *p, struct tcpinfo *i)
{
	uint64_t now = clock_now_ms();
	int rc = tcpinfo_get(&p->tuple, i);

	if (rc == -ENOENT && p->seen)
		return ATTACH_VERDICT_DEAD;
	if (rc < 0)
		return ATTACH_VERDICT_UNKNOWN;
	p->seen = true;
	if (now - i->last_ack_ms > p->heard_at && i->last_ack_ms < now)
		p->heard_at = now - i->last_ack_ms;
	return 0;
}

static void
begin(struct peer *peer)
{
	struct probe *p = &peer->probe;
	enum attach_verdict_is verdict = p->tuple.family ? look(p, &p->first) : ATTACH_VERDICT_UNKNOWN;

	if (verdict) {
		conclude(p, verdict);
		return;
	}
	/* Proven before, and nothing was heard since, though there is something to be acknowledged. */
	if (p->found == ATTACH_VERDICT_DEAD && p->heard_at <= p->found_at &&
	    ((p->first.unacked && p->first.backoff) || p->first.probes)) {
		conclude(p, ATTACH_VERDICT_DEAD);
		return;
	}
	p->since = clock_now_ms();
	p->step = 0;
	p->probes = 0;
	p->open = true;
	switch (judge_first(&p->first)) {
	case JUDGE_ALIVE:
		conclude(p, ATTACH_VERDICT_ALIVE);
		break;
	case JUDGE_DEAD:
		conclude(p, ATTACH_VERDICT_DEAD);
		break;
	case JUDGE_ASK:
		if (!peer->ops->ping(peer))
			conclude(p, ATTACH_VERDICT_UNKNOWN);
		break;
	case JUDGE_WATCH:
		break;
	}
}

/* The kernel does not say when it probed a closed window last, only how often: it is noticed here. */
static void
note_window_probes(struct probe *p, struct tcpinfo *i, uint64_t now)
{
	if (i->unacked || i->probes <= p->first.probes)
		return;
	if (i->probes != p->probes)
		p->probed_at = now;
	p->probes = i->probes;
	i->last_sent_ms = (uint32_t)(now - p->probed_at);
}

static void
look_again(struct probe *p, uint64_t now)
{
	struct tcpinfo i;
	bool last = p->since + schedule[STEPS - 1] <= now;
	enum attach_verdict_is verdict = look(p, &i);
	enum judgement j;

	while (p->step < STEPS && p->since + schedule[p->step] <= now)
		p->step++;
	if (verdict) {
		conclude(p, verdict);
		return;
	}
	note_window_probes(p, &i, now);
	j = judge_later(&p->first, &i, (uint32_t)(now - p->since), last);
	if (j == JUDGE_ALIVE || j == JUDGE_DEAD)
		conclude(p, j == JUDGE_ALIVE ? ATTACH_VERDICT_ALIVE : ATTACH_VERDICT_DEAD);
	else if (last)
		conclude(p, ATTACH_VERDICT_UNKNOWN);
}

/* The verdict about all attachments; 0: some are still being looked at, and none is known to live. */
static enum attach_verdict_is
verdict_of_all(const struct keeper *k)
{
	bool open = false, unknown = false;
	const struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		if (!peer->probe.open && peer->probe.found == ATTACH_VERDICT_ALIVE)
			return ATTACH_VERDICT_ALIVE;
		open |= peer->probe.open;
		unknown |= peer->probe.found != ATTACH_VERDICT_DEAD;
	}
	return open ? 0 : unknown ? ATTACH_VERDICT_UNKNOWN : ATTACH_VERDICT_DEAD;
}

uint64_t
probe_last_heard(const struct keeper *k)
{
	const struct peer *peer;
	uint64_t latest = 0;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->probe.heard_at > latest)
			latest = peer->probe.heard_at;
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
		if (!peer->probe.open)
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
	return peer->phase == PEER_ATTACHED && !peer->probe.open && peer->probe.found == ATTACH_VERDICT_DEAD;
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

bool
probe_all_dead(struct keeper *k)
{
	uint64_t now = clock_now_ms();
	struct peer *peer;

	for (unsigned n = 0; (peer = peers_next_attached(k, &n));) {
		struct probe *p = &peer->probe;
		enum attach_verdict_is verdict;
		struct tcpinfo i;

		if (!probe_is_dead(peer) || now - p->found_at > DEAD_MS)
			return false;
		verdict = look(p, &i);
		if (verdict == ATTACH_VERDICT_UNKNOWN || (!verdict && p->heard_at > p->found_at)) {
			p->found = 0;
			return false;
		}
	}
	return true;
}

void
probe_watch(struct keeper *k, struct loop *l)
{
	const struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		const struct probe *p = &peer->probe;

		if (p->open)
			loop_until(l, p->since + schedule[p->step < STEPS ? p->step : STEPS - 1]);
	}
}

/* Looks at those whose next look is due. */
static void
look_at_due(struct keeper *k)
{
	struct peer *peer;
	uint64_t now = 0;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));) {
		struct probe *p = &peer->probe;

		if (!p->open)
			continue;
		if (!now)
			now = clock_now_ms();
		if (p->step >= STEPS || p->since + schedule[p->step] <= now)
			look_again(p, now);
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
