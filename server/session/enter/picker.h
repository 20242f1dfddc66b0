/* SPDX-License-Identifier: MIT */
/*
 * picker: asks the user at a terminal which session to enter, and how, if terminals are attached to it.
 *
 * It shows a list on the alternate screen: arrows or a session's number move, Enter attaches; n starts a new session;
 * q, Esc or Ctrl-C leave without a change.  Text from sessions (names, programs, the last line of their output) is
 * written with its control characters escaped.  Input from before the list appeared is discarded.
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
	uint32_t own;                    /* the user's present session, not offered; 0: none */
	bool may_start;                  /* offer a new session */
	bool may_watch;                  /* offer to watch only */
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
/* The number of sessions in the list that can be picked. */
size_t picker_count(const struct picker *p);
/*
 * Shows the list: 0 with *c; -ENOTSUP: the terminal cannot show it (TERM is dumb, under 20x5); -EINTR: hang-up; another
 * negative errno.  Restores the terminal in any case.
 */
int picker_run(const struct picker *p, struct picker_choice *c);
/* Asks only how to enter the session S with attached terminals; the same results. */
int picker_how(const struct picker *p, const struct attach_status *s, struct picker_choice *c);

#endif
