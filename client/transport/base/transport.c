/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "transport_private.h"

void
transport_close(struct transport *t, enum transport_end end, const char *format, ...)
{
	va_list ap;

	t->state = TRANSPORT_CLOSED;
	t->end = end;
	va_start(ap, format);
	vsnprintf(t->reason, sizeof(t->reason), format, ap);
	va_end(ap);
}

static void
tell_why(struct transport_target *target, const struct transport_asking *asking)
{
	char text[400];

	if (!target->why[0] || target->told || target->config->log_level < LOG_LEVEL_INFO)
		return;
	target->told = true;
	snprintf(text, sizeof(text), target->by_command ? "Using ssh underneath (%s)." : "Not heeded, for want of an ssh: %s.",
	         target->why);
	asking->say(asking->object, text);
}

struct transport *
transport_new(struct transport_target *target, const struct transport_asking *asking)
{
	struct transport *t = target->by_command ? transport_command_new() : transport_libssh_new();

	if (!t)
		return NULL;
	t->target = target;
	t->asking = asking;
	t->state = TRANSPORT_CONNECTING;
	t->exit_status = -1;
	tell_why(target, asking);
	return t;
}

void
transport_free(struct transport *t)
{
	if (t)
		t->ops->free(t);
}
