/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "demands.h"
#include "factory.h"
#include "target_state.h"
#include "transport_command.h"
#include "transport_libssh.h"

static void
say_why(const struct transport_target *target, const struct transport_asking *asking, const char *what, const char *why)
{
	char text[600];

	if (target->config->log_level < LOG_LEVEL_INFO)
		return;
	snprintf(text, sizeof(text), "%s (%s).", what, why);
	asking->say(asking->object, text);
}

/* Once for all connections of the target: what libssh can't do is ssh's, and the person is told why. */
static void
choose(struct transport_target *target, const struct transport_asking *asking)
{
	char why[256];
	bool more;

	if (target->carrier != CARRIER_OPEN)
		return;
	more = !target->asked_command && demands_more(target->config, why, sizeof(why));
	target->carrier = target->asked_command || (more && target->have_ssh) ? CARRIER_COMMAND : CARRIER_LIBSSH;
	if (more)
		say_why(target, asking, target->have_ssh ? "Using the ssh command" : "Ignored, since no ssh program was found", why);
}

bool
transport_turns_to_ssh(struct transport *t)
{
	struct transport_target *target = t->target;

	if (t->state != TRANSPORT_CLOSED || t->end != TRANSPORT_END_NEEDS_SSH || target->carrier != CARRIER_LIBSSH)
		return false;
	target->carrier = CARRIER_COMMAND;
	say_why(target, t->asking, "Using the ssh command", t->reason);
	return true;
}

struct transport *
transport_new(struct transport_target *target, const struct transport_asking *asking)
{
	struct transport *t;

	choose(target, asking);
	t = target->carrier == CARRIER_COMMAND ? transport_command_new() : transport_libssh_new();
	if (!t)
		return NULL;
	t->target = target;
	t->asking = asking;
	t->state = TRANSPORT_CONNECTING;
	t->exit_status = -1;
	return t;
}
