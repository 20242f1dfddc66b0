/* SPDX-License-Identifier: MIT */
#include "relay_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame_session.h"
#include "incoming.h"

/* The length in a head, without the type; -1: there is none such. */
static int64_t
body_of(const unsigned char head[FRAME_HEAD])
{
	uint32_t n = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3];

	return n && n <= FRAME_MAX ? (int64_t)n - 1 : -1;
}

bool
relay_edges_follow(struct relay_edges *e, const unsigned char *p, size_t len, uint8_t type)
{
	bool begun = false;
	int64_t body;

	for (size_t n; len && !e->lost; p += n, len -= n) {
		if (e->left) {
			n = len < e->left ? len : e->left;
			e->left -= (uint32_t)n;
			continue;
		}
		n = 1;
		e->head[e->have++] = *p;
		if (e->have < FRAME_HEAD)
			continue;
		e->have = 0;
		body = body_of(e->head);
		e->lost = body < 0;
		e->left = body < 0 ? 0 : (uint32_t)body;
		begun |= !e->lost && e->head[FRAME_HEAD - 1] == type;
	}
	return begun;
}

bool
relay_edges_between(const struct relay_edges *e)
{
	return !e->lost && !e->have && !e->left;
}

int
relay_line_hello(const unsigned char *hello, size_t len, const char *more, unsigned char *out, size_t cap)
{
	struct frame_hello m;
	size_t used;
	int n, rc = len < FRAME_HEAD ? -EBADMSG
	         : frame_get_hello(FRAME_HELLO, &m, hello + FRAME_HEAD, len - FRAME_HEAD);

	if (rc)
		return rc;
	used = strlen(m.features);
	if (used + 1 + strlen(more) >= sizeof m.features)
		return -EMSGSIZE;
	snprintf(m.features + used, sizeof m.features - used, "%s%s", used ? "," : "", more);
	n = frame_put_hello(FRAME_HELLO, &m, out, cap);
	/* There may be too many of them now. */
	rc = n < 0 ? n : frame_get_hello(FRAME_HELLO, &m, out + FRAME_HEAD, (size_t)n - FRAME_HEAD);
	return rc ? rc : n;
}

int
relay_line_asked(bool between, unsigned char out[RELAY_LINE_MAX])
{
	int n;

	if (!incoming_begin())
		return 0;
	/* Its PONG goes to the keeper, which does not mind. */
	n = between ? frame_put_u64(FRAME_SERVER_PING, 0, out, RELAY_LINE_MAX) : 0;
	if (n <= 0)
		incoming_mute();
	return n > 0 ? n : 0;
}

int
relay_line_answer(uint64_t now, unsigned char out[RELAY_LINE_MAX])
{
	struct frame_line m;
	int n = incoming_verdict(&m, now) ? frame_put_line(&m, out, RELAY_LINE_MAX) : 0;

	return n > 0 ? n : 0;
}
