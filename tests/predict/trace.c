/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdio.h>
#include <string.h>

/* As in taken.h. */
#define QUIET 25.0
#define SOON 100.0
#define SLOWER 2u
#define SLOW_TIMES 32
#define LINE_CAP (1 << 20)

static const char *
value_of(const char *line, const char *name)
{
	char quoted[32];
	const char *at;

	snprintf(quoted, sizeof quoted, "\"%s\":", name);
	at = strstr(line, quoted);
	return at ? at + strlen(quoted) : NULL;
}

static double
number_of(const char *line, const char *name)
{
	const char *at = value_of(line, name);

	return at ? strtod(at, NULL) : 0;
}

static void
string_of(const char *line, const char *name, char *out, size_t cap)
{
	const char *at = value_of(line, name);
	size_t n = 0;

	for (at = at && *at == '"' ? at + 1 : ""; *at && *at != '"' && n + 1 < cap; at++)
		out[n++] = *at;
	out[n] = '\0';
}

static size_t
hex_of(const char *line, const char *name, unsigned char **out)
{
	const char *at = value_of(line, name);
	size_t n;

	at = at ? at + 1 : "";
	n = strcspn(at, "\"") / 2;
	*out = malloc(n + 1);
	for (size_t i = 0; i < n; i++) {
		char two[3] = { at[2 * i], at[2 * i + 1], 0 };
		(*out)[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	return n;
}

static void
read_tty(const char *line, struct frame_tty *tty)
{
	unsigned char *cc;
	size_t n = hex_of(line, "cc", &cc);

	tty->modes = (uint32_t)number_of(line, "modes");
	tty->front = (uint32_t)number_of(line, "front");
	string_of(line, "program", tty->program, sizeof tty->program);
	memcpy(tty->cc, cc, n < sizeof tty->cc ? n : sizeof tty->cc);
	free(cc);
}

/* One way of the line: until when what was sent before is on its way again. */
struct way { double until; };

static struct way up, down;
static struct trace_line line_is;
static double lag, last; /* LAG: of the host, since the last key; LAST: when something happened there */
static uint64_t chance;

/* When a packet that is sent at T is there, but for the time that the line always takes. */
static double
arrives(struct way *w, double t)
{
	/* xorshift64, as wire.c */
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	if (chance % 1000 < line_is.loss && t + TRACE_AGAIN * line_is.rtt > w->until)
		w->until = t + TRACE_AGAIN * line_is.rtt;
	return t > w->until ? t : w->until;
}

/* When that happens at the host which was recorded at T. */
static double
at_host(double t, bool is_key)
{
	double at = is_key ? arrives(&up, t) : t + lag;

	at = at > last ? at : last;
	lag = is_key ? at - t + line_is.busy * (double)(chance % 997) / 997 : lag;
	return last = at;
}

/* What the keeper's next TAKEN is made of. */
static struct {
	uint64_t typed, taken, written;
	double moved, assumed; /* ASSUMED: 0: something has happened since */
	unsigned slower, slow;
	bool canonical, kernel;
} keeper;

static void
add_taken(struct trace *trace, double t, bool certain)
{
	trace->events = trace_more(trace->events, trace->n_events, sizeof *trace->events);
	trace->events[trace->n_events++] = (struct event){
		.t = arrives(&down, t), .kind = EV_TAKEN, .taken = { keeper.typed, keeper.written, certain } };
	keeper.taken = keeper.typed;
}

/* Before what happens at T. */
static void
take_before(struct trace *trace, double t)
{
	double quiet = QUIET * (1 + keeper.slower);

	if (keeper.taken == keeper.typed || t - keeper.moved < quiet)
		return;
	add_taken(trace, keeper.moved + quiet, false);
	keeper.assumed = keeper.moved + quiet;
	if (keeper.slower && --keeper.slow == 0) {
		keeper.slower--;
		keeper.slow = SLOW_TIMES;
	}
}

/* Output at T, or input. */
static void
stir(double t, bool is_output)
{
	if (is_output && keeper.assumed && t - keeper.assumed <= SOON) {
		keeper.slower += keeper.slower < SLOWER;
		keeper.slow = SLOW_TIMES;
	}
	keeper.assumed = 0;
	keeper.moved = t;
}

/* Behind E, at T. */
static void
take_behind(struct trace *trace, const struct event *e, double t)
{
	switch (e->kind) {
	case EV_KEY:
		keeper.kernel = keeper.canonical && (keeper.kernel || keeper.taken == keeper.typed);
		keeper.typed = e->offset + e->len;
		stir(t, false);
		break;
	case EV_OUT:
		keeper.written = e->offset;
		stir(t, true);
		if (keeper.kernel && keeper.taken < keeper.typed)
			add_taken(trace, t, true);
		break;
	case EV_TTY:
		keeper.canonical = (e->tty.modes & FRAME_TTY_ICANON) && (e->tty.modes & FRAME_TTY_ECHO);
		keeper.kernel = keeper.kernel && keeper.canonical;
		break;
	case EV_TAKEN:
		break;
	}
}

static void
read_event(struct trace *trace, const char *line, uint64_t *typed, uint64_t *written)
{
	double t = number_of(line, "t"), at = at_host(t, value_of(line, "key") != NULL);
	struct event *e;

	take_before(trace, at);
	trace->events = trace_more(trace->events, trace->n_events, sizeof *trace->events);
	e = &trace->events[trace->n_events++];
	*e = (struct event){ .t = t, .delay = -1 };
	if (value_of(line, "key")) {
		e->len = hex_of(line, "key", &e->bytes);
		e->offset = *typed;
		*typed += e->len;
		e->secret = value_of(line, "secret") != NULL;
		e->paste = value_of(line, "paste") != NULL;
	} else if (value_of(line, "out")) {
		e->kind = EV_OUT;
		e->len = hex_of(line, "out", &e->bytes);
		e->offset = *written += e->len;
	} else if (value_of(line, "tty")) {
		e->kind = EV_TTY;
		read_tty(line, &e->tty);
	} else {
		trace->n_events--;
		return;
	}
	if (e->kind != EV_KEY)
		e->t = arrives(&down, at);
	struct event done = *e;
	take_behind(trace, &done, at);
}

void
trace_read(struct trace *t, const struct trace_line *over)
{
	char *line = malloc(LINE_CAP);
	uint64_t typed = 0, written = 0;

	if (!line || !fgets(line, LINE_CAP, stdin))
		exit(2);
	line_is = *over;
	chance = over->seed * 2654435761u + 88172645463325252u;
	string_of(line, "program", t->program, sizeof t->program);
	t->rows = (unsigned)number_of(line, "rows");
	t->cols = (unsigned)number_of(line, "cols");
	while (fgets(line, LINE_CAP, stdin))
		read_event(t, line, &typed, &written);
	free(line);
}
