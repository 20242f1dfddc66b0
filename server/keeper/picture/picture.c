/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "clock.h"
#include "painter_sandbox.h"
#include "peers.h"
#include "picture_base.h"
#include "picture_orders.h"
#include "picture_private.h"
#include "picture_replies.h"
#include "screen.h"

#define BACKGROUND 1 /* of the colours */

int
picture_open(struct keeper *k, const struct picture_events *events)
{
	k->picture = malloc(sizeof *k->picture);
	if (!k->picture)
		return -ENOMEM;
	*k->picture = (struct picture){ .events = events, .none = !painter_can_be_confined(),
		                        .proc = PAINTER_PROCESS_NONE, .give_up_at = CLOCK_NEVER,
		                        .tick_at = CLOCK_NEVER, .park_at = CLOCK_NEVER, .park_ms = PICTURE_PARK_MS };
	asked_begin(&k->picture->asked);
	return 0;
}

void
picture_close(struct keeper *k)
{
	struct picture *p = k->picture;

	if (!p)
		return;
	picture_end(p);
	free(p->saved);
	free(p->leave);
	answers_kept_free(&p->kept);
	free(p);
	k->picture = NULL;
}

bool
picture_answers(const struct keeper *k)
{
	return k->picture->answering;
}

bool
picture_is_lossy(const struct keeper *k)
{
	return k->picture->lost;
}

void
picture_forget_loss(struct keeper *k)
{
	k->picture->lost = false;
}

unsigned
picture_string(const struct keeper *k)
{
	return k->picture->string;
}

void
picture_front_changed(struct keeper *k)
{
	struct picture *p = k->picture;

	answers_kept_forget(&p->kept, k->front.since);
	if (p->answering && k->front.since > p->from)
		p->from = k->front.since;
}

void
picture_printed(struct keeper *k, uint64_t before)
{
	asked_output(&k->picture->asked, k, before);
}

/* From now on the painter answers queries, also those that no terminal can answer any more. */
static void
begin_answering(struct keeper *k)
{
	struct picture *p = k->picture;
	uint64_t over = asked_over(&k->picture->asked, k);

	/* The programs before this one have gone; and a terminal has answered the queries that it could. */
	p->from = k->front.since > k->answered ? k->front.since : k->answered;
	p->from = p->from > over ? p->from : over;
	p->from = p->from < k->ring.head ? p->from : k->ring.head;
	answers_kept_forget(&p->kept, p->from);
	if (p->kept.len && !k->front.back)
		answers_take(k, k->front.epoch, p->kept.bytes, p->kept.len);
	answers_kept_free(&p->kept);
	if (p->proc.pid)
		picture_output(k);
	else if (k->ring.head > p->base)
		picture_feed(k);
}

void
picture_attend(struct keeper *k)
{
	struct picture *p = k->picture;
	bool wanted = k->state == KEEPER_RUNNING && !peers_listen(k);

	if (wanted == p->answering)
		return;
	p->answering = wanted;
	p->park_ms = PICTURE_PARK_MS;
	p->parked_ms = 0;
	if (wanted)
		begin_answering(k);
}

void
picture_size(struct keeper *k)
{
	picture_tell_size(k, picture_base_size(k));
}

void
picture_terminal(struct keeper *k, uint32_t was)
{
	uint32_t is = k->colours[BACKGROUND];

	picture_tell_terminal(k, was && is && screen_colour_is_light(was) != screen_colour_is_light(is));
}

uint32_t
picture_request(struct keeper *k, unsigned rows, unsigned cols, unsigned flags, const char *line,
                const struct termcan *target)
{
	struct paint_order m = { .type = PAINT_RENDER, .offset = k->ring.head, .rows = (uint16_t)rows,
		                 .cols = (uint16_t)cols, .flags = flags, .target = *target };

	snprintf(m.line, sizeof m.line, "%s", line ? line : "");
	return picture_ask(k, &m);
}

int
picture_print(struct keeper *k, struct paint_order *m, picture_printed_to *done, void *object)
{
	struct picture *p = k->picture;
	bool is_long = !(m->flags & PAINT_NO_SCROLLBACK);
	uint32_t serial;

	if (p->wanted)
		return -EAGAIN;
	if (is_long && clock_now_ms() < p->long_prints_at)
		return -EFBIG;
	serial = picture_ask(k, m);
	if (!serial)
		return -ENOTSUP;
	p->print = (struct picture_print){ .serial = serial, .is_long = is_long, .done = done, .object = object };
	return 0;
}

void
picture_print_forget(struct keeper *k, const void *object)
{
	if (k->picture)
		picture_print_forgotten(&k->picture->print, object);
}

/* The painter is stuck: if a print was all that it had to do, the next painter is not asked for it at once. */
static void
give_up(struct keeper *k)
{
	struct picture *p = k->picture;

	if (p->print.serial && p->print.is_long)
		p->long_prints_at = clock_now_ms() + PICTURE_NO_PRINT_MS;
	picture_lose(k);
}

/* The painter has been idle: asks for the rendering that it will leave behind. */
static void
ask_to_park(struct keeper *k)
{
	struct picture *p = k->picture;
	struct paint_order m = { .type = PAINT_RENDER, .offset = k->ring.head };

	p->park_at = CLOCK_NEVER;
	p->park_serial = picture_ask(k, &m);
	p->park_orders = p->orders;
	p->park_offset = m.offset;
	p->park_sizes = p->size_count;
}

bool
picture_let_go(struct keeper *k)
{
	struct picture *p = k->picture;

	p->leaving = true;
	if (p->proc.pid && !p->park_serial)
		ask_to_park(k);
	return !p->proc.pid;
}

void
picture_go_on(struct keeper *k)
{
	k->picture->leaving = false;
}

static void
on_painter(void *object, short revents)
{
	(void)revents;
	picture_receive(object);
}

void
picture_watch(struct keeper *k, struct loop *l)
{
	struct picture *p = k->picture;

	if (!p->proc.pid)
		return;
	loop_add(l, p->proc.fd, POLLIN, on_painter, k);
	loop_until(l, p->tick_at);
	loop_until(l, p->park_at);
	loop_until(l, p->give_up_at);
}

/* Ticks are counted, not time: while all of the machine stands still, none goes by. */
void
picture_turn(struct keeper *k)
{
	struct picture *p = k->picture;
	uint64_t now;

	picture_attend(k);
	if (!p->proc.pid)
		return;
	now = clock_now_ms();
	if (p->tick_at != CLOCK_NEVER && p->tick_at > now + picture_tick_ms(k))
		p->tick_at = now + picture_tick_ms(k);
	if (now >= p->tick_at) {
		p->tick_at = now + picture_tick_ms(k);
		p->ticks++;
	}
	if (p->ticks >= PICTURE_PATIENCE || now >= p->give_up_at)
		give_up(k);
	else if (now >= p->park_at)
		ask_to_park(k);
}
