/* SPDX-License-Identifier: MIT */
#include "fallback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vtscan.h"

#define ROWS_MAX 512
#define PEN_MAX 256
#define RESYNC_MAX 4096 /* a ring that begins anywhere: look for a line's end this far */

/* DEC private modes that are kept over a resume; ON is the terminal's usual state. */
static const struct mode {
	unsigned number;
	bool on;
	uint64_t needs; /* TERMCAN_* */
} modes[] = {
	{ 1, false, TERMCAN_KEYPAD },     { 7, true, TERMCAN_AUTOWRAP },    { 25, true, TERMCAN_HIDES },
	{ 9, false, TERMCAN_MOUSE },      { 1000, false, TERMCAN_MOUSE },   { 1002, false, TERMCAN_MOUSE },
	{ 1003, false, TERMCAN_MOUSE },   { 1004, false, TERMCAN_FOCUS },   { 1005, false, TERMCAN_MOUSE },
	{ 1006, false, TERMCAN_MOUSE },   { 1015, false, TERMCAN_MOUSE },   { 2004, false, TERMCAN_PASTE },
};

#define MODES (sizeof modes / sizeof *modes)

struct out {
	unsigned char *p;
	size_t len, cap;
	int err;
	const struct termcan *target;
};

static bool
can(const struct out *o, uint64_t abilities)
{
	return !termcan_known(o->target) || (o->target->can & abilities) == abilities;
}

struct state {
	bool mode[MODES];
	bool keypad;     /* DECKPAM */
	bool alternate;
	const unsigned char *alternate_at; /* where it was entered */
};

static void
put(struct out *o, const void *data, size_t len)
{
	if (o->err)
		return;
	if (len > o->cap - o->len) {
		size_t cap = (o->len + len) * 2 + 256;
		unsigned char *p = realloc(o->p, cap);

		if (!p) {
			o->err = -ENOMEM;
			return;
		}
		o->p = p;
		o->cap = cap;
	}
	memcpy(o->p + o->len, data, len);
	o->len += len;
}

static void
put_text(struct out *o, const char *s)
{
	put(o, s, strlen(s));
}

static int
finish(struct out *o, struct fallback *t)
{
	if (o->err) {
		free(o->p);
		return o->err;
	}
	t->bytes = o->p;
	t->len = o->len;
	return 0;
}

static void
state_init(struct state *s)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < MODES; i++)
		s->mode[i] = modes[i].on;
}

static void
set_mode(struct state *s, unsigned number, bool on, const unsigned char *at)
{
	for (size_t i = 0; i < MODES; i++)
		if (modes[i].number == number)
			s->mode[i] = on;
	if (number == 47 || number == 1047 || number == 1049) {
		if (on && !s->alternate)
			s->alternate_at = at;
		s->alternate = on;
	}
}

/* Follows the modes: CSI ? … h and l, DECKPAM, DECKPNM, RIS, DECSTR. */
static void
state_follow(struct state *s, const struct vtscan_token *t)
{
	unsigned number = 0;

	if (t->kind == VTSCAN_ESCAPE && t->len == 2) {
		if (t->final == '=' || t->final == '>')
			s->keypad = t->final == '=';
		else if (t->final == 'c')
			state_init(s);
	}
	if (t->kind != VTSCAN_CSI || t->len < 4 || t->p[2] != '?' || (t->final != 'h' && t->final != 'l'))
		return;
	for (size_t i = 3; i < t->len; i++) {
		if (t->p[i] >= '0' && t->p[i] <= '9') {
			number = number < 100000 ? number * 10 + (unsigned)(t->p[i] - '0') : number;
		} else {
			set_mode(s, number, t->final == 'h', t->p);
			number = 0;
		}
	}
}

/* The begins of the latest rows, as a terminal of COLS columns would have broken them; approximate, and only a cut. */
struct rows {
	const unsigned char *start[ROWS_MAX];
	unsigned count, next, want, cols, col;
};

static void
row_begins(struct rows *r, const unsigned char *at)
{
	r->start[r->next] = at;
	r->next = (r->next + 1) % r->want;
	if (r->count < r->want)
		r->count++;
	r->col = 0;
}

static void
rows_forget(struct rows *r, const unsigned char *at)
{
	r->count = r->next = 0;
	row_begins(r, at);
}

static void
rows_follow_text(struct rows *r, const struct vtscan_token *t)
{
	for (size_t i = 0; i < t->len; i++) {
		if ((t->p[i] & 0xc0) == 0x80)
			continue;
		if (r->col == r->cols)
			row_begins(r, t->p + i);
		r->col++;
	}
}

/* Whether a CSI empties or leaves the screen: CUP home, ED 2 or 3. */
static bool
starts_over(const struct vtscan_token *t)
{
	if (t->kind != VTSCAN_CSI)
		return false;
	return (t->final == 'H' && t->len == 3) ||
	       (t->final == 'J' && t->len == 4 && (t->p[2] == '2' || t->p[2] == '3'));
}

static void
rows_follow(struct rows *r, const struct vtscan_token *t)
{
	if (t->kind == VTSCAN_TEXT) {
		rows_follow_text(r, t);
	} else if (t->kind == VTSCAN_CONTROL) {
		if (*t->p == '\n')
			row_begins(r, t->p + 1);
		else if (*t->p == '\r')
			r->col = 0;
		else if (*t->p == '\b' && r->col)
			r->col--;
		else if (*t->p == '\t')
			r->col = (r->col | 7) + 1 < r->cols ? (r->col | 7) + 1 : r->cols - 1;
	} else if (starts_over(t)) {
		rows_forget(r, t->p);
	}
}

static const unsigned char *
rows_oldest(const struct rows *r)
{
	return r->start[r->count < r->want ? 0 : r->next];
}

/* SGR since the last reset, as it was written: what is on at the cut. */
struct pen {
	unsigned char p[PEN_MAX];
	size_t len;
};

static void
pen_follow(struct pen *pen, const struct vtscan_token *t)
{
	if (t->kind != VTSCAN_CSI || t->final != 'm' || (t->len > 3 && strchr("<=>?", t->p[2])))
		return;
	if (t->len == 3 || (t->p[2] == '0' && (t->len == 4 || t->p[3] == ';')))
		pen->len = 0;
	if (t->len <= sizeof pen->p - pen->len) {
		memcpy(pen->p + pen->len, t->p, t->len);
		pen->len += t->len;
	}
}

static bool
string_is(const struct vtscan_token *t, const char *begin)
{
	size_t len = strlen(begin);

	return t->len >= 2 + len && memcmp(t->p + 2, begin, len) == 0;
}

/* OSC 0, 1, 2 (titles) and 8 (links) that ask nothing; every other string stays out: clipboard, notes, images, DCS. */
static bool
string_may_pass(const struct vtscan_token *t)
{
	if (t->final != ']')
		return false;
	return string_is(t, "0;") || string_is(t, "1;") || string_is(t, "2;") || string_is(t, "8;");
}

/* Queries (DA, DSR, DECRQM, XTVERSION, kitty ?u, window reports) and switches of the screen stay out. */
static bool
csi_may_pass(const struct vtscan_token *t)
{
	unsigned char first = t->len > 3 ? t->p[2] : 0;

	switch (t->final) {
	case 'c': case 'n': case 't': case 'x': case 'i':
		return false;
	case 'q':
		return first != '>' && first != '=';
	case 'p':
		return t->len == 4 && first == '!';
	case 'u':
		return first == 0;
	case 'm':
		return !first || !strchr("<=>?", first);
	case 'h': case 'l':
		/* The modes worth keeping are set at the end; only autowrap changes what the text in between does. */
		return first != '?' || (t->len == 5 && t->p[3] == '7');
	default:
		return t->final >= 0x40;
	}
}

/* Whether the terminal, which is not like xterm, takes each parameter of the SGR T by itself. */
static bool
sgr_may_pass(const struct out *o, const struct vtscan_token *t)
{
	unsigned v = 0;

	for (size_t i = 2; i < t->len; i++) {
		if (t->p[i] >= '0' && t->p[i] <= '9') {
			v = v < 1000 ? v * 10 + (unsigned)(t->p[i] - '0') : v;
			continue;
		}
		if ((t->p[i] != ';' && t->p[i] != 'm') || v > 49 || v == 38 || v == 48 ||
		    (v >= 30 && o->target->colours < 8))
			return false;
		v = 0;
	}
	return true;
}

/* Of the sequences that a terminal takes which is not like xterm: positions, erasing, SGR. */
static bool
basic_may_pass(const struct out *o, const struct vtscan_token *t)
{
	if (t->kind == VTSCAN_TEXT || t->kind == VTSCAN_CONTROL)
		return true;
	if (t->kind != VTSCAN_CSI || !can(o, TERMCAN_ECMA48) || strchr("<=>?", t->p[2]))
		return false;
	return t->final == 'm' ? sgr_may_pass(o, t) : strchr("ABCDHJK", t->final) != NULL;
}

static bool
may_pass(const struct vtscan_token *t)
{
	switch (t->kind) {
	case VTSCAN_TEXT:
		return true;
	case VTSCAN_CONTROL:
		return *t->p != '\a' && *t->p != 0x05;
	case VTSCAN_CSI:
		return csi_may_pass(t);
	case VTSCAN_STRING:
		return string_may_pass(t);
	case VTSCAN_ESCAPE:
		return t->final != 'c' && t->final != 'Z';
	default:
		return false;
	}
}

/* Skips to a place where no sequence can be open: behind the first end of a line. */
static size_t
resync(const unsigned char *p, size_t len)
{
	size_t look = len < RESYNC_MAX ? len : RESYNC_MAX;
	const unsigned char *lf = memchr(p, '\n', look);

	return lf ? (size_t)(lf - p) + 1 : 0;
}

/* Pass one: where the last rows of the main screen begin and end, and the state at the end. */
static void
survey(const unsigned char *p, size_t len, struct rows *rows, struct state *s, struct vtscan_token *last)
{
	struct vtscan scan;
	struct vtscan_token t;

	state_init(s);
	row_begins(rows, p);
	vtscan_init(&scan, p, len);
	last->kind = VTSCAN_END;
	while (vtscan_next(&scan, &t) != VTSCAN_END) {
		bool was_alternate = s->alternate;

		state_follow(s, &t);
		if (!was_alternate && !s->alternate)
			rows_follow(rows, &t);
		*last = t;
	}
}

static void
put_modes(struct out *o, const struct state *s, bool want_usual)
{
	char text[32];

	for (size_t i = 0; i < MODES; i++)
		if (s->mode[i] != modes[i].on && can(o, modes[i].needs)) {
			bool on = want_usual ? modes[i].on : s->mode[i];

			snprintf(text, sizeof text, "\033[?%u%c", modes[i].number, on ? 'h' : 'l');
			put_text(o, text);
		}
	if (s->keypad && can(o, TERMCAN_KEYPAD))
		put_text(o, want_usual ? "\033>" : "\033=");
}

/* Pass two: the bytes from CUT to END that may pass, those of the alternate screen left out. */
static void
copy_rows(struct out *o, const unsigned char *p, const unsigned char *cut, const unsigned char *end)
{
	struct vtscan scan;
	struct vtscan_token t;
	struct state s;
	struct pen pen = { .len = 0 };
	bool copying = false;

	state_init(&s);
	vtscan_init(&scan, p, (size_t)(end - p));
	while (vtscan_next(&scan, &t) != VTSCAN_END) {
		const unsigned char *from = t.p;

		state_follow(&s, &t);
		if (!copying && t.p + t.len > cut) {
			copying = true;
			if (can(o, TERMCAN_XTERM))
				put(o, pen.p, pen.len);
			/* A cut may fall into a run of text, where a row was broken. */
			from = cut > t.p && t.kind == VTSCAN_TEXT ? cut : t.p;
		}
		pen_follow(&pen, &t);
		if (copying && !s.alternate && may_pass(&t) && (can(o, TERMCAN_XTERM) || basic_may_pass(o, &t)))
			put(o, from, (size_t)(t.p + t.len - from));
	}
}

/* The main or the alternate screen, if the terminal has two. */
static void
put_screen(struct out *o, bool alternate)
{
	if (can(o, TERMCAN_ALTERNATE))
		put_text(o, alternate ? "\033[?1049h" : "\033[?1049l");
	else if (can(o, TERMCAN_ALTERNATE_47))
		put_text(o, alternate ? "\0337\033[?47h" : "\033[?47l\0338");
}

/* Moves the screen up into the terminal's own scrollback, then the line about the resume. */
static void
put_head(struct out *o, unsigned rows, const char *line)
{
	char text[32];

	if (can(o, TERMCAN_ECMA48)) {
		put_screen(o, false);
		put_text(o, can(o, TERMCAN_REGION) ? "\033[r\033[0m" : "\033[0m");
		snprintf(text, sizeof text, "\033[%u;1H", rows);
		put_text(o, text);
	}
	for (unsigned i = 0; i < rows; i++)
		put_text(o, "\n");
	put_text(o, can(o, TERMCAN_ECMA48) ? "\033[H" : "\r");
	if (line) {
		put_text(o, can(o, TERMCAN_ECMA48 | TERMCAN_DIM) ? "\033[2m" : "");
		put_text(o, line);
		put_text(o, can(o, TERMCAN_ECMA48) ? "\033[0m\r\n" : "\r\n");
	}
}

int
fallback_render(struct fallback *t, const unsigned char *output, size_t len, bool whole, unsigned rows, unsigned cols,
                const char *line, const struct termcan *target)
{
	struct rows r = { .want = rows < 2 ? 2 : rows > ROWS_MAX ? ROWS_MAX : rows, .cols = cols ? cols : 80 };
	size_t skip = whole ? 0 : resync(output, len);
	struct out o = { .target = target };
	struct vtscan_token last;
	struct state s;

	survey(output + skip, len - skip, &r, &s, &last);
	put_head(&o, r.want, line);
	copy_rows(&o, output + skip, rows_oldest(&r), s.alternate ? s.alternate_at : output + len);
	if (s.alternate && can(&o, TERMCAN_ECMA48)) {
		put_screen(&o, true);
		put_text(&o, "\033[0m\033[H\033[J");
	}
	put_modes(&o, &s, false);
	/* The rest of a sequence that has begun comes with the live bytes. */
	if (last.kind == VTSCAN_PARTIAL && can(&o, TERMCAN_ECMA48))
		put(&o, last.p, last.len);
	t->alternate = s.alternate;
	return finish(&o, t);
}

int
fallback_leave(struct fallback *t, const unsigned char *output, size_t len, bool whole,
               const struct termcan *target)
{
	struct rows r = { .want = 2, .cols = 80 };
	size_t skip = whole ? 0 : resync(output, len);
	struct out o = { .target = target };
	struct vtscan_token last;
	struct state s;

	survey(output + skip, len - skip, &r, &s, &last);
	put_text(&o, can(&o, TERMCAN_ECMA48) ? "\030\033[0m" : "\r\n");
	put_modes(&o, &s, true);
	if (s.alternate)
		put_screen(&o, false);
	t->alternate = s.alternate;
	return finish(&o, t);
}
