/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <errno.h>

#include "clock.h"
#include "peers.h"

bool
input_of_attached_waits(const struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		if (peer->t.input_at < peer->t.input_len)
			return true;
	return k->quiet_until == CLOCK_NEVER && streams_wait(&k->streams);
}

bool
input_waits(const struct keeper *k)
{
	return k->sends || input_of_attached_waits(k);
}

/* As much of S as the program takes. */
static void
feed_stream(struct keeper *k, struct stream *s)
{
	const unsigned char *p;
	size_t len;

	while ((len = stream_waiting(s, &p)) > 0) {
		ssize_t n;

		vital_intend(&k->vital, VITAL_INPUT, (unsigned)(s - k->streams.v), s->fed);
		n = k->source->feed(k, p, len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			n = (ssize_t)len; /* the shell has ended */
		if (n > 0) {
			stream_used(s, (size_t)n);
			k->typed = true;
			k->fed++;
		}
		vital_done(&k->vital);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
	}
}

void
input_feed(struct keeper *k)
{
	struct peer *peer;

	for (unsigned i = 0; i < STREAMS_MAX; i++)
		if (stream_waits(&k->streams.v[i]))
			feed_stream(k, &k->streams.v[i]);
	if (k->source->end_input && streams_ended(&k->streams))
		k->source->end_input(k);
	for (unsigned i = 0; (peer = peers_next_attached(k, &i));)
		peer->ops->room(peer);
}
