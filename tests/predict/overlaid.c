/* SPDX-License-Identifier: MIT */
/*
 * overlaid: what a terminal gets while predictions, as no guesser makes them, are drawn over a program's output and
 * taken back.  The output is standard input.
 *
 * overlaid --at N ROWS COLS SCROLLBACK: the first N bytes, with what was drawn on the way and is taken back at the end.
 *   It has screen-replay's form, so that judges of renderings judge this too.  HOLDFAST_OVERLAY_SEED: another one.
 * overlaid --steps ROWS COLS SEED LONGEST: all of it, in steps (steps.h) of at most LONGEST bytes.
 * overlaid --used ROWS COLS SEED LONGEST: the same, for a terminal that was used before.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "overlay.h"
#include "screen.h"
#include "scribble.h"
#include "steps.h"

struct state {
	struct screen *base;
	struct overlay *o;
	struct scribble scribble;
	unsigned char *in;
	size_t in_len, at;
	struct steps steps;
};

static void
die(const char *what)
{
	fprintf(stderr, "overlaid: %s\n", what);
	exit(2);
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
	overlay_before(st->o, st->base, st->in + st->at, len, steps_put, &st->steps);
	screen_feed(st->base, st->in + st->at, len);
	steps_program(&st->steps, st->in + st->at, len);
	st->at += len;
}

static void
draw(struct state *st)
{
	scribble_make(&st->scribble, st->base);
	overlay_draw(st->o, st->base, &st->scribble.want, st->scribble.underline, steps_put, &st->steps);
}

static void
take_back(struct state *st)
{
	overlay_take_back(st->o, st->base, steps_put, &st->steps);
}

static size_t
next(struct state *st, size_t longest, size_t end)
{
	size_t len = 1 + scribble_random(&st->scribble, (uint32_t)longest);

	return len < end - st->at ? len : end - st->at;
}

static void
in_steps(struct state *st, size_t longest)
{
	while (st->at < st->in_len) {
		feed(st, next(st, longest, st->in_len));
		if (scribble_random(&st->scribble, 8)) {
			draw(st);
			steps_end(&st->steps, st->base, &st->scribble.want);
		}
		if (scribble_random(&st->scribble, 2)) {
			take_back(st);
			steps_end(&st->steps, st->base, NULL);
		}
	}
	take_back(st);
	steps_end(&st->steps, st->base, NULL);
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
	fwrite(st->steps.out, 1, st->steps.len, stdout);
}

int
main(int argc, char **argv)
{
	bool at = argc == 6 && strcmp(argv[1], "--at") == 0, used = argc == 6 && strcmp(argv[1], "--used") == 0;
	bool all = used || (argc == 6 && strcmp(argv[1], "--steps") == 0);
	const char *seed = getenv("HOLDFAST_OVERLAY_SEED");
	struct state st = { .steps.to = all ? stdout : NULL };

	if (!at && !all)
		die("usage: overlaid --at N ROWS COLS SCROLLBACK | --steps|--used ROWS COLS SEED LONGEST");
	st.base = screen_new((unsigned)atoi(argv[at ? 3 : 2]), (unsigned)atoi(argv[at ? 4 : 3]), 0);
	st.o = overlay_new();
	if (!st.base || !st.o)
		die("no memory");
	if (!used)
		screen_shown(st.base, true);
	read_all(&st);
	if (at) {
		size_t end = strtoul(argv[2], NULL, 10);

		st.scribble.random = (seed ? strtoul(seed, NULL, 10) : 1) + end;
		up_to(&st, end < st.in_len ? end : st.in_len);
	} else {
		st.scribble.random = strtoul(argv[4], NULL, 10);
		in_steps(&st, strtoul(argv[5], NULL, 10));
	}
	screen_free(st.base);
	overlay_free(st.o);
	free(st.in);
	free(st.steps.out);
	return fflush(stdout) == 0 ? 0 : 1;
}
