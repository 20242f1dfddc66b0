/* SPDX-License-Identifier: MIT */
#include "picture_replies.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "clock.h"
#include "heap.h"
#include "picture_base.h"
#include "picture_orders.h"
#include "picture_private.h"
#include "screen.h"
#include "state.h"

#define LEAVE_MS 100
#define TEXT_MS 500
#define PROGRESS 32768    /* eaten: less does not count, but for the last of it */
#define SAVED_MAX 2097152 /* a rendering that is longer is not kept: better keep the painter */

/* The painter goes although there may be output behind its rendering, which the next one reads. */
static void
leave(struct keeper *k, unsigned char *bytes, size_t len)
{
	struct picture *p = k->picture;

	if (len <= SAVED_MAX)
		picture_base_set(k, p->park_offset, bytes, len);
	else
		free(bytes);
	picture_end(p);
}

static void
park(struct keeper *k, unsigned char *bytes, size_t len)
{
	struct picture *p = k->picture;

	if (p->leaving && p->size_count == p->park_sizes) {
		leave(k, bytes, len);
		return;
	}
	if (len > SAVED_MAX)
		p->park_ms = PICTURE_PARK_MS_MAX;
	if (len > SAVED_MAX || p->orders != p->park_orders) {
		free(bytes);
		return;
	}
	picture_base_set(k, p->fed, bytes, len);
	picture_end(p);
	p->parked_ms = clock_now_ms();
	heap_trim();
}

/* All of a request's bytes are there. */
static void
complete(struct keeper *k)
{
	struct picture *p = k->picture;
	uint32_t serial = p->coming;
	unsigned char *bytes = p->bytes;
	size_t len = p->len;

	p->bytes = NULL;
	picture_forget_coming(p);
	p->wanted--;
	p->failures = 0;
	p->give_up_at = clock_now_ms() + PICTURE_ORDER_MS; /* for the next one, if there is one */
	picture_note_progress(k);
	if (serial == p->leave_serial) {
		p->leave_serial = 0;
		free(p->leave);
		p->leave = bytes;
		p->leave_len = len;
	} else if (serial == p->park_serial) {
		p->park_serial = 0;
		park(k, bytes, len);
	} else if (!picture_print_take(&p->print, serial, bytes, len)) {
		p->events->rendered(k, serial, bytes, len);
	}
}

/* The messages of a painter: 0, or -EBADMSG when the painter may not send it now. */

static int
on_at(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;

	if (m->offset < p->at || m->offset > p->fed)
		return -EBADMSG;
	p->at = m->offset;
	if (p->at - p->seen >= PROGRESS || p->at == p->fed) {
		p->seen = p->at;
		picture_note_progress(k);
	}
	picture_output(k);
	return 0;
}

/* The painter has left output for later: that counts as not fed, unless another order has come meanwhile. */
static int
on_rests(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;

	if (m->offset < p->at || m->offset > p->fed || m->number > p->fed - m->offset || m->number > PAINT_REST(k->ring.size))
		return -EBADMSG;
	if (p->fed == m->offset + m->number)
		p->fed = m->offset;
	return on_at(k, m);
}

/* The offset of the query says which terminal had to answer it, and whether the program that asked is still there. */
static int
on_report(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;

	if (m->offset < p->at || m->offset > p->fed)
		return -EBADMSG;
	p->reported = m->offset;
	if (m->offset <= p->past)
		return 0;
	if (!p->answering)
		answers_kept_add(&p->kept, m->offset, m->data, m->len);
	else if (m->offset > p->from && !k->front.back)
		answers_take(k, k->front.epoch, m->data, m->len);
	return 0;
}

/* As a terminal reports it whose person has chosen another theme: to a program, and never to a shell. */
static int
on_theme(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;
	char report[16];
	int len;

	if (!p->turned || (m->number != SCREEN_DARK && m->number != SCREEN_LIGHT))
		return -EBADMSG;
	p->turned = false;
	len = snprintf(report, sizeof report, "\033[?997;%un", m->number);
	answers_take(k, k->front.epoch, (const unsigned char *)report, (size_t)len);
	return 0;
}

static int
on_total(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;

	if (p->coming || !p->wanted || !m->serial || m->serial > p->serial || m->number > PAINT_RENDER_MAX ||
	    m->offset > SCREEN_CONTROL_MODE)
		return -EBADMSG;
	p->coming = m->serial;
	p->string = (unsigned)m->offset;
	p->len = 0;
	p->total = m->number;
	p->give_up_at = clock_now_ms() + PICTURE_ORDER_MS;
	if (!p->total) {
		complete(k);
		return 0;
	}
	p->bytes = malloc(p->total);
	return p->bytes ? 0 : -ENOMEM;
}

static int
on_bytes(struct keeper *k, const struct paint_reply *m)
{
	struct picture *p = k->picture;
	size_t left = p->total - p->len;

	if (!p->coming || m->serial != p->coming || m->len != (left < PAINT_DATA_MAX ? left : PAINT_DATA_MAX))
		return -EBADMSG;
	memcpy(p->bytes + p->len, m->data, m->len);
	p->len += m->len;
	if (p->len == p->total)
		complete(k);
	else
		picture_note_progress(k);
	return 0;
}

/* It works on a rendering, and nothing of that has come yet.  The time for all of it is not any longer. */
static int
on_busy(struct keeper *k)
{
	if (!k->picture->wanted || k->picture->coming)
		return -EBADMSG;
	picture_note_progress(k);
	return 0;
}

static int
handle(struct keeper *k, const struct paint_reply *m)
{
	switch (m->type) {
	case PAINT_AT:
		return on_at(k, m);
	case PAINT_RESTS:
		return on_rests(k, m);
	case PAINT_REPORT:
		return on_report(k, m);
	case PAINT_THEME:
		return on_theme(k, m);
	case PAINT_BUSY:
		return on_busy(k);
	case PAINT_TOTAL:
		return on_total(k, m);
	default:
		return on_bytes(k, m);
	}
}

void
picture_receive(struct keeper *k)
{
	struct picture *p = k->picture;

	for (int i = 0; i < 64 && p->proc.pid; i++) {
		struct paint_reply m;
		int rc = painter_process_receive(&p->proc, &m);

		if (rc == 0)
			return;
		if (rc < 0 || handle(k, &m) < 0) {
			if (p->proc.pid)
				picture_lose(k);
			return;
		}
	}
}

/* Gives the order M, and waits for the bytes that it asks for, at most WAIT_MS. */
static int
ask_and_wait(struct keeper *k, struct paint_order *m, unsigned wait_ms, unsigned char **bytes, size_t *len)
{
	struct picture *p = k->picture;
	uint64_t end = clock_now_ms() + wait_ms, now;
	uint32_t serial;

	free(p->leave);
	p->leave = NULL;
	serial = p->leave_serial = picture_ask(k, m);
	while (serial && p->leave_serial == serial && (now = clock_now_ms()) < end) {
		struct pollfd one = { .fd = p->proc.fd, .events = POLLIN };

		if (poll(&one, 1, (int)(end - now)) > 0)
			picture_receive(k);
	}
	p->leave_serial = 0;
	if (!p->leave)
		return -ETIMEDOUT;
	*bytes = p->leave;
	*len = p->leave_len;
	p->leave = NULL;
	return 0;
}

int
picture_leave(struct keeper *k, const struct termcan *target, unsigned char **bytes, size_t *len)
{
	struct paint_order m = { .type = PAINT_LEAVE, .offset = k->ring.head, .target = *target };

	return ask_and_wait(k, &m, LEAVE_MS, bytes, len);
}

int
picture_text(struct keeper *k, bool scrollback, unsigned char **bytes, size_t *len)
{
	struct paint_order m = { .type = PAINT_TEXT, .offset = k->ring.head, .flags = scrollback ? 0 : PAINT_NO_SCROLLBACK };

	return ask_and_wait(k, &m, TEXT_MS, bytes, len);
}
