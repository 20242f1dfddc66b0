/* SPDX-License-Identifier: MIT */
#include "frames_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attachments.h"
#include "catchup.h"
#include "clock.h"
#include "frame_ahead.h"
#include "frame_session.h"
#include "framed_line.h"
#include "framed_private.h"
#include "frames_out.h"
#include "grammar.h"
#include "input.h"
#include "kept.h"
#include "oneanswer.h"
#include "pipesize.h"
#include "probe.h"
#include "redraw.h"
#include "signame.h"
#include "theme.h"
#include "watched.h"

#define READ_MAX 65536 /* at once: then everybody else gets a look */
#define REPLAY_MS 500  /* so long after its client's acknowledgement a terminal has answered the queries */

/* The results of handlers. */
enum taken { TAKEN, HELD, WRONG };

/*
 * The client comes back, and its terminal gets what was printed meanwhile, queries too.  Those the painter has
 * answered.
 */
static bool
replaying(struct peer *peer)
{
	struct framed *f = peer->framed;

	if (!f->replay_to)
		return false;
	if (f->replay_until == CLOCK_NEVER && f->acked[0] >= f->replay_to)
		f->replay_until = clock_now_ms() + REPLAY_MS;
	if (clock_now_ms() >= f->replay_until)
		f->replay_to = 0;
	return f->replay_to != 0;
}

/* As stream_take, but for a terminal's reports, which count as taken. */
static int
take_without_reports(struct stream *s, const struct frame_data *m)
{
	static unsigned char kept[FRAME_MAX];
	size_t known, len = 0, i, n;

	if (m->offset > s->input || m->offset + m->len <= s->input)
		return stream_take(s, m->offset, m->data, m->len, false);
	known = (size_t)(s->input - m->offset);
	for (i = known; i < m->len; i += n ? n : 1) {
		n = grammar_length(m->data + i, m->len - i);
		if (!n)
			kept[len++] = m->data[i];
	}
	return s->ended ? -EBADMSG : stream_keep(s, kept, len, m->offset + m->len);
}

/* The most that can become of so much input. */
#define FILTER_ROOM(len) ONEANSWER_ROOM(THEME_ROOM(len))

/* Input without the terminal's answers to the keeper, and without reports where another terminal answers. */
static size_t
filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out, bool *typed)
{
	static unsigned char left[THEME_ROOM(FRAME_MAX)];

	if (theme_looks(peer, p, len)) {
		len = theme_filter(peer, p, len, left);
		p = left;
	}
	*typed = len > 0;
	if (len && oneanswer_wanted(peer))
		return oneanswer_filter(peer, p, len, out, typed);
	memcpy(out, p, len);
	return len;
}

/* The same, with reports to be taken out; *TYPED: whether there was anything else. */
static int
take_typed(struct peer *peer, const struct frame_data *m, bool *typed)
{
	static unsigned char kept[FILTER_ROOM(FRAME_MAX)];
	struct stream *s = peer->framed->stream;
	size_t known, len;

	/* As much as a stream holds is no report. */
	if (m->offset > s->input || m->offset + m->len <= s->input || s->ended || FILTER_ROOM(m->len) > STREAMS_NARROW)
		return stream_take(s, m->offset, m->data, m->len, false);
	known = (size_t)(s->input - m->offset);
	/* Input that has been looked at must be taken. */
	if (stream_room(s) < FILTER_ROOM(m->len - known))
		return 0;
	len = filter(peer, m->data + known, m->len - known, kept, typed);
	return stream_keep(s, kept, len, m->offset + m->len) == 1 ? 1 : -ENOMEM;
}

/* Input of PEER has gone to its stream. */
static void
go_on(struct peer *peer)
{
	struct keeper *k = peer->keeper;

	if (k->source->has_terminal)
		oneanswer_leads(peer);
	attachments_typed(peer);
	k->activity_ms = clock_date_ms();
	/*
	 * Input implies that all output which the client has acknowledged was seen, so earlier queries count as
	 * answered.
	 */
	if (peer->framed->acked[0] > k->answered)
		k->answered = peer->framed->acked[0];
	if (k->quiet_until == CLOCK_NEVER)
		input_feed(k);
}

void
framed_type(struct peer *peer, const unsigned char *p, size_t len)
{
	struct stream *s = peer->framed->stream;

	if (!s->ended && stream_keep(s, p, len, s->input) == 1)
		go_on(peer);
}

/* After how much input an acknowledgement does not wait: a part of the window, and of the line's. */
static uint64_t
ack_step(const struct framed *f)
{
	return f->said_window < 2 * STREAMS_PIECE ? f->said_window / 2 : STREAMS_PIECE;
}

static enum taken
take_input(struct peer *peer, const struct frame_data *m)
{
	struct framed *f = peer->framed;
	struct keeper *k = peer->keeper;
	uint64_t before = f->stream->input;
	bool discard = peer->t.readonly || k->state != KEEPER_RUNNING, typed = true;
	int rc;

	if (!discard && replaying(peer))
		rc = take_without_reports(f->stream, m);
	else if (!discard && k->source->has_terminal && (oneanswer_wanted(peer) || theme_looks(peer, m->data, m->len)))
		rc = take_typed(peer, m, &typed);
	else
		rc = stream_take(f->stream, m->offset, m->data, m->len, discard);
	if (rc <= 0)
		return rc ? WRONG : HELD;
	framed_ack_input(peer, f->stream->input - f->said >= ack_step(f) || f->stream->input == before);
	if (f->stream->input == before || discard)
		return TAKEN;
	k->heard_ms = clock_date_ms();
	probe_typed(peer);
	watched_typed(peer, m->data, m->len);
	if (typed)
		go_on(peer);
	else if (k->quiet_until == CLOCK_NEVER)
		input_feed(k);
	return TAKEN;
}

static enum taken
on_input(struct peer *peer, const struct frame *in)
{
	struct frame_data m;

	return frame_get_data(FRAME_INPUT, &m, in->body, in->len) < 0 ? WRONG : take_input(peer, &m);
}

static enum taken
end_input(struct peer *peer, uint64_t offset)
{
	if (stream_end(peer->framed->stream, offset) < 0)
		return WRONG;
	if (!peer->keeper->source->has_terminal)
		input_feed(peer->keeper);
	return TAKEN;
}

/*
 * Input that was sent before ATTACHED.  The frame may be held, so its own bytes stay as they are.  Acknowledgements of
 * output follow it, so a command that writes before it reads needs it taken, whatever the session's share is.
 */
static enum taken
on_input_ahead(struct peer *peer, const struct frame *in)
{
	static unsigned char plain[FRAME_MAX];
	struct stream *s = peer->framed->stream;
	struct frame_input_ahead m;
	enum taken how;

	if (frame_get_input_ahead(&m, in->body, in->len) < 0)
		return WRONG;
	memcpy(plain, m.data, m.len);
	frame_mask(plain, m.len, m.mask);
	s->ahead = true;
	how = take_input(peer, &(struct frame_data){ .offset = m.offset, .data = plain, .len = m.len });
	s->ahead = false;
	return how == TAKEN && m.last ? end_input(peer, m.offset + m.len) : how;
}

static enum taken
on_input_end(struct peer *peer, const struct frame *in)
{
	uint64_t offset;

	return frame_get_u64(&offset, in->body, in->len) < 0 ? WRONG : end_input(peer, offset);
}

static enum taken
on_ack(struct peer *peer, const struct frame *in)
{
	struct framed *f = peer->framed;
	uint64_t offset, n;
	uint8_t channel;

	if (frame_get_ack(&channel, &offset, in->body, in->len) < 0 || !peer->keeper->source->ring(peer->keeper, channel) ||
	    offset > framed_written(f, channel))
		return WRONG;
	if (offset <= f->acked[channel])
		return TAKEN;
	n = offset - f->acked[channel];
	f->acked[channel] = offset;
	kept_acked(peer);
	window_acked(&f->window, n, framed_clock_us());
	catchup_release(peer->keeper, channel);
	if (peer->t.flow == TERMINAL_ASIDE)
		catchup_return(peer);
	framed_push(peer);
	return TAKEN;
}

static enum taken
on_size(struct peer *peer, const struct frame *in)
{
	struct frame_size m;

	if (frame_get_size(FRAME_SIZE, &m, in->body, in->len) < 0)
		return WRONG;
	peer->t.size = (struct winsize){ .ws_row = (unsigned short)m.rows, .ws_col = (unsigned short)m.cols,
		                      .ws_xpixel = (unsigned short)m.xpixel, .ws_ypixel = (unsigned short)m.ypixel };
	/* The client assumes that the session has this size until SIZE_IS says otherwise. */
	peer->framed->told = peer->t.size;
	attachments_fit_size(peer->keeper);
	return TAKEN;
}

static enum taken
on_signal(struct peer *peer, const struct frame *in)
{
	struct frame_text m;
	int number;

	if (frame_get_text(FRAME_SIGNAL, &m, in->body, in->len) < 0)
		return WRONG;
	number = signame_number(m.text);
	/* Rather not at all than twice. */
	kept_taken(peer);
	if (!number)
		framed_put_text(peer, FRAME_NOTICE, 0, "unknown signal");
	else if (!peer->t.readonly)
		peer->keeper->source->signal_front(peer->keeper, number);
	return TAKEN;
}

static enum taken
on_redraw(struct peer *peer, const struct frame *in)
{
	struct framed *f = peer->framed;
	uint8_t what;

	if (frame_get_redraw(&what, in->body, in->len) < 0)
		return WRONG;
	/* A client that was set aside gets one when it reads again; else one that is on its way is as good. */
	f->skip = f->skip || peer->t.flow == TERMINAL_ASIDE;
	if (f->rendering || f->source == FRAMED_RENDERING || peer->t.flow == TERMINAL_ASIDE)
		return TAKEN;
	f->rendering_flags = what == FRAME_REDRAW_SCREEN ? FRAME_SCREEN_ONLY : 0;
	redraw_screen(peer, what == FRAME_REDRAW_SCREEN ? REDRAW_SCREEN : REDRAW_ALL, peer->quiet);
	return TAKEN;
}

static enum taken
on_name(struct peer *peer, const struct frame *in)
{
	struct frame_text m;

	if (frame_get_text(FRAME_NAME, &m, in->body, in->len) < 0)
		return WRONG;
	if (m.text[0] && !attach_name_ok(m.text))
		framed_put_text(peer, FRAME_NOTICE, 0, "not a valid session name: use " ATTACH_NAME_RULE);
	else
		memcpy(peer->keeper->name, m.text, sizeof peer->keeper->name);
	return TAKEN;
}

static enum taken
on_detach(struct peer *peer, const struct frame *in)
{
	if (in->len)
		return WRONG;
	attachments_detach(peer, ATTACH_WHY_DETACH, NULL);
	return TAKEN;
}

static enum taken
on_exit_ack(struct peer *peer, const struct frame *in)
{
	if (in->len || !peer->framed->exit_sent)
		return WRONG;
	peer->framed->exit_acked = true;
	peer->framed->stream->open = false;
	return TAKEN;
}

static enum taken
on_output_closed(struct peer *peer, const struct frame *in)
{
	uint8_t channel;

	if (frame_get_channel(&channel, in->body, in->len) < 0)
		return WRONG;
	/* A terminal's session does not end with the reader of one of its clients. */
	if (!peer->keeper->source->has_terminal && !peer->t.readonly)
		peer->framed->stream->closed[channel] = true;
	return TAKEN;
}

static enum taken
on_watch(struct peer *peer, const struct frame *in)
{
	enum frame_watch what;

	if (frame_get_watch(&what, in->body, in->len) < 0)
		return WRONG;
	watched_set(peer, what);
	framed_push(peer);
	return TAKEN;
}

static enum taken
on_ping(struct peer *peer, const struct frame *in)
{
	unsigned char out[16];
	uint64_t token;

	if (frame_get_u64(&token, in->body, in->len) < 0)
		return WRONG;
	framed_put(peer, out, frame_put_u64(FRAME_SERVER_PONG, token, out, sizeof out));
	stream_rest(peer->framed->stream);
	return TAKEN;
}

static enum taken
on_pong(struct peer *peer, const struct frame *in)
{
	uint64_t token;

	(void)peer;
	return frame_get_u64(&token, in->body, in->len) < 0 ? WRONG : TAKEN;
}

static enum taken
on_line_is(struct peer *peer, const struct frame *in)
{
	return framed_line_said(peer, in->body, in->len) < 0 ? WRONG : TAKEN;
}

#define TERMINALS 1u /* not to a command on pipes */

static const struct {
	unsigned flags;
	enum taken (*handle)(struct peer *peer, const struct frame *in);
} permitted[] = {
	[FRAME_INPUT] = { 0, on_input },
	[FRAME_INPUT_END] = { 0, on_input_end },
	[FRAME_ACK] = { 0, on_ack },
	[FRAME_SIZE] = { TERMINALS, on_size },
	[FRAME_SIGNAL] = { 0, on_signal },
	[FRAME_REDRAW] = { TERMINALS, on_redraw },
	[FRAME_NAME] = { 0, on_name },
	[FRAME_DETACH] = { 0, on_detach },
	[FRAME_EXIT_ACK] = { 0, on_exit_ack },
	[FRAME_PING] = { 0, on_ping },
	[FRAME_PONG] = { 0, on_pong },
	[FRAME_OUTPUT_CLOSED] = { 0, on_output_closed },
	[FRAME_INPUT_AHEAD] = { 0, on_input_ahead },
	[FRAME_WATCH] = { TERMINALS, on_watch },
	[FRAME_LINE_IS] = { 0, on_line_is },
};

static enum taken
dispatch(struct peer *peer, const struct frame *in)
{
	bool known = in->type < sizeof permitted / sizeof *permitted && permitted[in->type].handle;

	if (!known && in->type >= FRAME_EXTENSION)
		return TAKEN;
	if (!known || ((permitted[in->type].flags & TERMINALS) && !peer->keeper->source->has_terminal))
		return WRONG;
	return permitted[in->type].handle(peer, in);
}

static bool
has_room(const struct framed *f)
{
	return sizeof f->control - f->control_len >= FRAMED_CONTROL_LOW;
}

void
framed_take(struct peer *peer)
{
	struct framed *f = peer->framed;
	enum taken how = TAKEN;
	struct frame in;
	size_t at;
	int rc = 0;

	f->held = false;
	while (!peer->t.dead && has_room(f) && (at = f->reader.at, rc = frame_next(&f->reader, &in)) > 0) {
		how = dispatch(peer, &in);
		if (peer->phase == PEER_GONE)
			return;
		if (how == HELD)
			f->reader.at = at;
		if (how != TAKEN)
			break;
	}
	f->held = how == HELD || !has_room(f);
	if (how == WRONG || rc < 0)
		framed_error(peer, FRAME_E_PROTOCOL, "malformed frame, or a frame that is not permitted here");
}

void
framed_read(struct peer *peer)
{
	struct framed *f = peer->framed;
	size_t room;
	unsigned char *to = frame_room(&f->reader, &room);
	ssize_t n = kept_read(peer, to, room < READ_MAX ? room : READ_MAX);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		peer->t.dead = true;
		return;
	}
	probe_heard(peer);
	if (n >= PIPESIZE_BULK && !f->widened)
		f->widened = pipesize_widen(peer->t.in);
	frame_filled(&f->reader, (size_t)n);
	framed_take(peer);
	/* The answers go out, together with output. */
	if (peer->phase != PEER_GONE && (f->control_len || f->ack_at == 0))
		framed_push(peer);
	if (peer->phase != PEER_GONE)
		kept_taken(peer);
}
