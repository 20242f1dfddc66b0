/* SPDX-License-Identifier: MIT */
/*
 * picker: asks the person at a terminal which session to enter, and how, when somebody is attached to it already.
 *
 * A list on the alternate screen: arrows or a session's number move, Enter takes; n is a new session; q, Esc or Ctrl-C
 * leave, and nothing has happened.  Whatever comes from sessions (names, programs, the last line of their output) is
 * written with its control characters escaped.  What was typed before the list was there is thrown away.
 */
#ifndef HOLDFAST_PICKER_H
#define HOLDFAST_PICKER_H

#include <stdbool.h>
#include <stdint.h>

#include "sessions.h"
#include "waiting.h"

struct picker {
	int tty;                         /* borrowed: open for reading and writing */
	const struct session_list *list; /* borrowed */
	uint32_t own;                    /* the session that the person is in, not offered; 0: none */
	bool may_start;                  /* a new session is a choice */
	bool may_watch;                  /* reading only is one */
	struct waiting *waiting;         /* borrowed: signals have been taken over */
};

enum picker_what { PICKER_QUIT, PICKER_NEW, PICKER_SESSION };

struct picker_choice {
	enum picker_what what;
	uint32_t id;    /* SESSION */
	uint32_t mode;  /* ATTACH_MODE_TAKE or ATTACH_MODE_JOIN */
	uint32_t flags; /* ATTACH_FLAG_ASKED, ATTACH_FLAG_READONLY */
};

/* Whether a session of that state can be picked. */
bool picker_offers(const struct picker *p, const struct attach_status *s);
/* How many of the list can. */
size_t picker_count(const struct picker *p);
/*
 * The list: 0 with *c; -ENOTSUP when the terminal is not one for it (TERM is dumb, under 20x5); -EINTR when it was
 * hung up; another negative errno.  The terminal is as it was, in any case.
 */
int picker_run(const struct picker *p, struct picker_choice *c);
/* Only the question how to enter the session S, to which somebody is attached; the same results. */
int picker_how(const struct picker *p, const struct attach_status *s, struct picker_choice *c);

#endif
