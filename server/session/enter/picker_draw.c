/* SPDX-License-Identifier: MIT */
#include "picker_draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "age.h"
#include "log.h"

#define LINE_CAP 512

/* A whole frame, so that it is written at once. */
struct frame {
	char bytes[65536];
	size_t len;
};

static void
put(struct frame *f, const char *bytes, size_t len)
{
	if (len > sizeof f->bytes - f->len)
		len = sizeof f->bytes - f->len;
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void
put_text(struct frame *f, const char *text)
{
	put(f, text, strlen(text));
}

/* One line of at most WIDTH columns; its text is printable ASCII already. */
static void __attribute__((format(printf, 3, 4)))
put_line(struct frame *f, unsigned width, const char *fmt, ...)
{
	char line[LINE_CAP];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	len = strlen(line);
	put(f, line, len < width ? len : width);
}

static void
write_all(int tty, const struct frame *f)
{
	/* A terminal that takes nothing now gets the next frame. */
	if (write(tty, f->bytes, f->len) < 0)
		return;
}

static const char *
state_of(const struct attach_status *s)
{
	switch (s->state) {
	case ATTACH_STATE_ATTACHED:
		return "attached";
	case ATTACH_STATE_CLAIMING:
		return "claimed";
	default:
		return "away";
	}
}

static void
put_session(struct frame *f, const struct attach_status *s, bool selected, unsigned width)
{
	char name[4 * NAME_CAP], program[4 * NAME_CAP], from[4 * ADDRESS_CAP], since[AGE_CAP], age[AGE_CAP], size[32];

	log_escape(name, sizeof name, *s->name ? s->name : "-");
	log_escape(program, sizeof program, *s->program ? s->program : "-");
	log_escape(from, sizeof from, *s->address ? s->address : "-");
	age_since(since, s->changed_ms);
	age_since(age, s->created_ms);
	snprintf(size, sizeof size, "%ux%u", s->cols, s->rows);
	if (selected)
		put_text(f, "\033[7m");
	put_line(f, width, "%c%4u %-12.12s %-8s %-8s %-12.12s %-7s %-15.15s %-7s", selected ? '>' : ' ', s->id, name,
	         state_of(s), since, program, size, from, age);
	if (selected)
		put_text(f, "\033[27m");
	put_text(f, "\r\n");
}

static size_t
window_of(const struct picker_view *v)
{
	return v->size.ws_row > PICKER_FRAME ? (size_t)v->size.ws_row - PICKER_FRAME : 1;
}

void
picker_draw_scroll(struct picker_view *v)
{
	size_t window = window_of(v);

	if (v->selected < v->first)
		v->first = v->selected;
	if (v->selected >= v->first + window)
		v->first = v->selected - window + 1;
	/* No empty lines at the end of a window that has grown. */
	if (v->first + window > v->count)
		v->first = v->count > window ? v->count - window : 0;
}

void
picker_draw_list(int tty, const struct picker_view *v)
{
	static struct frame f;
	unsigned width = v->size.ws_col - 1u;
	size_t end = v->first + window_of(v);

	f.len = 0;
	put_text(&f, "\033[H\033[J");
	put_line(&f, width, "%5s %-12s %-17s %-12s %-7s %-15s %s", "ID", "NAME", "", "PROGRAM", "SIZE", "FROM", "AGE");
	put_text(&f, "\r\n");
	for (size_t i = v->first; i < v->count && i < end; i++)
		put_session(&f, v->rows[i], i == v->selected, width);
	put_text(&f, "\r\n");
	put_line(&f, width, "  %s", v->preview);
	put_text(&f, "\r\n");
	put_line(&f, width, "arrows or number, Enter: attach   %sq: leave", v->may_start ? "n: new   " : "");
	write_all(tty, &f);
}

void
picker_draw_how(int tty, const struct attach_status *s, bool may_watch, const struct winsize *size)
{
	char from[4 * ADDRESS_CAP], text[LINE_CAP];
	static struct frame f;

	log_escape(from, sizeof from, s->address);
	snprintf(text, sizeof text, "session %u is attached%s%s: t take over, j join%s, q leave? ", s->id,
	         *from ? " from " : "", from, may_watch ? ", w watch" : "");
	f.len = 0;
	if (size) {
		char where[32];

		snprintf(where, sizeof where, "\033[%u;1H\033[K", size->ws_row);
		put_text(&f, where);
		put_line(&f, size->ws_col - 1u, "%s", text);
	} else {
		put_text(&f, text);
	}
	write_all(tty, &f);
}
