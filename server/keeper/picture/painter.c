/* SPDX-License-Identifier: MIT */
#include "painter.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "paint.h"
#include "painter_sandbox.h"
#include "screen.h"
#include "skip.h"

#define EATEN 4096 /* at once: answers to queries in so much output are never too many */
#define SKIPPED 65536 /* of less than this nothing is passed over */
#define HALF_MAX 64   /* of a sequence that has begun */
#define SOCKET 0   /* painter_confine puts it there */

struct painter {
	const unsigned char *ring;
	size_t ring_size;
	unsigned scrollback;
	uint64_t at;
	uint64_t clean; /* up to there it is known which output may be passed over */
	uint64_t lines; /* what has not been parsed is nothing but lines up to there */
	struct screen *screen;
};

/* Where a rendering goes: counted first, then sent in pieces. */
struct sending {
	uint32_t serial;
	size_t total, len;
	size_t most;  /* with text_goes_on(): counting stops behind so many bytes … */
	size_t lines; /* … and so many lines of the scrollback were counted */
	enum screen_string string;
	unsigned char *piece; /* PAINT_DATA_MAX; NULL: only counts */
};

static void
reply(const struct paint_reply *m)
{
	static unsigned char buf[PAINT_REPLY_MAX];
	int len = paint_encode_reply(m, buf, sizeof buf);

	/* Waits for a keeper that is slow; without a keeper the painter ends. */
	if (len < 0 || write(SOCKET, buf, (size_t)len) != len)
		_exit(0);
}

static void
reply_at(const struct painter *p)
{
	reply(&(struct paint_reply){ .type = PAINT_AT, .offset = p->at });
}

/* Sends the model's answers to queries in the bytes behind FROM; the answers to one query are one message. */
static void
reply_answers(struct painter *p, uint64_t from)
{
	unsigned char all[SCREEN_ANSWERS_MAX], one[SCREEN_ANSWERS_MAX];
	size_t n, at, len = 0, last = 0;

	do {
		n = screen_take_answer(p->screen, one, sizeof one, &at);
		if (len && (!n || at != last)) {
			reply(&(struct paint_reply){ .type = PAINT_REPORT, .offset = from + last, .data = all,
			                             .len = len });
			len = 0;
		}
		memcpy(all + len, one, n);
		len += n;
		last = at;
	} while (n);
}

static const unsigned char *
ring_at(const struct painter *p)
{
	return p->ring + (p->at & (p->ring_size - 1));
}

/* Passes over output that makes no difference to the model; whether there was any. */
static bool
pass_over(struct painter *p, uint64_t to)
{
	struct skip_known known = { .lines = p->lines > p->at ? (size_t)(p->lines - p->at) : 0 };
	size_t n;

	if (p->at < p->clean || to - p->at < SKIPPED)
		return false;
	n = screen_skip(p->screen, ring_at(p), (size_t)(to - p->at), &known);
	p->clean = p->at + known.clean;
	p->lines = p->at + known.lines;
	p->at += n;
	return n > 0;
}

/*
 * Whether the rest up to TO may wait for output that will remove it, for nothing else is in it; a sequence may be half
 * there.
 */
static bool
may_rest(const struct painter *p, uint64_t to)
{
	return to - p->at <= PAINT_REST(p->ring_size) && (p->clean >= to || to - p->clean < HALF_MAX);
}

static void
eat(struct painter *p, uint64_t to, bool lazy)
{
	uint64_t told = p->at;

	while (p->at < to) {
		size_t n;

		if (pass_over(p, to) && lazy && may_rest(p, to)) {
			reply(&(struct paint_reply){ .type = PAINT_RESTS, .offset = p->at, .number = (uint32_t)(to - p->at) });
			/* When more output is there, more of this is passed over. */
			p->clean = p->at;
			return;
		}
		n = to - p->at < EATEN ? (size_t)(to - p->at) : EATEN;
		p->lines = 0;
		screen_feed(p->screen, ring_at(p), n);
		reply_answers(p, p->at);
		p->at += n;
		if (p->at == to || p->at - told >= PAINT_STEP) {
			told = p->at;
			reply_at(p);
		}
	}
}

/* LEN bytes of work are done that nobody sees: the keeper hears of that. */
static void
note_work(size_t len)
{
	static size_t done;

	done += len;
	if (done < PAINT_BUSY_STEP)
		return;
	done = 0;
	reply(&(struct paint_reply){ .type = PAINT_BUSY });
}

static void
flush_piece(struct sending *s)
{
	if (s->len)
		reply(&(struct paint_reply){ .type = PAINT_BYTES, .serial = s->serial, .data = s->piece,
		                             .len = s->len });
	s->len = 0;
}

static void
send_put(void *to, const void *bytes, size_t len)
{
	struct sending *s = to;
	const unsigned char *p = bytes;

	if (!s->piece) {
		s->total += len;
		note_work(len);
		return;
	}
	while (len) {
		size_t n = len < PAINT_DATA_MAX - s->len ? len : PAINT_DATA_MAX - s->len;

		memcpy(s->piece + s->len, p, n);
		s->len += n;
		p += n;
		len -= n;
		if (s->len == PAINT_DATA_MAX)
			flush_piece(s);
	}
}

static void
send_total(const struct sending *s)
{
	reply(&(struct paint_reply){ .type = PAINT_TOTAL, .serial = s->serial, .offset = s->string,
	                             .number = (uint32_t)s->total });
}

static void
feed_put(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
	note_work(len);
}

/* The model as a terminal of another size would have it; NULL: out of memory. */
static struct screen *
resized(const struct screen *from, unsigned scrollback, unsigned rows, unsigned cols)
{
	const struct screen_render_options plain = { .line = NULL };
	struct screen *s = screen_new(screen_rows(from), screen_cols(from), scrollback);

	if (!s)
		return NULL;
	screen_render(from, &plain, feed_put, s);
	screen_resize(s, rows, cols);
	return s;
}

static void
count(const struct screen *s, const struct screen_render_options *o, struct sending *to)
{
	to->total = 0;
	screen_render(s, o, send_put, to);
}

static void
send_rendering(const struct screen *s, const struct paint_order *m)
{
	static unsigned char piece[PAINT_DATA_MAX];
	struct screen_render_options o = { .line = m->line[0] ? m->line : NULL,
		                           .no_scrollback = m->flags & PAINT_NO_SCROLLBACK,
		                           .shell = m->flags & PAINT_SHELL,
		                           .push_up = m->flags & PAINT_PUSH_UP,
		                           .target = &m->target };
	struct sending to = { .serial = m->serial, .string = screen_open_string(s) };

	count(s, &o, &to);
	/* A rendering that is too long goes without the older half of its lines. */
	for (size_t lines = screen_history(s); to.total > PAINT_RENDER_MAX && !o.no_scrollback;) {
		lines /= 2;
		o.skip = screen_history(s) - lines;
		o.no_scrollback = lines == 0;
		count(s, &o, &to);
	}
	send_total(&to);
	to.piece = piece;
	screen_render(s, &o, send_put, &to);
	flush_piece(&to);
}

static void
do_render(struct painter *p, const struct paint_order *m)
{
	struct screen *other = NULL;

	if (m->rows && m->cols && (m->rows != screen_rows(p->screen) || m->cols != screen_cols(p->screen)))
		other = resized(p->screen, p->scrollback, m->rows, m->cols);
	send_rendering(other ? other : p->screen, m);
	screen_free(other);
}

static void
do_leave(struct painter *p, const struct paint_order *m)
{
	static unsigned char piece[PAINT_DATA_MAX];
	struct sending to = { .serial = m->serial };

	screen_leave(p->screen, &m->target, send_put, &to);
	send_total(&to);
	to.piece = piece;
	screen_leave(p->screen, &m->target, send_put, &to);
	flush_piece(&to);
}

static bool
text_goes_on(void *to)
{
	struct sending *s = to;

	if (!s->piece && s->total > s->most)
		return false;
	s->lines++;
	return true;
}

static struct screen_export_options
text_options(const struct painter *p, const struct paint_order *m)
{
	return (struct screen_export_options){
		.form = m->flags & PAINT_HTML ? SCREEN_HTML : m->flags & PAINT_ANSI ? SCREEN_ANSI : SCREEN_TEXT,
		.lines = m->flags & PAINT_NO_SCROLLBACK ? 0 : screen_history(p->screen),
		.trims = m->flags & PAINT_PRINT,
		.goes_on = text_goes_on,
	};
}

static void
count_text(const struct painter *p, const struct screen_export_options *o, struct sending *to)
{
	to->total = to->lines = 0;
	screen_export(p->screen, o, send_put, to);
}

static void
do_text(struct painter *p, const struct paint_order *m)
{
	static unsigned char piece[PAINT_DATA_MAX];
	struct screen_export_options o = text_options(p, m);
	struct sending to = { .serial = m->serial,
		              .most = m->flags & PAINT_PRINT ? PAINT_RENDER_MAX : PAINT_TEXT_MAX };

	count_text(p, &o, &to);
	/* Without the older half of its lines or more, as many as were counted may fit; or without all of them. */
	while (o.lines && to.total > to.most) {
		o.lines = !(m->flags & PAINT_PRINT) ? 0 : to.lines < o.lines / 2 ? to.lines : o.lines / 2;
		count_text(p, &o, &to);
	}
	send_total(&to);
	to.piece = piece;
	screen_export(p->screen, &o, send_put, &to);
	flush_piece(&to);
}

static void
know_terminal(struct painter *p, const struct paint_order *m)
{
	struct screen_terminal t = { .xpixel = m->xpixel, .ypixel = m->ypixel };

	memcpy(t.colour, m->colours, sizeof t.colour);
	screen_terminal_is(p->screen, &t);
}

static void
obey(struct painter *p, const struct paint_order *m)
{
	/* Bytes further back than the ring is long have been overwritten. */
	if (m->offset > p->at && m->offset - p->at > p->ring_size)
		_exit(1);
	eat(p, m->offset, m->type == PAINT_FEED && m->flags & PAINT_LAZY);
	switch (m->type) {
	case PAINT_TERMINAL:
		know_terminal(p, m);
		if (m->flags & PAINT_TURNED && screen_theme_awaited(p->screen))
			reply(&(struct paint_reply){ .type = PAINT_THEME, .offset = p->at,
			                             .number = screen_theme_awaited(p->screen) });
		break;
	case PAINT_SIZE:
		know_terminal(p, m);
		screen_resize(p->screen, m->rows, m->cols);
		reply_answers(p, p->at);
		break;
	case PAINT_RENDER:
		do_render(p, m);
		break;
	case PAINT_LEAVE:
		do_leave(p, m);
		break;
	case PAINT_TEXT:
		do_text(p, m);
		break;
	default:
		break;
	}
}

void
painter_be(const struct painter_start *start)
{
	unsigned char buf[PAINT_ORDER_MAX];
	struct painter p = { .ring = start->ring, .ring_size = start->ring_size, .scrollback = start->scrollback,
	                     .at = start->at };
	struct paint_order m;
	ssize_t n;

	if (painter_confine(start->fd, start->ring, 2 * start->ring_size) < 0)
		_exit(1);
	p.screen = screen_new(start->rows, start->cols, start->scrollback);
	if (!p.screen)
		_exit(1);
	if (start->saved)
		screen_feed(p.screen, start->saved, start->saved_len);
	screen_terminal_is(p.screen, &start->terminal);
	screen_answer(p.screen, true);
	while ((n = read(SOCKET, buf, sizeof buf)) > 0) {
		if (paint_decode_order(&m, buf, (size_t)n) < 0)
			_exit(1);
		obey(&p, &m);
	}
	_exit(0);
}
