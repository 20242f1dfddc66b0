/* SPDX-License-Identifier: MIT */
/*
 * Plays recorded typing (trace.h) to the guesser: the host's part of a trace comes a round trip later than it was
 * recorded.  Prints what a person saw, as score.py counts it.
 *
 * usage: simulate [-v] [-l LOSS] [-b BUSY] [-r SEED] [-o CHUNKS] [-s STEPS] RTT <TRACE
 *   -v  names each key that was late, and each character that was wrong
 *   -l  so many of 1000 packets are lost, and -b  an answer is up to so many ms late, chosen by SEED (trace.h)
 *   -o  writes what the terminal gets, in lines "MS HEX", for watch.mjs
 *   -s  writes the same in steps (steps.h), with what is unconfirmed underlined, for judge_overlay.mjs
 * prints: PROGRAM RTT keys N shown N wrong N longest MS secrets N leaked N right N us US
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frame_tty.h"
#include "guess.h"
#include "look.h"
#include "overlay.h"
#include "screen.h"
#include "steps.h"
#include "trace.h"

#define AT_ONCE 50.0
#define GLIMPSE 10.0
#define TOGETHER 2.0
#define SLACK 60.0

struct change { double t; uint32_t code; };
struct cell_past { struct change *c; unsigned n, cap; };
struct span { double from, to; unsigned row, col; uint32_t code; bool open; };

static struct trace trace;
static struct cell_past *past;
static struct span *spans;
static unsigned n_spans;
static double rtt, slack = SLACK;
static bool verbose;
static FILE *chunks;
static struct steps steps;

static uint32_t
code_of(const char *text, size_t len)
{
	uint32_t code = 0;

	if (len == 1 && text[0] == ' ')
		return 0;
	for (size_t i = 0; i < len; i++)
		code = code * 257 + (unsigned char)text[i];
	return code;
}

static uint32_t
base_code(const struct screen *s, unsigned row, unsigned col)
{
	struct look_cell c;

	look_cell(s, row, col, &c);
	return code_of(c.text, c.len);
}

/* The one character of a key that is counted, as a code; 0: it is none. */
static uint32_t
key_code(const struct event *e)
{
	size_t want = e->len == 0 ? 0 : e->bytes[0] < 0x80 ? 1 : e->bytes[0] < 0xe0 ? 2 : e->bytes[0] < 0xf0 ? 3 : 4;

	if (e->kind != EV_KEY || e->secret || e->paste || e->len != want || e->bytes[0] <= ' ' || e->bytes[0] == 0x7f)
		return 0;
	return code_of((const char *)e->bytes, e->len);
}

static void
note_past(const struct screen *s, double t)
{
	for (unsigned y = 0; y < trace.rows; y++)
		for (unsigned x = 0; x < trace.cols; x++) {
			struct cell_past *p = &past[y * trace.cols + x];
			uint32_t code = base_code(s, y, x);

			if (code == (p->n ? p->c[p->n - 1].code : 0))
				continue;
			p->c = trace_more(p->c, p->n, sizeof *p->c);
			p->c[p->n++] = (struct change){ t, code };
		}
}

/* The code that a cell had just before the change that was noted last at T. */
static uint32_t
code_before(unsigned row, unsigned col, double t)
{
	const struct cell_past *p = &past[row * trace.cols + col];
	unsigned n = p->n;

	while (n && p->c[n - 1].t >= t)
		n--;
	return n ? p->c[n - 1].code : 0;
}

/* A piece of output, at T, had the cursor BEFORE: which of the keys of FIRST … LAST it shows. */
static void
place_keys(const struct screen *s, struct look_cursor before, double t, unsigned first, unsigned last)
{
	struct look_cursor after;
	unsigned row = before.row, col = before.col;

	look_cursor(s, &after);
	if (before.pending) {
		row++;
		col = 0;
	}
	for (unsigned i = first; i < last; i++) {
		struct event *e = &trace.events[i];
		uint32_t code = key_code(e);
		struct look_cell c;

		if (!code || e->placed || e->t > t || t - e->t > 1000 || row >= trace.rows || col >= trace.cols)
			continue;
		if (base_code(s, row, col) != code)
			continue;
		if (!(after.row > row || (after.row == row && after.col > col) || after.pending ||
		    code_before(row, col, t) != code))
			continue;
		e->placed = true;
		e->row = row;
		e->col = col;
		look_cell(s, row, col, &c);
		col += c.width;
		/* Those before it are none. */
		for (unsigned k = first; k < i; k++)
			if (!trace.events[k].placed)
				trace.events[k].late_named = true;
	}
}

/* What plain ssh shows, without the round trip. */
static void
find_truth(void)
{
	struct screen *s = screen_new(trace.rows, trace.cols, 0);
	unsigned first = 0;

	past = calloc(trace.rows * trace.cols, sizeof *past);
	for (unsigned i = 0; i < trace.n_events;) {
		struct look_cursor before;
		double t = trace.events[i].t;

		if (trace.events[i].kind != EV_OUT) {
			i++;
			continue;
		}
		look_cursor(s, &before);
		for (; i < trace.n_events && (trace.events[i].kind != EV_OUT || trace.events[i].t - t < TOGETHER); i++)
			if (trace.events[i].kind == EV_OUT) {
				screen_feed(s, trace.events[i].bytes, trace.events[i].len);
				note_past(s, trace.events[i].t);
			} else if (trace.events[i].kind == EV_KEY && trace.events[i].t - t >= TOGETHER) {
				break;
			}
		place_keys(s, before, t, first, i);
		while (first < i && trace.events[first].t < t - 1000)
			first++;
	}
	screen_free(s);
}

/* Whether the truth, seen a round trip later, has CODE in the cell at some time from FROM to TO. */
static bool
truth_has(unsigned row, unsigned col, uint32_t code, double from, double to)
{
	const struct cell_past *p = &past[row * trace.cols + col];
	uint32_t now = 0;

	for (unsigned i = 0; i < p->n && p->c[i].t + rtt <= to; i++) {
		if (p->c[i].t + rtt > from && now == code)
			return true;
		now = p->c[i].code;
	}
	return now == code;
}

static void
put_chunk(void *to, const void *bytes, size_t len)
{
	(void)to;
	for (size_t i = 0; chunks && i < len; i++)
		fprintf(chunks, "%02x", ((const unsigned char *)bytes)[i]);
	steps_put(&steps, bytes, len);
}

struct view {
	struct screen *base;
	struct guess *guess;
	struct overlay *overlay;
	const struct overlay_want *want;
	bool may;
};

static uint32_t
view_code(const struct view *v, unsigned row, unsigned col)
{
	for (unsigned i = 0; v->may && i < v->want->n; i++)
		if (v->want->cells[i].row == row && v->want->cells[i].col == col &&
		    overlay_may_cell(v->base, row, col, v->want->cells[i].width))
			return code_of(v->want->cells[i].text, v->want->cells[i].len);
	return base_code(v->base, row, col);
}

/* Opens and closes the spans of predicted cells. */
static void
note_spans(const struct view *v, double t)
{
	for (unsigned i = 0; i < n_spans; i++) {
		struct span *s = &spans[i];

		if (s->open && view_code(v, s->row, s->col) != s->code) {
			s->open = false;
			s->to = t;
		}
	}
	for (unsigned i = 0; v->may && i < v->want->n; i++) {
		const struct overlay_cell *c = &v->want->cells[i];
		uint32_t code = code_of(c->text, c->len);
		bool open = code == 0 || !overlay_may_cell(v->base, c->row, c->col, c->width);

		for (unsigned k = 0; !open && k < n_spans; k++)
			open = spans[k].open && spans[k].row == c->row && spans[k].col == c->col;
		if (open)
			continue;
		spans = trace_more(spans, n_spans, sizeof *spans);
		spans[n_spans++] = (struct span){ .from = t, .row = c->row, .col = c->col, .code = code, .open = true };
	}
}

static void
note_seen(const struct view *v, double t)
{
	struct look_cursor cursor;
	unsigned row, col;

	look_cursor(v->base, &cursor);
	row = v->may && v->want->cursor ? v->want->row : cursor.row;
	col = v->may && v->want->cursor ? v->want->col : cursor.col + cursor.pending;
	for (unsigned i = 0; i < trace.n_events; i++) {
		struct event *e = &trace.events[i];

		if (!e->placed || e->seen || e->t > t || t - e->t > rtt + 3000)
			continue;
		if (view_code(v, e->row, e->col) == key_code(e) && (row > e->row || (row == e->row && col > e->col))) {
			e->seen = true;
			e->delay = t - e->t;
		}
	}
}

static void
show(struct view *v, double t)
{
	v->want = guess_want(v->guess, v->base);
	v->may = overlay_may(v->base);
	if (chunks)
		fprintf(chunks, "%.2f ", t);
	overlay_draw(v->overlay, v->base, v->want, steps.to != NULL, put_chunk, NULL);
	steps_end(&steps, v->base, v->want);
	if (chunks)
		fprintf(chunks, "\n");
	note_spans(v, t);
	note_seen(v, t);
}

static void
happen(struct view *v, struct event *e, double t)
{
	struct frame_tty tty = e->tty;

	switch (e->kind) {
	case EV_KEY:
		guess_keys(v->guess, v->base, e->bytes, e->len, e->offset, (uint64_t)t, e->paste);
		break;
	case EV_OUT:
		if (chunks)
			fprintf(chunks, "%.2f ", t);
		overlay_before(v->overlay, v->base, e->bytes, e->len, put_chunk, NULL);
		put_chunk(NULL, e->bytes, e->len);
		steps.at += e->len;
		if (chunks)
			fprintf(chunks, "\n");
		screen_feed(v->base, e->bytes, e->len);
		guess_output(v->guess, v->base, e->offset, (uint64_t)t);
		break;
	case EV_TTY:
		guess_tty(v->guess, &tty);
		break;
	case EV_TAKEN:
		guess_taken(v->guess, v->base, &e->taken);
		break;
	}
	show(v, t);
}

static double
cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Keys at their time, what the host did a round trip later. */
static void
play(struct view *v)
{
	unsigned key = 0, host = 0;

	for (;;) {
		while (key < trace.n_events && trace.events[key].kind != EV_KEY)
			key++;
		while (host < trace.n_events && trace.events[host].kind == EV_KEY)
			host++;
		if (key >= trace.n_events && host >= trace.n_events)
			return;
		if (key < trace.n_events &&
		    (host >= trace.n_events || trace.events[key].t <= trace.events[host].t + rtt)) {
			happen(v, &trace.events[key], trace.events[key].t);
			key++;
		} else {
			happen(v, &trace.events[host], trace.events[host].t + rtt);
			host++;
		}
	}
}

static bool
is_leak(const struct span *s)
{
	for (unsigned i = 0; i < trace.n_events; i++) {
		const struct event *e = &trace.events[i];

		if (e->secret && e->t <= s->from && s->from <= e->t + rtt + 1000 &&
		    code_of((const char *)e->bytes, e->len) == s->code)
			return true;
	}
	return false;
}

static void
print_figures(const struct view *v, double us)
{
	unsigned keys = 0, shown = 0, wrong = 0, secrets = 0, leaked = 0;
	struct guess_count count;
	double longest = 0;

	for (unsigned i = 0; i < trace.n_events; i++) {
		struct event *e = &trace.events[i];

		secrets += e->secret;
		keys += e->placed;
		shown += e->placed && e->delay >= 0 && e->delay <= AT_ONCE;
		if (verbose && e->placed && !(e->delay >= 0 && e->delay <= AT_ONCE))
			printf("  late: %.0f ms %.*s at %u,%u after %.0f\n", e->t, (int)e->len, (const char *)e->bytes,
			    e->row, e->col, e->delay);
	}
	for (unsigned i = 0; i < n_spans; i++) {
		struct span *s = &spans[i];

		if (s->open)
			s->to = trace.events[trace.n_events - 1].t + rtt;
		leaked += is_leak(s);
		if (s->to - s->from < GLIMPSE ||
		    truth_has(s->row, s->col, s->code, s->from - SLACK, s->to + rtt + slack))
			continue;
		wrong++;
		longest = s->to - s->from > longest ? s->to - s->from : longest;
		if (verbose)
			printf("  wrong: %.0f to %.0f ms at %u,%u code %x\n", s->from, s->to, s->row, s->col, s->code);
	}
	guess_counts(v->guess, &count);
	printf("%-10s %4.0f keys %4u shown %5.1f wrong %3u longest %4.0f ", trace.program, rtt, keys,
	    keys ? 100.0 * shown / keys : 0, wrong, longest);
	printf("secrets %2u leaked %u right %llu us %.1f\n", secrets, leaked, (unsigned long long)count.right, us);
}

int
main(int argc, char **argv)
{
	struct view v;
	struct trace_line line = { .seed = 1 };
	double begin;
	int c;

	while ((c = getopt(argc, argv, "vl:b:r:o:s:")) != -1) {
		if (c == 'v')
			verbose = true;
		else if (c == 'l')
			line.loss = (unsigned)atoi(optarg);
		else if (c == 'b')
			line.busy = atof(optarg);
		else if (c == 'r')
			line.seed = strtoull(optarg, NULL, 10);
		else if (c == 's' ? !(steps.to = fopen(optarg, "w")) : c != 'o' || !(chunks = fopen(optarg, "w")))
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	line.rtt = rtt = strtod(argv[optind], NULL);
	slack += line.busy + (line.loss ? TRACE_AGAIN * 2 * rtt : 0);
	trace_read(&trace, &line);
	find_truth();
	v = (struct view){ .guess = guess_new(), .overlay = overlay_new() };
	v.base = screen_new(trace.rows, trace.cols, 0);
	if (!v.base || !v.guess || !v.overlay)
		return 2;
	begin = cpu_us();
	play(&v);
	print_figures(&v, trace.n_events ? (cpu_us() - begin) / trace.n_events : 0);
	guess_free(v.guess);
	overlay_free(v.overlay);
	screen_free(v.base);
	free(steps.out);
	if (steps.to && fclose(steps.to) != 0)
		return 2;
	return chunks && fclose(chunks) != 0 ? 2 : 0;
}
