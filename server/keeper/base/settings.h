/* SPDX-License-Identifier: MIT */
/*
 * settings: the settings that a terminal brings along when it resumes the session: the control characters (erase,
 * interrupt, stop …), whether it is one of UTF-8 (IUTF8), and the speed.
 *
 * The session's pty was given those of the terminal that it was started from.  Of another terminal each is taken over
 * that nobody in the session has changed since.  A shell that edits its line puts back the settings that it found
 * before when a command is run, and so would undo that.  So after such a resume they are looked at again when there
 * is output, and a few milliseconds later, until the shell has taken them up; what it put back is taken over then.
 */
#ifndef HOLDFAST_SETTINGS_H
#define HOLDFAST_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct loop;

struct settings {
	struct termios given;  /* the settings that the session has been given */
	struct termios old[2]; /* PENDING: those that it had been given before, the latest first */
	bool pending;
	bool raw;             /* at the last look a program read keys one by one */
	unsigned good;        /* how often they were there after that, without us */
	unsigned looks;       /* left, until it is given up */
	unsigned soon;        /* looks by the clock that are left … */
	uint64_t next;        /* … at this moment (clock_now_ms()); CLOCK_NEVER */
};

/* The session begins, its pty's slave being SLAVE; GIVEN are its terminal's settings, NULL: it has none. */
void settings_begin(struct settings *s, int slave, const struct termios *given);
/* It is resumed from a terminal with these. */
void settings_resume(struct settings *s, int slave, const struct termios *from);
/* There was output. */
void settings_output(struct settings *s, int slave, uint64_t now);
void settings_watch(const struct settings *s, struct loop *l);
/* Looks again when that is due. */
void settings_turn(struct settings *s, int slave, uint64_t now);
/* Output that was stopped, by Ctrl-S or by a program, goes on: FD is a terminal. */
void settings_let_go_on(int fd);

#endif
