/* SPDX-License-Identifier: MIT */
#include "skip_walk.h"

#include <string.h>

#include "model.h"
#include "print.h"
#include "skip_scan.h"

/* A control sequence with at most two numbers, the first behind a '?' or not. */
struct sequence {
	unsigned n[2];
	char final;
	bool private;
	size_t len;
};

#define NUMBER_MAX 10000
#define DEL 0x7f

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The cells of row Y from FROM up to, not including, TO are written. */
static inline void
touch(struct skip_walk *w, unsigned y, unsigned from, unsigned to)
{
	uint64_t *bits = w->here + y * w->words;
	uint64_t first = UINT64_MAX << from % 64, last = UINT64_MAX >> (64 - to % 64) % 64;

	if (from >= to)
		return;
	bits += from / 64;
	to = (to - 1) / 64 - from / 64;
	if (to == 0) {
		*bits |= first & last;
		return;
	}
	*bits++ |= first;
	while (--to)
		*bits++ = UINT64_MAX;
	*bits |= last;
}

/* Row Y no longer goes on with the one above; with MARKS, it has no more of those. */
static void
part_row(struct skip_walk *w, unsigned y, bool marks)
{
	touch(w, y, w->cols, w->cols + 1 + marks);
}

static void
touch_rows(struct skip_walk *w, unsigned from, unsigned to)
{
	for (; from < to; from++)
		touch(w, from, 0, w->cols + SKIP_ROW_BITS);
}

/* N characters of one column each.  False: they leave the row. */
static inline bool
print(struct skip_walk *w, size_t n)
{
	if (w->pending || n > w->cols - w->x)
		return false;
	touch(w, w->y, w->x, w->x + (unsigned)n);
	w->x += (unsigned)n;
	if (w->x == w->cols) {
		w->x--;
		w->pending = true;
	}
	return true;
}

static bool
control(struct skip_walk *w, unsigned char b)
{
	switch (b) {
	case SKIP_SHIFT_IN:
	case SKIP_SHIFT_OUT:
		return false;
	case '\b':
		if (w->pending || !w->x)
			return false;
		w->x--;
		break;
	case '\t':
		if (w->pending)
			return false;
		while (w->x < w->cols - 1 && !w->s->tabs[++w->x])
			;
		break;
	case '\n':
	case '\v':
	case '\f':
		if (w->y == w->rows - 1)
			return false;
		w->y++;
		w->x = mode(w->s, MODE_NEWLINE) ? 0 : w->x;
		w->pending = false;
		part_row(w, w->y, false);
		break;
	case '\r':
		w->x = 0;
		w->pending = false;
		break;
	}
	w->text = false;
	return true;
}

static void
move(struct skip_walk *w, unsigned x, unsigned y)
{
	w->x = least(x, w->cols - 1);
	w->y = least(y, w->rows - 1);
	w->pending = false;
}

static void
begin_part(struct skip_walk *w, size_t offset)
{
	w->here = w->written + w->parts * w->rows * w->words;
	w->part[w->parts++] = offset;
}

static bool
erase(struct skip_walk *w, bool display, unsigned what)
{
	unsigned right = w->pending ? w->cols : w->x;

	if (what > 2)
		return false;
	w->pending = false;
	touch(w, w->y, what == 0 ? right : 0, what == 1 ? w->x + 1 : w->cols);
	if (what == 2 || (what == 0 && right == 0))
		part_row(w, w->y, true);
	if (display && what != 1)
		touch_rows(w, w->y + 1, w->rows);
	if (display && what != 0)
		touch_rows(w, 0, w->y);
	if (display && what == 1) {
		part_row(w, w->y, false);
		if (w->x == w->cols - 1 && w->y + 1 < w->rows)
			part_row(w, w->y + 1, false);
	}
	return true;
}

/* Modes that change nothing but themselves: the last one counts, wherever it stands. */
static bool
switches(struct skip_walk *w, const unsigned char *p, const struct sequence *q)
{
	unsigned kind = q->n[0] == 25 ? 0 : q->n[0] == 12 ? 1 : 2;

	if ((kind == 2 && q->n[0] != 2026) || q->n[1] || (q->final != 'h' && q->final != 'l'))
		return false;
	w->switched[kind] = p;
	w->switched_len[kind] = q->len;
	return true;
}

static bool
obey(struct skip_walk *w, const struct sequence *q)
{
	unsigned n = q->n[0] ? q->n[0] : 1;

	switch (q->final) {
	case 'A':
		move(w, w->x, w->y - least(n, w->y));
		return true;
	case 'B':
		move(w, w->x, w->y + n);
		return true;
	case 'C':
		move(w, w->x + n, w->y);
		return true;
	case 'D':
		if (w->pending || n > w->x)
			return false;
		w->x -= n;
		return true;
	case 'G':
	case '`':
		move(w, n - 1, w->y);
		return true;
	case 'H':
	case 'f':
		move(w, (q->n[1] ? q->n[1] : 1) - 1, n - 1);
		return true;
	case 'J':
	case 'K':
		return erase(w, q->final == 'J', q->n[0]);
	case 'X':
		touch(w, w->y, w->x, least(w->x + n, w->cols));
		w->pending = false;
		return true;
	case 'b':
		return w->text && print(w, n);
	case 'd':
		move(w, w->x, n - 1);
		return true;
	}
	return false;
}

/* The numbers of a sequence, LEN bytes.  False: it has more than that. */
static bool
read_numbers(struct sequence *q, const unsigned char *p, size_t len)
{
	unsigned k = 0;

	q->n[0] = q->n[1] = 0;
	for (size_t i = 0; i < len; i++)
		if (p[i] == ':' || (p[i] == ';' && k++))
			return false;
		else if (p[i] != ';' && (q->n[k] = q->n[k] * 10 + (p[i] - '0')) > NUMBER_MAX)
			return false;
	return true;
}

static inline void
note_sgr(struct skip_walk *w, const unsigned char *p, size_t len)
{
	w->text = false;
	if (__builtin_expect(!w->sgr.resets, false))
		skip_sgr_note(&w->sgr, p, len);
}

/* Does what the control sequence at OFFSET of P says; its length, or 0. */
static size_t
sequence(struct skip_walk *w, const unsigned char *p, size_t offset, size_t len)
{
	struct sequence q = { .private = p[offset + 2] == '?' };
	size_t head = q.private ? 3 : 2, n;

	p += offset;
	len -= offset;
	n = skip_numbers_length(p + head, len - head);
	if (head + n == len)
		return 0;
	q.final = (char)p[head + n];
	q.len = head + n + 1;
	if (q.final == 'm' && !q.private) {
		note_sgr(w, p, q.len);
		return q.len;
	}
	w->text = w->text && q.final == 'b';
	if (!read_numbers(&q, p + head, n))
		return 0;
	if ((q.final == 'H' || q.final == 'f') && !q.private && w->parts < SKIP_PARTS &&
	    offset - w->part[w->parts - 1] >= w->step)
		begin_part(w, offset);
	if (q.private ? !switches(w, p, &q) : !obey(w, &q))
		return 0;
	w->text = false;
	return q.len;
}

/* The same with any escape sequence. */
static size_t
escape(struct skip_walk *w, const unsigned char *p, size_t offset, size_t len)
{
	if (len - offset > 2 && p[offset + 1] == '[')
		return sequence(w, p, offset, len);
	w->text = false;
	return len - offset > 2 && p[offset + 1] == '(' && p[offset + 2] == 'B' && w->s->charsets.g[0] == 'B' ? 3 : 0;
}

size_t
skip_walk(struct skip_walk *w, const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		__builtin_prefetch(p + i + SKIP_AHEAD);
		if (p[i] == SKIP_ESC) {
			n = escape(w, p, i, len);
		} else if (p[i] >= ' ' && p[i] < DEL) {
			n = print_run_length(p + i, len - i);
			if (!print(w, n))
				return i;
			w->text = true;
		} else if (p[i] >= 0x80) {
			n = skip_character_length(p + i, len - i);
			if (n && !print(w, 1))
				return i;
			w->text = true;
		} else {
			n = control(w, p[i]);
		}
		if (!n)
			return i;
		i += n;
	}
	return i;
}
