/* SPDX-License-Identifier: MIT */
#include "painting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attached.h"
#include "clock.h"
#include "keeper.h"
#include "painting_parts.h"
#include "show.h"
#include "typing.h"

#define RENDERING_MS 5000  /* for all that is asked for at a time */
#define PARK_REGRET_MS 60000

void
painting_init(struct painting *p)
{
	*p = (struct painting){ .proc = PAINTPROC_NONE, .give_up_at = CLOCK_NEVER, .tick_at = CLOCK_NEVER,
		                .park_at = CLOCK_NEVER, .park_ms = PARK_MS };
}

void
painting_forget_coming(struct painting *p)
{
	free(p->bytes);
	p->bytes = NULL;
	p->len = p->total = 0;
	p->coming = 0;
}

/* After this there is no painter; what is open is gone. */
void
painting_end(struct painting *p)
{
	paintproc_end(&p->proc);
	painting_forget_coming(p);
	p->wanted = 0;
	p->park_serial = p->leave_serial = 0;
	p->give_up_at = p->tick_at = p->park_at = CLOCK_NEVER;
}

void
painting_close(struct painting *p)
{
	painting_end(p);
	free(p->saved);
	free(p->leave);
	unanswered_free(&p->unanswered);
	painting_init(p);
}

static bool
open_work(const struct painting *p)
{
	return p->proc.pid && (p->fed > p->at || p->wanted);
}

static unsigned
tick_ms(const struct keeper *k)
{
	return painting_has_room(k) ? PAINTING_TICK_MS : PAINTING_FULL_TICK_MS;
}

/* It has done something, or something to do has come. */
void
painting_note_progress(struct keeper *k)
{
	struct painting *p = &k->painting;
	uint64_t now = clock_now_ms();

	p->ticks = 0;
	p->tick_at = open_work(p) ? now + tick_ms(k) : CLOCK_NEVER;
	p->park_at = open_work(p) ? CLOCK_NEVER : now + p->park_ms;
	if (!p->wanted)
		p->give_up_at = CLOCK_NEVER;
}

void
painting_lose(struct keeper *k)
{
	struct painting *p = &k->painting;

	p->past = p->past > p->reported ? p->past : p->reported;
	p->past = p->past > p->at ? p->past : p->at;
	if (!painting_has_room(k))
		p->not_before = clock_now_ms() + 1000; /* too slow for what comes: let that pass first */
	p->lost = true;
	p->failures++;
	painting_end(p);
	painting_base_after_loss(k);
	if (p->answering)
		show_redraw_if_full_screen(k);
	show_lost(k);
}

static bool
order(struct keeper *k, const struct paint_order *m)
{
	struct painting *p = &k->painting;
	bool idle = !open_work(p);

	if (paintproc_send(&p->proc, m) < 0) {
		painting_lose(k);
		return false;
	}
	p->orders++;
	if (m->offset > p->fed)
		p->fed = m->offset;
	if (idle)
		painting_note_progress(k);
	return true;
}

/* The sizes since then, each at its place. */
static bool
tell_sizes(struct keeper *k)
{
	struct painting *p = &k->painting;

	for (unsigned i = 0; i < p->size_count; i++) {
		const struct painting_size *s = &p->sizes[i];

		if (!order(k, &(struct paint_order){ .type = PAINT_SIZE, .offset = s->offset, .rows = s->rows,
		                                     .cols = s->cols }))
			return false;
	}
	return true;
}

/* Has a painter there: whether it is. */
static bool
have_painter(struct keeper *k)
{
	struct painting *p = &k->painting;
	struct painter_start start;
	uint64_t now;

	if (p->proc.pid)
		return true;
	now = clock_now_ms();
	if (now < p->not_before)
		return false;
	painting_base_choose(k);
	start = (struct painter_start){ .ring = k->ring.base, .ring_size = k->ring.size, .at = p->base,
		                        .rows = p->base_rows, .cols = p->base_cols,
		                        .scrollback = k->init.scrollback, .saved = p->saved,
		                        .saved_len = p->saved_len };
	if (paintproc_start(&p->proc, &start) < 0) {
		p->not_before = now + 1000;
		return false;
	}
	p->at = p->fed = p->seen = p->base;
	p->orders = 0;
	p->adrift = false;
	/* It comes back soon after it went: better stay for longer. */
	if (p->parked_ms && now - p->parked_ms < PARK_REGRET_MS)
		p->park_ms = p->park_ms < PARK_MS_MAX / 2 ? p->park_ms * 2 : PARK_MS_MAX;
	p->parked_ms = 0;
	return tell_sizes(k);
}

static void
feed(struct keeper *k)
{
	struct paint_order m = { .type = PAINT_FEED, .offset = k->ring.head };

	/* Nobody's queries are to be answered: what the next lines push out need not be eaten. */
	if (!k->painting.answering)
		m.flags = PAINT_LAZY;
	if (have_painter(k) && k->ring.head > k->painting.fed)
		order(k, &m);
}

bool
painting_has_room(const struct keeper *k)
{
	const struct painting *p = &k->painting;

	return !p->proc.pid || k->ring.head + KEEPER_READ_MAX <= p->at + k->ring.size;
}

void
painting_output(struct keeper *k)
{
	struct painting *p = &k->painting;
	uint64_t known = p->proc.pid ? p->fed : p->adrift ? k->ring.head : p->base;
	bool much = k->ring.head - known >= PAINT_LAZY_FEED(k->ring.size);

	if (p->proc.pid && p->fed > p->at)
		return; /* it says when it is there */
	if (k->state == KEEPER_RUNNING ? p->answering || much : !painting_has_room(k))
		feed(k);
}

void
painting_front_changed(struct keeper *k)
{
	struct painting *p = &k->painting;

	unanswered_forget(&p->unanswered, k->front.since);
	if (p->answering && k->front.since > p->from)
		p->from = k->front.since;
}

/* From now on queries are the painter's to answer, and those that nobody can answer any more. */
static void
begin_answering(struct keeper *k)
{
	struct painting *p = &k->painting;

	/* What was in front before this has gone; what somebody could still answer he has. */
	p->from = k->front.since > k->answered ? k->front.since : k->answered;
	p->from = p->from < k->ring.head ? p->from : k->ring.head;
	unanswered_forget(&p->unanswered, p->from);
	if (p->unanswered.len && !k->front.back)
		typing_take(k, k->front.epoch, p->unanswered.bytes, p->unanswered.len);
	unanswered_free(&p->unanswered);
	if (p->proc.pid)
		painting_output(k);
	else if (k->ring.head > p->base)
		feed(k);
}

void
painting_attend(struct keeper *k)
{
	struct painting *p = &k->painting;
	bool wanted = k->state == KEEPER_RUNNING && !attached_listening(k);

	if (wanted == p->answering)
		return;
	p->answering = wanted;
	p->park_ms = PARK_MS;
	p->parked_ms = 0;
	if (wanted)
		begin_answering(k);
}

void
painting_size(struct keeper *k)
{
	struct painting *p = &k->painting;
	struct painting_size *s = painting_base_size(k);

	if (p->proc.pid)
		order(k, &(struct paint_order){ .type = PAINT_SIZE, .offset = s->offset, .rows = s->rows,
		                                .cols = s->cols });
}

/* RENDER and LEAVE: the request's number, or 0. */
uint32_t
painting_ask(struct keeper *k, struct paint_order *m)
{
	struct painting *p = &k->painting;

	if (!have_painter(k))
		return 0;
	if (!++p->serial)
		p->serial = 1;
	m->serial = p->serial;
	if (!order(k, m))
		return 0;
	if (!p->wanted++) {
		p->give_up_at = clock_now_ms() + RENDERING_MS;
		painting_note_progress(k);
	}
	return m->serial;
}

uint32_t
painting_request(struct keeper *k, unsigned rows, unsigned cols, unsigned flags, const char *line)
{
	struct paint_order m = { .type = PAINT_RENDER, .offset = k->ring.head, .rows = (uint16_t)rows,
		                 .cols = (uint16_t)cols, .flags = flags };

	snprintf(m.line, sizeof m.line, "%s", line ? line : "");
	return painting_ask(k, &m);
}

/* It has been idle: asks for what it will leave behind. */
static void
ask_to_park(struct keeper *k)
{
	struct painting *p = &k->painting;
	struct paint_order m = { .type = PAINT_RENDER, .offset = k->ring.head };

	p->park_at = CLOCK_NEVER;
	p->park_serial = painting_ask(k, &m);
	p->park_orders = p->orders;
}

static void
on_painter(void *object, short revents)
{
	(void)revents;
	painting_receive(object);
}

void
painting_watch(struct keeper *k, struct loop *l)
{
	struct painting *p = &k->painting;

	if (!p->proc.pid)
		return;
	loop_add(l, p->proc.fd, POLLIN, on_painter, k);
	loop_until(l, p->tick_at);
	loop_until(l, p->park_at);
	loop_until(l, p->give_up_at);
}

/* Ticks are counted, not time: while all of the machine stands still, none goes by. */
void
painting_turn(struct keeper *k)
{
	struct painting *p = &k->painting;
	uint64_t now;

	painting_attend(k);
	if (!p->proc.pid)
		return;
	now = clock_now_ms();
	if (p->tick_at != CLOCK_NEVER && p->tick_at > now + tick_ms(k))
		p->tick_at = now + tick_ms(k);
	if (now >= p->tick_at) {
		p->tick_at = now + tick_ms(k);
		p->ticks++;
	}
	if (p->ticks >= PAINTING_PATIENCE || now >= p->give_up_at)
		painting_lose(k);
	else if (now >= p->park_at)
		ask_to_park(k);
}
