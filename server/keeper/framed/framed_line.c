/* SPDX-License-Identifier: MIT */
#include "framed_line.h"

#include "frame_line.h"
#include "framed_private.h"
#include "frames_out.h"
#include "probe.h"

bool
framed_ping(struct peer *peer)
{
	unsigned char out[32];

	if (peer->t.dead || peer->t.flow != TERMINAL_FLOWING || peer->framed->control_len)
		return false;
	framed_put(peer, out, frame_put_u64(FRAME_SERVER_PING, framed_clock_us(), out, sizeof out));
	framed_push(peer);
	return !peer->framed->control_len;
}

bool
framed_ask_line(struct peer *peer)
{
	struct framed *f = peer->framed;
	unsigned char out[FRAME_HEAD];

	/* Output may wait for acknowledgements that do not come: frames like this one go all the same. */
	if (!f->line || peer->t.dead || f->control_len > FRAMED_CONTROL / 2)
		return false;
	framed_put(peer, out, frame_put_plain(FRAME_LINE_ASK, out, sizeof out));
	framed_push(peer);
	return true;
}

int
framed_line_said(struct peer *peer, const unsigned char *body, size_t len)
{
	struct frame_line m;
	int rc = frame_get_line(&m, body, len);

	if (!rc && peer->framed->line)
		probe_far_said(peer, m.verdict, m.ago_ms);
	return rc;
}
