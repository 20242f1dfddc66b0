/* SPDX-License-Identifier: MIT */
#include "factory.h"
#include "link_open.h"

static const char rootless_command[] = "sh -c 'PATH=\"$PATH:$HOME/.local/bin\" exec holdfastctl resume'";

struct link *
link_open(struct transport_target *target, const struct transport_asking *asking, enum transport_request what,
          uint32_t idle_ms, const struct link_first *first)
{
	struct transport *t = transport_new(target, asking);

	return t ? link_new(t, what, rootless_command, idle_ms, what == TRANSPORT_SUBSYSTEM ? first : NULL) : NULL;
}
