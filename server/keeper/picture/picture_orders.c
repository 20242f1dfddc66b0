/* SPDX-License-Identifier: MIT */
#include "picture_orders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "picture_base.h"
#include "picture_private.h"
#include "screen.h"
#include "session.h"
#include "state.h"

#define PARK_REGRET_MS 60000

void
picture_forget_coming(struct picture *p)
{
	free(p->bytes);
	p->bytes = NULL;
	p->len = p->total = 0;
	p->coming = 0;
}

void
picture_end(struct picture *p)
{
	painter_process_end(&p->proc);
	picture_forget_coming(p);
	p->wanted = 0;
	p->park_serial = p->leave_serial = 0;
	p->give_up_at = p->tick_at = p->park_at = CLOCK_NEVER;
	picture_print_lost(&p->print);
}

bool
picture_has_room(const struct keeper *k)
{
	const struct picture *p = k->picture;

	return !p->proc.pid || k->ring.head + KEEPER_READ_MAX <= p->at + k->ring.size;
}

static bool
open_work(const struct picture *p)
{
	return p->proc.pid && (p->fed > p->at || p->wanted);
}

unsigned
picture_tick_ms(const struct keeper *k)
{
	return picture_has_room(k) ? PICTURE_TICK_MS : PICTURE_FULL_TICK_MS;
}

/* It has done something, or something to do has come. */
void
picture_note_progress(struct keeper *k)
{
	struct picture *p = k->picture;
	uint64_t now = clock_now_ms();

	p->ticks = 0;
	p->tick_at = open_work(p) ? now + picture_tick_ms(k) : CLOCK_NEVER;
	p->park_at = open_work(p) ? CLOCK_NEVER : now + p->park_ms;
	if (!p->wanted)
		p->give_up_at = CLOCK_NEVER;
}

void
picture_lose(struct keeper *k)
{
	struct picture *p = k->picture;

	p->past = p->past > p->reported ? p->past : p->reported;
	p->past = p->past > p->at ? p->past : p->at;
	if (!picture_has_room(k))
		p->not_before = clock_now_ms() + 1000; /* too slow for this output: let that pass first */
	p->lost = true;
	p->failures++;
	picture_end(p);
	picture_base_after_loss(k);
	if (p->answering)
		session_nudge_if_full_screen(k);
	p->events->lost(k);
}

static bool
order(struct keeper *k, const struct paint_order *m)
{
	struct picture *p = k->picture;
	bool idle = !open_work(p);

	if (painter_process_send(&p->proc, m) < 0) {
		picture_lose(k);
		return false;
	}
	p->orders++;
	if (m->offset > p->fed)
		p->fed = m->offset;
	if (idle)
		picture_note_progress(k);
	return true;
}

_Static_assert(THEME_KNOWN == SCREEN_COLOUR_KNOWN && sizeof((struct screen_terminal *)0)->colour ==
               sizeof((struct keeper *)0)->colours, "colours go as they are");

/* An order that says what is known of the person's own terminal. */
static bool
order_terminal(struct keeper *k, struct paint_order *m)
{
	m->xpixel = k->size.ws_xpixel;
	m->ypixel = k->size.ws_ypixel;
	memcpy(m->colours, k->colours, sizeof m->colours);
	return order(k, m);
}

/* Tells the new painter the sizes since the base, each at its offset. */
static bool
tell_sizes(struct keeper *k)
{
	struct picture *p = k->picture;

	for (unsigned i = 0; i < p->size_count; i++) {
		const struct picture_size *s = &p->sizes[i];

		if (!order_terminal(k, &(struct paint_order){ .type = PAINT_SIZE, .offset = s->offset, .rows = s->rows,
		                                              .cols = s->cols }))
			return false;
	}
	return true;
}

/* Starts a painter, if there is none.  Whether there is one now. */
static bool
have_painter(struct keeper *k)
{
	struct picture *p = k->picture;
	struct painter_start start;
	uint64_t now;
	int rc;

	if (p->proc.pid)
		return true;
	now = clock_now_ms();
	if (p->none || now < p->not_before)
		return false;
	picture_base_choose(k);
	start = (struct painter_start){ .ring = k->ring.base, .ring_size = k->ring.size, .at = p->base,
		                        .rows = p->base_rows, .cols = p->base_cols,
		                        .scrollback = k->init.scrollback, .saved = picture_base_open(k),
		                        .saved_len = p->saved_len };
	start.terminal.xpixel = k->size.ws_xpixel;
	start.terminal.ypixel = k->size.ws_ypixel;
	memcpy(start.terminal.colour, k->colours, sizeof k->colours);
	rc = start.saved || !p->saved_len ? painter_process_start(&p->proc, &start) : -ENOMEM;
	picture_base_close(k, start.saved);
	if (rc < 0) {
		p->not_before = now + 1000;
		return false;
	}
	p->at = p->fed = p->seen = p->base;
	p->orders = 0;
	p->turned = false;
	p->adrift = false;
	/* It was needed again soon after it had gone: the next one stays for longer. */
	if (p->parked_ms && now - p->parked_ms < PARK_REGRET_MS)
		p->park_ms = p->park_ms < PICTURE_PARK_MS_MAX / 2 ? p->park_ms * 2 : PICTURE_PARK_MS_MAX;
	p->parked_ms = 0;
	return tell_sizes(k);
}

void
picture_feed(struct keeper *k)
{
	struct paint_order m = { .type = PAINT_FEED, .offset = k->ring.head };

	/* A terminal answers the queries: lines that the next ones push out need not be read. */
	if (!k->picture->answering)
		m.flags = PAINT_LAZY;
	if (k->picture->leaving && !k->picture->proc.pid)
		return;
	if (have_painter(k) && k->ring.head > k->picture->fed)
		order(k, &m);
}

void
picture_output(struct keeper *k)
{
	struct picture *p = k->picture;
	uint64_t known = p->proc.pid ? p->fed : p->adrift ? k->ring.head : p->base;
	bool much = k->ring.head - known >= PAINT_LAZY_FEED(k->ring.size);

	if (p->proc.pid && p->fed > p->at)
		return; /* it says when it is there */
	if (k->state == KEEPER_RUNNING ? p->answering || much : !picture_has_room(k))
		picture_feed(k);
}

uint32_t
picture_ask(struct keeper *k, struct paint_order *m)
{
	struct picture *p = k->picture;

	p->leaving = p->leaving && p->proc.pid;
	if (!have_painter(k))
		return 0;
	if (!++p->serial)
		p->serial = 1;
	m->serial = p->serial;
	if (!order(k, m))
		return 0;
	if (!p->wanted++) {
		p->give_up_at = clock_now_ms() + PICTURE_ORDER_MS;
		picture_note_progress(k);
	}
	return m->serial;
}

void
picture_tell_size(struct keeper *k, const struct picture_size *s)
{
	if (k->picture->proc.pid)
		order_terminal(k, &(struct paint_order){ .type = PAINT_SIZE, .offset = s->offset, .rows = s->rows,
		                                         .cols = s->cols });
}

void
picture_tell_terminal(struct keeper *k, bool turned)
{
	/* No output has to be eaten for that, unless it has to be known whether a program waits for it. */
	struct paint_order m = { .type = PAINT_TERMINAL, .offset = turned ? k->ring.head : k->picture->at,
		                 .flags = turned ? PAINT_TURNED : 0 };

	if (turned && !k->picture->leaving ? have_painter(k) : k->picture->proc.pid > 0)
		k->picture->turned = order_terminal(k, &m) && turned;
}
