/* SPDX-License-Identifier: MIT */
#include "peering.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "clock.h"
#include "confinement.h"
#include "keeper.h"

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

void
peering_ask(struct client *c)
{
	struct keeper *k = c->keeper;

	c->phase = CLIENT_CHECKING;
	c->serial = ++k->clients.serial;
	c->deadline = clock_now_ms() + CHECKING_MS;
	keeper_report_with(k, &(struct lead_report){ .type = LEAD_PEER, .number = c->serial }, c->fd);
}

void
peering_answer(struct keeper *k, const struct lead_peer_is *m)
{
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
	for (unsigned i = 0; i < k->clients.count; i++)
		if (k->clients.v[i]->phase == CLIENT_CHECKING)
			client_give_up(k->clients.v[i]);
}
