/* SPDX-License-Identifier: MIT */
#include "obscure.h"

enum obscure_now
obscure_turn(struct obscure *o, uint64_t now, size_t pending, uint32_t random)
{
	if (!o->interval || pending > OBSCURE_KEYS || (!o->active && !pending)) {
		o->active = false;
		return OBSCURE_SEND;
	}
	if (o->active && now < o->next)
		return OBSCURE_HOLD;
	if (o->active && !pending && now >= o->until) {
		o->active = false;
		return OBSCURE_SEND;
	}
	if (pending)
		o->until = now + OBSCURE_CHAFF_MS + random % OBSCURE_SPAN_MS;
	o->active = true;
	/* a tenth more or less, so that the line shows no clock of ours */
	o->next = now + o->interval - o->interval / 10 + random % (o->interval / 5 + 1);
	return pending ? OBSCURE_SEND : OBSCURE_CHAFF;
}

uint64_t
obscure_due(const struct obscure *o)
{
	return o->active ? o->next : UINT64_MAX;
}
