/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "clock.h"
#include "loop.h"

#define LOOKS 20000 /* at output: after so many no shell takes them up any more */
#define SOON 20     /* looks by the clock after output … */
#define SOON_MS 1   /* … one each so long: a shell that has printed the end of a line is about to run it */
#define GOOD 2      /* found so often in place after line editing: they have been taken up */

void
settings_begin(struct settings *s, int slave, const struct termios *given)
{
	*s = (struct settings){ .next = CLOCK_NEVER };
	if (given)
		tcsetattr(slave, TCSANOW, given);
	/* The terminal may have changed them: those are compared later. */
	if (tcgetattr(slave, &s->given) < 0 && given)
		s->given = *given;
}

/* VMIN and VTIME say how a program reads, and are none. */
static bool
is_character(unsigned i)
{
	return i != VMIN && i != VTIME;
}

/* Where OLD and GIVEN differ, settings in *NOW that are as in OLD become as in GIVEN.  Whether any did. */
static bool
take_over(struct termios *now, const struct termios *old, const struct termios *given)
{
	bool changed = false;

	for (unsigned i = 0; i < NCCS; i++)
		if (is_character(i) && old->c_cc[i] != given->c_cc[i] && now->c_cc[i] == old->c_cc[i]) {
			now->c_cc[i] = given->c_cc[i];
			changed = true;
		}
	if ((old->c_iflag ^ given->c_iflag) & IUTF8 && !((now->c_iflag ^ old->c_iflag) & IUTF8)) {
		now->c_iflag ^= IUTF8;
		changed = true;
	}
	if (cfgetospeed(old) != cfgetospeed(given) && cfgetospeed(now) == cfgetospeed(old)) {
		cfsetospeed(now, cfgetospeed(given));
		cfsetispeed(now, cfgetispeed(given));
		changed = true;
	}
	return changed;
}

static void
look(struct settings *s, int slave)
{
	struct termios now;
	bool changed, raw;

	if (slave < 0 || !s->looks-- || tcgetattr(slave, &now) < 0) {
		s->pending = false;
		s->next = CLOCK_NEVER;
		return;
	}
	raw = !(now.c_lflag & ICANON);
	changed = take_over(&now, &s->old[0], &s->given);
	changed |= take_over(&now, &s->old[1], &s->given);
	if (changed)
		tcsetattr(slave, TCSANOW, &now);
	if (s->raw && !raw && !changed && ++s->good >= GOOD) {
		s->pending = false;
		s->next = CLOCK_NEVER;
	}
	s->raw = raw;
}

void
settings_resume(struct settings *s, int slave, const struct termios *from)
{
	struct termios before = s->given;

	if (!take_over(&s->given, &before, from))
		return;
	s->old[1] = s->pending ? s->old[0] : before;
	s->old[0] = before;
	s->pending = true;
	s->raw = false;
	s->good = 0;
	s->looks = LOOKS;
	look(s, slave);
}

void
settings_output(struct settings *s, int slave, uint64_t now)
{
	if (!s->pending)
		return;
	look(s, slave);
	if (s->pending) {
		s->soon = SOON;
		s->next = now + SOON_MS;
	}
}

void
settings_watch(const struct settings *s, struct loop *l)
{
	if (s->pending)
		loop_until(l, s->next);
}

void
settings_turn(struct settings *s, int slave, uint64_t now)
{
	if (!s->pending || now < s->next)
		return;
	s->next = --s->soon ? now + SOON_MS : CLOCK_NEVER;
	look(s, slave);
}

void
settings_let_go_on(int fd)
{
	/* TCOON undoes only TCOOFF, and TCOOFF covers a Ctrl-S. */
	tcflow(fd, TCOOFF);
	tcflow(fd, TCOON);
}
