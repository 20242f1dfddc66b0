/* SPDX-License-Identifier: MIT */
#include "peering.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "attached.h"
#include "clock.h"
#include "confinement.h"
#include "keeper.h"
#include "rootfork.h"

#define CHECKING_MS 2000 /* the leader looks at once, unless it hangs */

int
peering_check(int fd)
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
	return k->leader >= 0 && k->clients.unanswered < PEERING_MAX;
}

/* KIND: as in lead.h. */
static void
ask(struct keeper *k, uint32_t serial, uint32_t kind, int fd)
{
	k->clients.unanswered++;
	keeper_report_with(k, &(struct lead_report){ .type = LEAD_PEER, .number = serial, .kind = kind }, fd);
}

void
peering_ask(struct client *c)
{
	struct keeper *k = c->keeper;

	if (!may_ask(k)) {
		client_give_up(c);
		return;
	}
	c->phase = CLIENT_CHECKING;
	c->serial = ++k->clients.serial;
	c->deadline = clock_now_ms() + CHECKING_MS;
	ask(k, c->serial, 0, c->fd);
}

static void
let_to_agent(struct keeper *k, struct agent_relay *r)
{
	const struct client *live = attached_live(k);

	agent_relay(r, live ? live->agent_path : NULL);
}

void
peering_at_agent(struct keeper *k)
{
	struct agent_relay *r = agent_accept(&k->agent, k->place.agent, CHECKING_MS);
	int rc = r ? peering_check(r->asker) : -EAGAIN;

	if (!r)
		return;
	if (!rc)
		rc = rootfork_check_peer(r->asker);
	if (!rc) {
		let_to_agent(k, r);
	} else if (rc == -EACCES && may_ask(k)) {
		r->serial = ++k->clients.serial;
		ask(k, r->serial, 1, r->asker);
	} else {
		agent_refuse(r);
	}
}

void
peering_answer(struct keeper *k, const struct lead_peer_is *m)
{
	struct agent_relay *r = agent_asked(&k->agent, m->serial);

	if (k->clients.unanswered)
		k->clients.unanswered--;
	if (r && m->ok)
		let_to_agent(k, r);
	else if (r)
		agent_refuse(r);
	for (unsigned i = 0; i < k->clients.count; i++) {
		struct client *c = k->clients.v[i];

		if (c->phase != CLIENT_CHECKING || c->fd < 0 || c->serial != m->serial)
			continue;
		c->phase = CLIENT_PEER;
		c->deadline = CLOCK_NEVER;
		if (!m->ok)
			client_give_up(c);
	}
}

void
peering_leader_gone(struct keeper *k)
{
	k->clients.unanswered = 0;
	agent_refuse_asked(&k->agent);
	for (unsigned i = 0; i < k->clients.count; i++)
		if (k->clients.v[i]->phase == CLIENT_CHECKING)
			client_give_up(k->clients.v[i]);
}
