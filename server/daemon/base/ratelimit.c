/* SPDX-License-Identifier: MIT */
#include "ratelimit.h"

bool
ratelimit_take(struct ratelimit *r, uint64_t now_ms)
{
	uint64_t back = now_ms > r->last_ms ? (now_ms - r->last_ms) / r->every_ms : 0;

	if (back >= r->used) {
		r->used = 0;
		r->last_ms = now_ms;
	} else {
		r->used -= (unsigned)back;
		r->last_ms += back * r->every_ms;
	}
	if (r->used < r->burst) {
		r->used++;
		return true;
	}
	r->suppressed++;
	return false;
}
