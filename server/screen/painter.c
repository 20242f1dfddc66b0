/* SPDX-License-Identifier: MIT */
#include "painter.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "paint.h"
#include "painter_sandbox.h"
#include "screen.h"

#define ANSWERED_STEP 4096 /* eaten at once while queries are answered: the keeper learns where they were */
#define SOCKET 0           /* painter_confine puts it there */

struct painter {
	const unsigned char *ring;
	size_t ring_size;
	uint64_t at;
	struct screen *screen;
	bool answering;
	uint32_t answers_number;
};

/* Where a rendering goes: counted first, then sent in pieces. */
struct sending {
	uint32_t serial;
	size_t total, len;
	unsigned char *piece; /* PAINT_DATA_MAX; NULL: only counts */
};

static void
reply(const struct paint_reply *m)
{
	static unsigned char buf[PAINT_REPLY_MAX];
	int len = paint_encode_reply(m, buf, sizeof buf);

	/* A keeper that is gone is the end; one that is slow is waited for. */
	if (len < 0 || write(SOCKET, buf, (size_t)len) != len)
		_exit(0);
}

static void
reply_at(const struct painter *p)
{
	reply(&(struct paint_reply){ .type = PAINT_AT, .offset = p->at });
}

static void
reply_answers(struct painter *p)
{
	unsigned char answers[SCREEN_ANSWERS_MAX];
	size_t n = screen_take_answers(p->screen, answers, sizeof answers);

	if (n)
		reply(&(struct paint_reply){ .type = PAINT_REPORT, .offset = p->at, .number = p->answers_number,
		                             .data = answers, .len = n });
}

static void
eat(struct painter *p, uint64_t to)
{
	size_t step = p->answering ? ANSWERED_STEP : PAINT_STEP;
	uint64_t told = p->at;

	while (p->at < to) {
		size_t n = to - p->at < step ? (size_t)(to - p->at) : step;

		screen_feed(p->screen, p->ring + (p->at & (p->ring_size - 1)), n);
		p->at += n;
		if (p->answering)
			reply_answers(p);
		if (p->at == to || p->at - told >= PAINT_STEP) {
			told = p->at;
			reply_at(p);
		}
	}
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
	reply(&(struct paint_reply){ .type = PAINT_TOTAL, .serial = s->serial, .number = (uint32_t)s->total });
}

static void
feed_put(void *to, const void *bytes, size_t len)
{
	screen_feed(to, bytes, len);
}

/* The model as a terminal of another size would have it; NULL: out of memory. */
static struct screen *
resized(const struct screen *from, unsigned rows, unsigned cols)
{
	const struct screen_render_options plain = { .line = NULL };
	struct screen *s = screen_new(screen_rows(from), screen_cols(from), PAINTER_SCROLLBACK);

	if (!s)
		return NULL;
	screen_render(from, &plain, feed_put, s);
	screen_resize(s, rows, cols);
	return s;
}

static void
send_rendering(const struct screen *s, const struct paint_order *m)
{
	static unsigned char piece[PAINT_DATA_MAX];
	struct screen_render_options o = { .line = m->line[0] ? m->line : NULL,
		                           .no_scrollback = m->flags & PAINT_NO_SCROLLBACK };
	struct sending to = { .serial = m->serial };

	screen_render(s, &o, send_put, &to);
	if (to.total > PAINT_RENDER_MAX) {
		o.no_scrollback = true;
		to.total = 0;
		screen_render(s, &o, send_put, &to);
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
		other = resized(p->screen, m->rows, m->cols);
	send_rendering(other ? other : p->screen, m);
	screen_free(other);
}

static void
do_leave(struct painter *p, const struct paint_order *m)
{
	static unsigned char piece[PAINT_DATA_MAX];
	struct sending to = { .serial = m->serial };

	screen_leave(p->screen, send_put, &to);
	send_total(&to);
	to.piece = piece;
	screen_leave(p->screen, send_put, &to);
	flush_piece(&to);
}

static void
obey(struct painter *p, const struct paint_order *m)
{
	/* What is further ahead than the ring is long has been overwritten. */
	if (m->offset > p->at && m->offset - p->at > p->ring_size)
		_exit(1);
	eat(p, m->offset);
	switch (m->type) {
	case PAINT_SIZE:
		screen_resize(p->screen, m->rows, m->cols);
		break;
	case PAINT_ANSWERS:
		p->answering = m->flags & PAINT_ON;
		p->answers_number = m->number;
		screen_answer(p->screen, p->answering);
		break;
	case PAINT_RENDER:
		do_render(p, m);
		break;
	case PAINT_LEAVE:
		do_leave(p, m);
		break;
	default:
		break;
	}
}

void
painter_be(const struct painter_start *start)
{
	unsigned char buf[PAINT_ORDER_MAX];
	struct painter p = { .ring = start->ring, .ring_size = start->ring_size, .at = start->at };
	struct paint_order m;
	ssize_t n;

	if (painter_confine(start->fd, start->ring, 2 * start->ring_size) < 0)
		_exit(1);
	p.screen = screen_new(start->rows, start->cols, PAINTER_SCROLLBACK);
	if (!p.screen)
		_exit(1);
	if (start->saved)
		screen_feed(p.screen, start->saved, start->saved_len);
	while ((n = read(SOCKET, buf, sizeof buf)) > 0) {
		if (paint_decode_order(&m, buf, (size_t)n) < 0)
			_exit(1);
		obey(&p, &m);
	}
	_exit(0);
}
