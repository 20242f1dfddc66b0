/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "demands.h"
#include "factory.h"
#include "target_state.h"
#include "transport_command.h"
#include "transport_libssh.h"

/* Once for all connections of the target: what libssh can't do is ssh's, and the person is told why. */
static void
choose(struct transport_target *target, const struct transport_asking *asking)
{
	char why[256], text[400];
	bool more;

	if (target->carrier != CARRIER_OPEN)
		return;
	more = !target->asked_command && demands_more(target->config, why, sizeof(why));
	target->carrier = target->asked_command || (more && target->have_ssh) ? CARRIER_COMMAND : CARRIER_LIBSSH;
	if (!more || target->config->log_level < LOG_LEVEL_INFO)
		return;
	if (target->have_ssh)
		snprintf(text, sizeof(text), "Using the ssh command (%s).", why);
	else
		snprintf(text, sizeof(text), "Ignored: no ssh program found: %s.", why);
	asking->say(asking->object, text);
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
