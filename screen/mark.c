/* SPDX-License-Identifier: MIT */
#include "mark.h"

#include <string.h>

#include "model.h"
#include "out.h"
#include "trail.h"

#define VSCODE 0x80u /* of the first byte of an encoded mark */

/* A parameter of a prompt: which bits of struct mark's says have its value, counted from 1; 0: not said. */
static const struct {
	const char *name, *values[5];
	unsigned shift, mask;
} params[] = {
	{ "k", { "i", "c", "s", "r" }, 0, 7 },
	{ "redraw", { "0", "1", "last" }, 3, 3 },
	{ "special_key", { "0", "1" }, 5, 3 },
	{ "click_events", { "0", "1", "2" }, 7, 3 },
	{ "cl", { "line", "m", "v", "w" }, 9, 7 },
};
#define NPARAMS (sizeof params / sizeof *params)
#define EXPLICIT 0x8000u /* P: a prompt that begins in the line that there is */
#define KIND(says) ((says) & 7u)
#define KIND_RIGHT 4u

static bool
is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

static uint16_t
read_param(const char *text, size_t len)
{
	const char *value = memchr(text, '=', len);
	size_t name_len = value ? (size_t)(value - text) : len, value_len = value ? len - name_len - 1 : 0;

	for (size_t i = 0; value && i < NPARAMS; i++)
		for (unsigned v = 0; is(text, name_len, params[i].name) && v < 5 && params[i].values[v]; v++)
			if (is(value + 1, value_len, params[i].values[v]))
				return (uint16_t)((v + 1) << params[i].shift);
	return 0;
}

/* What the parameters in TEXT say of a prompt: each that is known, the first time that it is named. */
static uint16_t
read_prompt(const char *text, size_t len)
{
	uint16_t says = 0;

	while (len) {
		const char *end = memchr(text, ';', len);
		size_t n = end ? (size_t)(end - text) : len;
		uint16_t one = read_param(text, n);

		for (size_t i = 0; i < NPARAMS; i++)
			if (one >> params[i].shift & params[i].mask && !(says >> params[i].shift & params[i].mask))
				says |= one;
		n += end != NULL;
		text += n;
		len -= n;
	}
	return says;
}

/* The status that TEXT begins with. */
static uint16_t
read_status(const char *text, size_t len)
{
	unsigned status = 0;
	size_t i = 0;

	for (; i < len && i < 3 && text[i] >= '0' && text[i] <= '9'; i++)
		status = status * 10 + (unsigned)(text[i] - '0');
	return i && (i == len || text[i] == ';') && status <= 255 ? (uint16_t)(MARK_STATUS | status) : 0;
}

static bool
read_mark(struct mark *mark, const char *text, size_t len)
{
	const char *more = text + 1;
	size_t more_len = len ? len - 1 : 0;

	if (!len || (more_len && *more != ';'))
		return false;
	if (more_len) {
		more++;
		more_len--;
	}
	switch (*text) {
	case 'A':
	case 'N':
		*mark = (struct mark){ .kind = MARK_PROMPT, .says = read_prompt(more, more_len) };
		return true;
	case 'P':
		*mark = (struct mark){ .kind = MARK_PROMPT, .says = EXPLICIT | read_prompt(more, more_len) };
		return true;
	case 'B':
	case 'I':
		*mark = (struct mark){ .kind = MARK_INPUT };
		return true;
	case 'C':
		*mark = (struct mark){ .kind = MARK_OUTPUT };
		return true;
	case 'D':
		*mark = (struct mark){ .kind = MARK_END, .says = read_status(more, more_len) };
		return true;
	}
	return false;
}

/* A prompt begins in row Y: the output before it and its end are to stand before it too. */
static void
end_before_prompt(struct screen *s, unsigned y)
{
	struct marks *m = &s->row[y]->marks;
	struct mark mark;

	for (enum mark_kind kind = MARK_OUTPUT; kind <= MARK_END; kind++) {
		if (!s->row[y]->cont) {
			m->at[kind] = 0;
		} else if (y > 0 && marks_get(m, kind, m->at[kind], &mark)) {
			marks_set(&s->row[y - 1]->marks, &mark, s->cols);
			m->has &= (uint8_t)~(1 << kind);
		}
	}
}

static void
set_prompt(struct screen *s, const struct mark *mark)
{
	struct marks *m = &s->row[s->y]->marks;

	/* A prompt within another one, as the right one. */
	if (mark->says & EXPLICIT && (KIND(mark->says) == KIND_RIGHT || m->has & 1 << MARK_PROMPT))
		return;
	/* A trail would say it where the cursor is. */
	if (s->x == 0 && !s->shift)
		trail_note(s, TRAIL_MARK, MARK_PROMPT);
	else
		trail_drop(s->row[s->y]);
	end_before_prompt(s, s->y);
	/* Its own input is still to come. */
	m->has &= (uint8_t)~(1 << MARK_INPUT);
	marks_set(m, mark, 0);
}

void
mark_osc(struct screen *s, bool vscode, const char *text, size_t len)
{
	unsigned x = s->x + s->pending, y = s->y;
	struct mark mark;

	if (s->alternate || !read_mark(&mark, text, len))
		return;
	mark.vscode = vscode;
	if (vscode && mark.says & EXPLICIT)
		return;
	if (mark.kind == MARK_PROMPT) {
		set_prompt(s, &mark);
		return;
	}
	/* Between two rows of a line it stands at the end of the first. */
	if (x == 0 && s->row[y]->cont) {
		if (y == 0)
			return;
		y--;
		x = s->cols;
	}
	if (s->pending || y != s->y)
		trail_drop(s->row[y]);
	else
		trail_note(s, TRAIL_MARK, mark.kind);
	marks_set(&s->row[y]->marks, &mark, x);
}

void
marks_set(struct marks *m, const struct mark *mark, unsigned at)
{
	m->has |= (uint8_t)(1 << mark->kind);
	m->vscode = (uint8_t)((m->vscode & ~(1 << mark->kind)) | mark->vscode << mark->kind);
	m->at[mark->kind] = mark->kind == MARK_PROMPT ? 0 : (uint16_t)at;
	if (mark->kind == MARK_PROMPT)
		m->prompt = mark->says;
	else if (mark->kind == MARK_END)
		m->end = mark->says;
}

unsigned
marks_next(const struct marks *m, unsigned from)
{
	unsigned next = MARKS_NO_MORE;

	for (unsigned kind = 0; kind < MARK_KINDS; kind++)
		if (m->has & 1 << kind && m->at[kind] >= from && m->at[kind] < next)
			next = m->at[kind];
	return next;
}

bool
marks_get(const struct marks *m, enum mark_kind kind, unsigned at, struct mark *mark)
{
	if (!(m->has & 1 << kind) || m->at[kind] != at)
		return false;
	*mark = (struct mark){ .kind = kind, .vscode = m->vscode >> kind & 1 };
	if (kind == MARK_PROMPT)
		mark->says = m->prompt;
	else if (kind == MARK_END)
		mark->says = m->end;
	return true;
}

bool
marks_equal(const struct marks *a, const struct marks *b)
{
	struct mark x, y;

	if (a->has != b->has)
		return false;
	for (enum mark_kind kind = 0; kind < MARK_KINDS; kind++)
		if (a->has & 1 << kind &&
		    (!marks_get(a, kind, a->at[kind], &x) || !marks_get(b, kind, a->at[kind], &y) ||
		     x.vscode != y.vscode || x.says != y.says))
			return false;
	return true;
}

void
mark_write(struct out *out, const struct mark *mark)
{
	char letter = mark->says & EXPLICIT ? 'P' : "CDAB"[mark->kind];

	if (!out_can(out, TERMCAN_MARKS))
		return;
	out_format(out, "\033]%s;%c", mark->vscode ? "633" : "133", letter);
	if (mark->kind == MARK_PROMPT)
		for (size_t i = 0; i < NPARAMS; i++) {
			unsigned v = mark->says >> params[i].shift & params[i].mask;

			if (v)
				out_format(out, ";%s=%s", params[i].name, params[i].values[v - 1]);
		}
	else if (mark->says & MARK_STATUS)
		out_format(out, ";%u", mark->says & 0xffu);
	out_text(out, "\033\\");
}

void
mark_encode(const struct mark *mark, unsigned char *bytes)
{
	bytes[0] = (unsigned char)(mark->kind | (mark->vscode ? VSCODE : 0));
	bytes[1] = (unsigned char)(mark->says >> 8);
	bytes[2] = (unsigned char)mark->says;
}

struct mark
mark_decode(const unsigned char *bytes)
{
	return (struct mark){ .kind = bytes[0] & ~VSCODE, .vscode = (bytes[0] & VSCODE) != 0,
		              .says = (uint16_t)(bytes[1] << 8 | bytes[2]) };
}
