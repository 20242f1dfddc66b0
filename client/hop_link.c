/* SPDX-License-Identifier: MIT */
#include "hop_link.h"

#include <string.h>

/* A name in the network can lead to another machine today, and an id there names another session. */
static bool
is_meant(const struct hop *h, const struct link *l)
{
	static const unsigned char none[HOPMSG_BOOT];

	return memcmp(h->order.boot, none, sizeof none) == 0 || memcmp(h->order.boot, l->hello.boot, sizeof none) == 0;
}

bool
hop_link_ready(const struct hop *h, struct link *l, bool any)
{
	if (l->phase < LINK_READY)
		return false;
	if (!frame_has_feature(l->hello.features, FRAME_HOP_FEATURE))
		link_fail(l, "its holdfast is too old for a pool (%.60s)", l->hello.software);
	else if (!any && !is_meant(h, l))
		link_fail(l, "another host answers there, or it was rebooted");
	return l->phase == LINK_READY;
}
