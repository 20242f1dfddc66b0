/* SPDX-License-Identifier: MIT */
#include "link_stream.h"

#include <errno.h>
#include <string.h>

#include "secretmem.h"

int
link_stream_init(struct link_stream *s)
{
	memset(s, 0, sizeof *s);
	return secretmem_random(s->id, sizeof s->id);
}

void
link_stream_ask(const struct link_stream *s, struct frame_attach *m)
{
	memcpy(m->stream, s->id, sizeof m->stream);
	if (!s->attached)
		return;
	m->mode = FRAME_STREAM;
	memcpy(m->key, s->key, sizeof m->key);
	m->input = s->input.base;
	m->output = s->next[0];
	m->errors = s->next[1];
}

/* The input of a new stream goes on behind what was sent ahead, if the keeper has taken that. */
static int
begin_input(struct link_stream *s, const struct frame_attached *m)
{
	struct link_input *in = &s->input;
	uint64_t sent = in->sent;
	bool end_sent = in->end_sent;
	int rc = link_input_resume(in, m->input, m->window);

	if (rc < 0 || !s->ahead || !s->takes_ahead)
		return rc;
	in->sent = sent > in->sent ? sent : in->sent;
	in->end_sent = end_sent;
	return 0;
}

int
link_stream_attached(struct link_stream *s, const struct frame_attached *m, size_t *lost)
{
	int rc = 0;

	*lost = 0;
	if (m->version != FRAME_VERSION || (m->kind != FRAME_TERMINAL && m->kind != FRAME_COMMAND) ||
	    m->window > FRAME_INPUT_WINDOW_MAX)
		return -EBADMSG;
	if (s->attached && (m->kind != s->kind || memcmp(m->key, s->key, sizeof s->key) != 0))
		return -EBADMSG;
	s->takes_ahead = frame_has_feature(m->features, FRAME_INPUT_AHEAD_FEATURE);
	if (s->attached && !m->known)
		*lost = link_input_forget(&s->input, m->input, m->window);
	else
		rc = s->attached ? link_input_resume(&s->input, m->input, m->window) : begin_input(s, m);
	if (rc < 0)
		return rc;
	if (!s->attached) {
		s->next[0] = m->output;
		s->next[1] = m->errors;
		s->unpainted = m->kind == FRAME_TERMINAL && !m->is_new;
	}
	memcpy(s->key, m->key, sizeof s->key);
	s->follows[0] = m->output;
	s->follows[1] = m->errors;
	memcpy(s->acked, s->next, sizeof s->acked);
	s->session = m->id;
	memcpy(s->name, m->name, sizeof s->name);
	s->kind = m->kind;
	s->takes_closed = frame_has_feature(m->features, FRAME_OUTPUT_CLOSED_FEATURE);
	s->tells = frame_has_feature(m->features, FRAME_PREDICT_FEATURE);
	s->tells_modes = s->tells && frame_has_feature(m->features, FRAME_WATCH_MODES_FEATURE);
	s->attached = true;
	s->ahead = s->painting = false;
	return 0;
}

int
link_stream_output(struct link_stream *s, struct frame_data *d)
{
	unsigned c = d->channel;
	uint64_t end, old;

	if (c > 1 || d->offset != s->follows[c] || d->offset > s->next[c] || d->len > UINT64_MAX - d->offset)
		return -EBADMSG;
	end = d->offset + d->len;
	s->follows[c] = end;
	old = end < s->next[c] ? d->len : s->next[c] - d->offset;
	d->data += old;
	d->len -= (size_t)old;
	d->offset += old;
	if (end > s->next[c])
		s->next[c] = end;
	return 0;
}

int
link_stream_gap(struct link_stream *s, const struct frame_gap *g, uint64_t *lost)
{
	unsigned c = g->channel;

	if (c > 1 || g->to < g->from || g->from > s->next[c])
		return -EBADMSG;
	*lost = g->to > s->next[c] ? g->to - s->next[c] : 0;
	s->follows[c] = g->to;
	s->next[c] += *lost;
	if (c == 0)
		s->unpainted = true;
	return 0;
}

/* Where OUTPUT goes on may lie before what has come: those bytes then belong on top of this rendering. */
void
link_stream_rendering(struct link_stream *s, const struct frame_data *d)
{
	s->painting = s->unpainted = !(d->channel & FRAME_LAST);
	if (s->painting)
		return;
	s->follows[0] = s->next[0] = d->offset;
}
