/* SPDX-License-Identifier: MIT */
/*
 * overlaid: what a terminal gets while predictions, as no guesser makes them, are drawn over a program's output and
 * taken back.  The output is standard input.
 *
 * overlaid --at N ROWS COLS SCROLLBACK: the first N bytes, with what was drawn on the way and is taken back at the end.
 *   It has screen-replay's form, so that judges of renderings judge this too.  HOLDFAST_OVERLAY_SEED: another one.
 * overlaid --steps ROWS COLS SEED LONGEST: all of it, in steps of at most LONGEST bytes, each as a line of JSON:
 *   {"at": bytes of the program so far, "out": "what the terminal gets", "drawn": null, or while predictions are drawn
 *   [[row, first column, column behind the last] ...], "cursor": [row, column] of the prediction, or null}
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overlay.h"
#include "screen.h"
#include "scribble.h"

struct state {
	struct screen *base;
	struct overlay *o;
	struct scribble scribble;
	unsigned char *in, *out;
	size_t in_len, out_len, out_cap, at;
};

static void
die(const char *what)
{
	fprintf(stderr, "overlaid: %s\n", what);
	exit(2);
}

static void
sink(void *to, const void *bytes, size_t len)
{
	struct state *st = to;

	if (st->out_len + len > st->out_cap) {
		st->out_cap = 2 * (st->out_len + len);
		st->out = realloc(st->out, st->out_cap);
		if (!st->out)
			die("no memory");
	}
	memcpy(st->out + st->out_len, bytes, len);
	st->out_len += len;
}

static void
read_all(struct state *st)
{
	size_t cap = 1 << 16, n;

	st->in = malloc(cap);
	while (st->in && (n = fread(st->in + st->in_len, 1, cap - st->in_len, stdin)) > 0) {
		st->in_len += n;
		if (st->in_len == cap)
			st->in = realloc(st->in, cap *= 2);
	}
	if (!st->in)
		die("no memory");
}

static void
feed(struct state *st, size_t len)
{
	overlay_before(st->o, st->base, st->in + st->at, len, sink, st);
	screen_feed(st->base, st->in + st->at, len);
	sink(st, st->in + st->at, len);
	st->at += len;
}

static void
draw(struct state *st)
{
	scribble_make(&st->scribble, st->base);
	overlay_draw(st->o, st->base, &st->scribble.want, st->scribble.underline, sink, st);
}

static void
take_back(struct state *st)
{
	overlay_take_back(st->o, st->base, sink, st);
}

/* What may differ from the base: of a prediction also the columns beside it, which it may halve. */
static void
print_drawn(const struct state *st)
{
	const struct overlay_want *want = &st->scribble.want;
	const char *between = "";

	printf("[");
	for (unsigned i = 0; i < want->n && overlay_may(st->base); i++) {
		const struct overlay_cell *c = &want->cells[i];
		unsigned from = c->col ? c->col - 1u : 0u, to = c->col + (c->width == 2 ? 3u : 2u);

		if (c->row < screen_rows(st->base)) {
			printf("%s[%u,%u,%u]", between, c->row, from, to);
			between = ",";
		}
	}
	printf("]");
}

static void
print_step(struct state *st, bool drawn)
{
	const struct overlay_want *want = &st->scribble.want;

	printf("{\"at\":%zu,\"out\":\"", st->at);
	for (size_t i = 0; i < st->out_len; i++)
		printf("%02x", st->out[i]);
	printf("\",\"drawn\":");
	if (drawn)
		print_drawn(st);
	else
		printf("null");
	if (drawn && overlay_may(st->base) && want->cursor && want->row < screen_rows(st->base) &&
	    want->col < screen_cols(st->base))
		printf(",\"cursor\":[%u,%u]}\n", want->row, want->col);
	else
		printf(",\"cursor\":null}\n");
	st->out_len = 0;
}

static size_t
next(struct state *st, size_t longest, size_t end)
{
	size_t len = 1 + scribble_random(&st->scribble, (uint32_t)longest);

	return len < end - st->at ? len : end - st->at;
}

static void
steps(struct state *st, size_t longest)
{
	while (st->at < st->in_len) {
		feed(st, next(st, longest, st->in_len));
		if (scribble_random(&st->scribble, 8)) {
			draw(st);
			print_step(st, true);
		}
		if (scribble_random(&st->scribble, 2)) {
			take_back(st);
			print_step(st, false);
		}
	}
	take_back(st);
	print_step(st, false);
}

static void
up_to(struct state *st, size_t end)
{
	while (st->at < end) {
		feed(st, next(st, end - st->at > 2000 ? 2000 : 20, end));
		draw(st);
		if (scribble_random(&st->scribble, 2))
			take_back(st);
	}
	draw(st);
	take_back(st);
	fwrite(st->out, 1, st->out_len, stdout);
}

int
main(int argc, char **argv)
{
	bool at = argc == 6 && strcmp(argv[1], "--at") == 0, all = argc == 6 && strcmp(argv[1], "--steps") == 0;
	const char *seed = getenv("HOLDFAST_OVERLAY_SEED");
	struct state st = { .at = 0 };

	if (!at && !all)
		die("usage: overlaid --at N ROWS COLS SCROLLBACK | --steps ROWS COLS SEED LONGEST");
	st.base = screen_new((unsigned)atoi(argv[at ? 3 : 2]), (unsigned)atoi(argv[at ? 4 : 3]), 0);
	st.o = overlay_new();
	if (!st.base || !st.o)
		die("no memory");
	read_all(&st);
	if (at) {
		size_t end = strtoul(argv[2], NULL, 10);

		st.scribble.random = (seed ? strtoul(seed, NULL, 10) : 1) + end;
		up_to(&st, end < st.in_len ? end : st.in_len);
	} else {
		st.scribble.random = strtoul(argv[4], NULL, 10);
		steps(&st, strtoul(argv[5], NULL, 10));
	}
	screen_free(st.base);
	overlay_free(st.o);
	free(st.in);
	free(st.out);
	return fflush(stdout) == 0 ? 0 : 1;
}
