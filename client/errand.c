/* SPDX-License-Identifier: MIT */
#include "errand.h"

#include <poll.h>
#include <stdint.h>
#include <string.h>

#include "backoff.h"
#include "clock.h"
#include "exit_status.h"
#include "factory.h"
#include "link_open.h"
#include "link_time.h"
#include "remembered.h"

/* One turn of the connection. */
static void
turn(struct errand *e, struct link *l)
{
	struct pollfd fds[TRANSPORT_FDS + 1];
	uint64_t deadline = CLOCK_NEVER, now = clock_now_ms();
	unsigned n = link_poll(l, fds, &deadline);
	int ms;

	if (e->until && l->phase < LINK_READY)
		clock_sooner(&deadline, e->until);
	ms = deadline == CLOCK_NEVER ? -1 : deadline <= now ? 0 : (int)(deadline - now);
	fds[n] = (struct pollfd){ .fd = e->input, .events = POLLIN };
	e->input_waits = false;
	if (poll(fds, n + 1, ms) < 0)
		n = 0;
	else
		e->input_waits = fds[n].revents != 0;
	link_step(l, fds, n);
}

static int
talk(struct errand *e, struct link *l)
{
	int status = -1;

	while (status < 0 && l->phase != LINK_DEAD) {
		uint64_t before;

		turn(e, l);
		before = clock_now_ms();
		status = e->converse(e, l);
		/* Where our own output has kept us, the host is not to blame: what it has said is read first. */
		if (clock_now_ms() - before < 500)
			link_tick(l, clock_now_ms());
		if (l->silent)
			link_fail(l, "no answer");
	}
	return status;
}

/* For the logins of the next day. */
static void
learn(const struct transport_target *target, bool none)
{
	char account[REMEMBERED_HOST_CAP];

	target_account(target, account, sizeof account);
	if (account[0])
		remembered_whether(account, !none);
}

/* Whether the connection L, which is over, is worth another one: the errand had begun. */
static bool
comes_back(struct errand *e, const struct link *l)
{
	e->begun = e->begun || l->met;
	return e->begun && !l->refused && !l->wrong && l->transport->end != TRANSPORT_END_REFUSED && e->again &&
	       e->again(e);
}

/* Waits until another attempt is due. */
static void
pause_before(struct errand *e, struct backoff *b, const struct link *l, const struct transport_target *target)
{
	uint64_t now = clock_now_ms(), end = now + backoff_attempt(b);

	if (l->met)
		asking_sayf(e->asking, "%s: %s; connecting again", target_name(target), l->why);
	if (e->until)
		clock_sooner(&end, e->until);
	poll(NULL, 0, end > now ? (int)(end - now) : 0);
}

/* Over, and nothing came of it: the exit status. */
static int
give_up(struct errand *e, const struct link *l, const struct transport_target *target, bool none)
{
	const char *name = target_name(target), *why = none ? "the host has no holdfast" : l->why;
	size_t len = strlen(name);

	/* Some reasons begin with the host. */
	if (strncmp(why, name, len) == 0 && why[len] == ':')
		asking_sayf(e->asking, "%s", why);
	else
		asking_sayf(e->asking, "%s: %s", name, why);
	return none ? STATUS_NO_HOLDFAST : STATUS_FAILED;
}

int
errand_run(struct errand *e, struct transport_target *target)
{
	enum transport_request what = TRANSPORT_SUBSYSTEM;
	struct backoff backoff;
	int status = -1;

	backoff_init(&backoff, clock_now_ms());
	for (;;) {
		struct link *l = link_open(target, &e->asking->ops, what, LINK_IDLE_MS, NULL);
		bool none, by_ssh;

		if (!l)
			return STATUS_FAILED;
		status = talk(e, l);
		none = l->transport->state == TRANSPORT_CLOSED && (l->transport->end == TRANSPORT_END_NO_SUBSYSTEM ||
		       l->transport->exit_status == 127);
		by_ssh = status < 0 && transport_turns_to_ssh(l->transport);
		if ((status >= 0 && l->met) || (none && l->transport->what == TRANSPORT_EXEC))
			learn(target, none);
		if (status < 0 && !by_ssh && !none && comes_back(e, l))
			pause_before(e, &backoff, l, target);
		else if (status < 0 && !by_ssh && !(none && l->transport->what == TRANSPORT_SUBSYSTEM))
			status = give_up(e, l, target, none);
		else if (!by_ssh)
			what = TRANSPORT_EXEC;
		l->transport->kept = none;
		link_free(l);
		if (status >= 0)
			return status;
	}
}
