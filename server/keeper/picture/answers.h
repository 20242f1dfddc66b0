/* SPDX-License-Identifier: MIT */
/*
 * answers: types a painter's answers into the session (grammar.h), while the program that asked is there to read them.
 *
 * An answer goes in only while the process group that was in front at the query still is, sleeps, reads keys one by
 * one, and is no shell: a program that asks and has yet to say how it reads is given a quarter of a second.  What
 * it leaves unread when something older comes back in front, as a rule the shell, is taken back.
 */
#ifndef HOLDFAST_ANSWERS_H
#define HOLDFAST_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grammar.h"
#include "state.h"

struct answers {
	struct grammar_rate rate;
	unsigned char held[4096]; /* to be typed */
	size_t len;
	uint64_t until, next;     /* given up at, tried again at (clock_now_ms()) */
	uint64_t asleep_at;       /* since when the front has been seen asleep at every look; 0: not now */
	uint32_t epoch;           /* of the front that asked */
	bool typed;               /* the front that there is now has been answered */
};

/* Makes k->answers.  0 or -ENOMEM. */
int answers_open(struct keeper *k);
void answers_close(struct keeper *k);
/* The painter answers queries that were asked in EPOCH (front.h). */
void answers_take(struct keeper *k, uint32_t epoch, const unsigned char *p, size_t len);
/* Another group is in front. */
void answers_front_changed(struct keeper *k);
void answers_watch(const struct keeper *k, struct loop *l);
/* Types the answers whose time has come. */
void answers_turn(struct keeper *k);

#endif
