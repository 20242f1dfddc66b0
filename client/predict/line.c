/* SPDX-License-Identifier: MIT */
#include "line.h"

#include <string.h>

#define TAB_COLUMNS 8

static bool
on(const struct line *l, uint32_t mode)
{
	return (l->modes & mode) != 0;
}

static bool
is(const struct line *l, unsigned char c, enum frame_tty_cc which)
{
	return c != 0 && c == l->cc[which];
}

/* The kernel's own tables: those of Latin-1, in which all that is not ASCII is no control character. */
static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool
is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
	    (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

static unsigned char
lower(unsigned char c)
{
	bool upper = (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);

	return upper ? (unsigned char)(c + ('a' - 'A')) : c;
}

static bool
is_continuation(const struct line *l, unsigned char c)
{
	return on(l, FRAME_TTY_IUTF8) && (c & 0xc0) == 0x80;
}

static void
put(struct line_echo *e, unsigned char c)
{
	if (e->n < LINE_ECHO)
		e->bytes[e->n++] = c;
	else
		e->known = false;
}

static void
move(struct line *l, int by)
{
	if (l->column >= 0)
		l->column = l->column + by > 0 ? l->column + by : 0;
}

static void
put_tab(struct line *l, struct line_echo *e)
{
	int spaces = TAB_COLUMNS - (l->column & (TAB_COLUMNS - 1));

	if (l->column < 0) {
		e->known = e->known && !on(l, FRAME_TTY_XTABS);
		put(e, '\t');
		return;
	}
	move(l, spaces);
	if (!on(l, FRAME_TTY_XTABS)) {
		put(e, '\t');
		return;
	}
	while (spaces-- > 0)
		put(e, ' ');
}

/* A byte of the echo as output is processed (OPOST). */
static void
put_processed(struct line *l, struct line_echo *e, unsigned char c)
{
	if (!on(l, FRAME_TTY_OPOST)) {
		put(e, c);
		return;
	}
	switch (c) {
	case '\n':
		if (on(l, FRAME_TTY_ONLCR)) {
			l->column = 0;
			put(e, '\r');
		}
		l->canon = l->column;
		break;
	case '\r':
		l->canon = l->column = 0;
		break;
	case '\t':
		put_tab(l, e);
		return;
	case '\b':
		move(l, -1);
		break;
	default:
		if (!is_control(c) && !is_continuation(l, c))
			move(l, 1);
	}
	put(e, c);
}

/* 0xff is never processed: in the kernel's buffer of echoes it begins an operation, and has to be escaped. */
static void
echo_raw(struct line *l, struct line_echo *e, unsigned char c)
{
	if (c != 0xff) {
		put_processed(l, e, c);
		return;
	}
	put(e, c);
	move(l, 1);
}

static void
echo(struct line *l, struct line_echo *e, unsigned char c)
{
	if (!on(l, FRAME_TTY_ECHOCTL) || !is_control(c) || c == '\t') {
		echo_raw(l, e, c);
		return;
	}
	put(e, '^');
	put(e, c ^ 0x40);
	move(l, 2);
}

static void
finish_erasing(struct line *l, struct line_echo *e)
{
	if (l->erasing)
		echo_raw(l, e, '/');
	l->erasing = false;
}

/* As echo_move_back_col: the kernel's column alone. */
static void
echo_erased_printing(struct line *l, struct line_echo *e, const unsigned char *c, unsigned n)
{
	if (!l->erasing)
		echo_raw(l, e, '\\');
	l->erasing = true;
	echo(l, e, c[0]);
	for (unsigned i = 1; i < n; i++) {
		echo_raw(l, e, c[i]);
		move(l, -1);
	}
}

/* The line, which ended with a tab, is what is left of it. */
static void
echo_erased_tab(struct line *l, struct line_echo *e)
{
	unsigned columns = 0;
	bool after_tab = false;

	for (unsigned i = l->n; i-- > 0 && !after_tab;) {
		if (l->bytes[i] == '\t')
			after_tab = true;
		else if (is_control(l->bytes[i]))
			columns += on(l, FRAME_TTY_ECHOCTL) ? 2 : 0;
		else
			columns += is_continuation(l, l->bytes[i]) ? 0 : 1;
	}
	if (!after_tab) {
		if (l->canon < 0) {
			e->known = false;
			return;
		}
		columns += (unsigned)l->canon;
	}
	for (unsigned i = TAB_COLUMNS - (columns & (TAB_COLUMNS - 1)); i > 0; i--) {
		put(e, '\b');
		move(l, -1);
	}
}

static void
echo_blank(struct line *l, struct line_echo *e)
{
	echo_raw(l, e, '\b');
	echo_raw(l, e, ' ');
	echo_raw(l, e, '\b');
}

/* The character of N bytes at C is not in the line any more; BACK: VERASE took it. */
static void
echo_erased(struct line *l, struct line_echo *e, const unsigned char *c, unsigned n, bool back)
{
	if (!on(l, FRAME_TTY_ECHO))
		return;
	if (on(l, FRAME_TTY_ECHOPRT)) {
		echo_erased_printing(l, e, c, n);
	} else if (back && !on(l, FRAME_TTY_ECHOE)) {
		echo(l, e, l->cc[FRAME_TTY_VERASE]);
	} else if (c[0] == '\t') {
		echo_erased_tab(l, e);
	} else {
		if (is_control(c[0]) && on(l, FRAME_TTY_ECHOCTL))
			echo_blank(l, e);
		if (!is_control(c[0]) || on(l, FRAME_TTY_ECHOCTL))
			echo_blank(l, e);
	}
}

/* VKILL where it is not shown by erasing; false: it is. */
static bool
kill_plainly(struct line *l, struct line_echo *e, unsigned char c)
{
	const uint32_t all = FRAME_TTY_ECHOK | FRAME_TTY_ECHOKE | FRAME_TTY_ECHOE;

	if (on(l, FRAME_TTY_ECHO)) {
		if ((l->modes & all) == all)
			return false;
		finish_erasing(l, e);
		echo(l, e, c);
		if (on(l, FRAME_TTY_ECHOK))
			echo_raw(l, e, '\n');
	}
	l->n = 0;
	return true;
}

static void
erase(struct line *l, struct line_echo *e, unsigned char c)
{
	bool back = is(l, c, FRAME_TTY_VERASE), word = !back && is(l, c, FRAME_TTY_VWERASE), seen = false;
	unsigned head;

	if (l->n == 0 || (!back && !word && kill_plainly(l, e, c)))
		return;
	do {
		head = l->n;
		do {
			head--;
		} while (is_continuation(l, l->bytes[head]) && head > 0);
		if (is_continuation(l, l->bytes[head]))
			break;
		if (word && is_word(l->bytes[head]))
			seen = true;
		else if (word && seen)
			break;
		unsigned n = l->n - head;
		l->n = head;
		echo_erased(l, e, l->bytes + head, n, back);
	} while (!back && l->n > 0);
	if (l->n == 0 && on(l, FRAME_TTY_ECHO))
		finish_erasing(l, e);
}

static void
reprint(struct line *l, struct line_echo *e, unsigned char c)
{
	finish_erasing(l, e);
	echo(l, e, c);
	echo_raw(l, e, '\n');
	for (unsigned i = 0; i < l->n; i++)
		echo(l, e, l->bytes[i]);
}

static void
end(struct line *l, struct line_echo *e, enum line_end how)
{
	e->end = how;
	l->n = 0;
	l->unknown = false;
}

/* C goes into the line, or to the program.  LITERAL: the kernel looks at it no further. */
static void
append(struct line *l, struct line_echo *e, unsigned char c, bool literal)
{
	if (on(l, FRAME_TTY_ECHO)) {
		finish_erasing(l, e);
		if (l->n == 0)
			l->canon = l->column;
		if (c == '\n' && !literal)
			echo_raw(l, e, c);
		else
			echo(l, e, c);
	}
	if (!on(l, FRAME_TTY_ICANON))
		return;
	if (l->n < LINE_MAX_BYTES)
		l->bytes[l->n++] = c;
	else
		line_lose(l);
}

static bool
signals(struct line *l, struct line_echo *e, unsigned char c)
{
	if (!on(l, FRAME_TTY_ISIG) || !(is(l, c, FRAME_TTY_VINTR) || is(l, c, FRAME_TTY_VQUIT) ||
	    is(l, c, FRAME_TTY_VSUSP)))
		return false;
	l->erasing = false;
	end(l, e, LINE_SIGNALS);
	if (on(l, FRAME_TTY_ECHO))
		echo(l, e, c);
	return true;
}

static bool
flow(struct line *l, struct line_echo *e, unsigned char c)
{
	bool start = is(l, c, FRAME_TTY_VSTART);

	if (!on(l, FRAME_TTY_IXON) || !(start || is(l, c, FRAME_TTY_VSTOP)))
		return false;
	l->stopped = !start;
	e->end = LINE_STOPS;
	return true;
}

/* C in canonical mode, as far as it is special there. */
static bool
edits(struct line *l, struct line_echo *e, unsigned char c)
{
	bool extended = on(l, FRAME_TTY_IEXTEN);

	if (is(l, c, FRAME_TTY_VERASE) || is(l, c, FRAME_TTY_VKILL) || (extended && is(l, c, FRAME_TTY_VWERASE))) {
		erase(l, e, c);
	} else if (extended && is(l, c, FRAME_TTY_VLNEXT)) {
		l->next = true;
		if (on(l, FRAME_TTY_ECHO)) {
			finish_erasing(l, e);
			if (on(l, FRAME_TTY_ECHOCTL)) {
				echo_raw(l, e, '^');
				echo_raw(l, e, '\b');
			}
		}
	} else if (extended && on(l, FRAME_TTY_ECHO) && is(l, c, FRAME_TTY_VREPRINT)) {
		reprint(l, e, c);
	} else {
		return false;
	}
	return true;
}

static bool
ends(struct line *l, struct line_echo *e, unsigned char c)
{
	if (c == '\n') {
		if (on(l, FRAME_TTY_ECHO) || on(l, FRAME_TTY_ECHONL))
			echo_raw(l, e, c);
	} else if (is(l, c, FRAME_TTY_VEOL) || (on(l, FRAME_TTY_IEXTEN) && is(l, c, FRAME_TTY_VEOL2))) {
		if (on(l, FRAME_TTY_ECHO)) {
			if (l->n == 0)
				l->canon = l->column;
			echo(l, e, c);
		}
	} else if (!is(l, c, FRAME_TTY_VEOF)) {
		return false;
	}
	end(l, e, LINE_ENDS);
	return true;
}

static void
take(struct line *l, struct line_echo *e, unsigned char c)
{
	bool canonical = on(l, FRAME_TTY_ICANON), plain = c == '\n';

	if (flow(l, e, c) || signals(l, e, c))
		return;
	if (c == '\r') {
		if (on(l, FRAME_TTY_IGNCR))
			return;
		if (on(l, FRAME_TTY_ICRNL))
			c = '\n';
	} else if (c == '\n' && on(l, FRAME_TTY_INLCR)) {
		c = '\r';
	}
	if (!canonical || (!edits(l, e, c) && !ends(l, e, c)))
		append(l, e, c, plain);
}

void
line_key(struct line *l, unsigned char c, struct line_echo *e)
{
	e->known = true;
	e->end = LINE_GOES_ON;
	e->n = 0;
	if (on(l, FRAME_TTY_ISTRIP))
		c &= 0x7f;
	if (on(l, FRAME_TTY_IUCLC) && on(l, FRAME_TTY_IEXTEN))
		c = lower(c);
	if (l->next) {
		l->next = false;
		append(l, e, c, true);
	} else {
		take(l, e, c);
	}
	if (l->unknown || l->stopped)
		e->known = false;
}

void
line_begin(struct line *l, const struct frame_tty *tty, int column)
{
	*l = (struct line){ .modes = tty->modes, .column = column, .canon = column };
	memcpy(l->cc, tty->cc, sizeof l->cc);
}

void
line_modes(struct line *l, const struct frame_tty *tty)
{
	if ((l->modes ^ tty->modes) & FRAME_TTY_ICANON) {
		l->n = 0;
		l->next = l->erasing = false;
		l->unknown = false;
	}
	l->modes = tty->modes;
	memcpy(l->cc, tty->cc, sizeof l->cc);
	l->stopped = l->stopped && on(l, FRAME_TTY_IXON);
}

void
line_lose(struct line *l)
{
	l->unknown = true;
	l->next = l->erasing = false;
	l->n = 0;
	l->column = l->canon = -1;
}
