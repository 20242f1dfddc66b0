/* SPDX-License-Identifier: MIT */
#include "admission.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "confinement.h"
#include "report.h"
#include "rootfork.h"

#define CHECKING_MS 2000 /* the leader looks at once, unless it hangs */

int
admission_check(int fd)
{
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (self < 0)
		return -EPERM;
	rc = confinement_check_peer(fd, geteuid(), self);
	close(self);
	return rc;
}

static bool
may_ask(const struct keeper *k)
{
	return k->leader >= 0 && k->peers.unanswered < ADMISSION_MAX;
}

/* KIND: as in leadermsg.h. */
static void
ask(struct keeper *k, uint32_t serial, uint32_t kind, int fd)
{
	k->peers.unanswered++;
	report_with(k, &(struct leadermsg_report){ .type = LEADERMSG_PEER, .number = serial, .kind = kind }, fd);
}

void
admission_ask(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	if (!may_ask(k)) {
		peer_mark_gone(peer);
		return;
	}
	peer->phase = PEER_CHECKING;
	peer->serial = ++k->peers.serial;
	peer->deadline = clock_now_ms() + CHECKING_MS;
	ask(k, peer->serial, 0, peer->fd);
}

static void
let_to_agent(struct keeper *k, struct agent_relay *r)
{
	const struct peer *live = peers_live(k);

	agent_relay(r, live ? live->agent_path : NULL);
}

void
admission_at_agent(struct keeper *k)
{
	struct agent_relay *r = agent_accept(k->agent, k->dir.agent, CHECKING_MS);
	int rc = r ? admission_check(r->asker) : -EAGAIN;

	if (!r)
		return;
	if (!rc)
		rc = rootfork_check_peer(r->asker);
	if (!rc) {
		let_to_agent(k, r);
	} else if (rc == -EACCES && may_ask(k)) {
		r->serial = ++k->peers.serial;
		ask(k, r->serial, 1, r->asker);
	} else {
		agent_refuse(r);
	}
}

void
admission_answer(struct keeper *k, const struct leadermsg_peer_is *m)
{
	struct agent_relay *r = agent_asked(k->agent, m->serial);

	if (k->peers.unanswered)
		k->peers.unanswered--;
	if (r && m->ok)
		let_to_agent(k, r);
	else if (r)
		agent_refuse(r);
	for (unsigned i = 0; i < k->peers.count; i++) {
		struct peer *peer = k->peers.v[i];

		if (peer->phase != PEER_CHECKING || peer->serial != m->serial)
			continue;
		peer->phase = PEER_OPEN;
		peer->deadline = CLOCK_NEVER;
		if (!m->ok)
			peer_mark_gone(peer);
	}
}

void
admission_leader_gone(struct keeper *k)
{
	k->peers.unanswered = 0;
	agent_refuse_asked(k->agent);
	for (unsigned i = 0; i < k->peers.count; i++)
		if (k->peers.v[i]->phase == PEER_CHECKING)
			peer_mark_gone(k->peers.v[i]);
}
