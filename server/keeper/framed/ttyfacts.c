/* SPDX-License-Identifier: MIT */
#include "ttyfacts.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "printable.h"
#include "procstat.h"

enum { INPUT, OUTPUT, LOCAL, FLAG_WORDS };

static const struct { unsigned word; tcflag_t flag; uint32_t mode; } modes[] = {
	{ LOCAL, ICANON, FRAME_TTY_ICANON },   { LOCAL, ECHO, FRAME_TTY_ECHO },
	{ LOCAL, ECHOE, FRAME_TTY_ECHOE },     { LOCAL, ECHOK, FRAME_TTY_ECHOK },
	{ LOCAL, ECHOKE, FRAME_TTY_ECHOKE },   { LOCAL, ECHOCTL, FRAME_TTY_ECHOCTL },
	{ LOCAL, ECHOPRT, FRAME_TTY_ECHOPRT }, { LOCAL, ECHONL, FRAME_TTY_ECHONL },
	{ LOCAL, IEXTEN, FRAME_TTY_IEXTEN },   { LOCAL, ISIG, FRAME_TTY_ISIG },
	{ INPUT, ICRNL, FRAME_TTY_ICRNL },     { INPUT, INLCR, FRAME_TTY_INLCR },
	{ INPUT, IGNCR, FRAME_TTY_IGNCR },     { INPUT, IUTF8, FRAME_TTY_IUTF8 },
	{ INPUT, IXON, FRAME_TTY_IXON },       { INPUT, ISTRIP, FRAME_TTY_ISTRIP },
	{ INPUT, IUCLC, FRAME_TTY_IUCLC },     { OUTPUT, OPOST, FRAME_TTY_OPOST },
	{ OUTPUT, ONLCR, FRAME_TTY_ONLCR },
};

static const int places[FRAME_TTY_CC] = {
	[FRAME_TTY_VINTR] = VINTR, [FRAME_TTY_VQUIT] = VQUIT, [FRAME_TTY_VERASE] = VERASE, [FRAME_TTY_VKILL] = VKILL,
	[FRAME_TTY_VEOF] = VEOF, [FRAME_TTY_VEOL] = VEOL, [FRAME_TTY_VEOL2] = VEOL2, [FRAME_TTY_VWERASE] = VWERASE,
	[FRAME_TTY_VLNEXT] = VLNEXT, [FRAME_TTY_VREPRINT] = VREPRINT, [FRAME_TTY_VSUSP] = VSUSP,
	[FRAME_TTY_VSTART] = VSTART, [FRAME_TTY_VSTOP] = VSTOP,
};

void
ttyfacts_modes(struct frame_tty *m, const struct termios *t)
{
	const tcflag_t flags[FLAG_WORDS] = { [INPUT] = t->c_iflag, [OUTPUT] = t->c_oflag, [LOCAL] = t->c_lflag };

	m->modes = 0;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (flags[modes[i].word] & modes[i].flag)
			m->modes |= modes[i].mode;
	if ((t->c_oflag & TABDLY) == TAB3)
		m->modes |= FRAME_TTY_XTABS;
	/* Another program edits lines, and echoes: the kernel does neither. */
	if (t->c_lflag & EXTPROC)
		m->modes &= ~(uint32_t)(FRAME_TTY_ICANON | FRAME_TTY_ECHO);
	for (unsigned i = 0; i < FRAME_TTY_CC; i++)
		m->cc[i] = t->c_cc[places[i]];
}

/* Another user's program may be hidden (proc(5), hidepid). */
static void
read_program(struct ttyfacts *f, struct frame_tty *m, uint64_t now)
{
	struct procstat ps;

	m->program[0] = f->state = '\0';
	f->named_at = now;
	if (!m->front || procstat_read((pid_t)m->front, &ps) < 0)
		return;
	f->state = ps.state;
	snprintf(m->program, sizeof m->program, "%.*s", (int)sizeof m->program - 1, ps.comm);
	printable_clean(m->program);
}

static bool
is_same(const struct frame_tty *a, const struct frame_tty *b)
{
	return a->modes == b->modes && a->front == b->front && memcmp(a->cc, b->cc, sizeof a->cc) == 0;
}

bool
ttyfacts_look(struct ttyfacts *f, int master, uint64_t head, uint64_t now, uint64_t name_ms)
{
	struct frame_tty m = f->tty;
	struct termios t;
	pid_t front = tcgetpgrp(master);

	if (tcgetattr(master, &t) < 0)
		return false;
	ttyfacts_modes(&m, &t);
	m.front = front > 0 ? (uint32_t)front : 0;
	if (is_same(&m, &f->tty) && now - f->named_at < name_ms)
		return false;
	read_program(f, &m, now);
	if (is_same(&m, &f->tty) && strcmp(m.program, f->tty.program) == 0)
		return false;
	m.output = head;
	f->tty = m;
	return true;
}
