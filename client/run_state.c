/* SPDX-License-Identifier: MIT */
#include "run_state.h"

bool
run_child_asks(const struct run *r)
{
	return r->fresh && r->fresh->phase != LINK_DEAD && r->fresh->transport->terminal;
}

struct link *
run_attached_link(const struct run *r)
{
	return r->link && r->link->phase == LINK_ATTACHED ? r->link : NULL;
}
