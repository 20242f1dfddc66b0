/* SPDX-License-Identifier: MIT */
/*
 * lastwords: what holdfastd writes down for helpers that cannot do so themselves: those that were killed or have
 * crashed, and those that hang.
 *
 * The end of a helper's pipe and its exit status come in either order, a moment apart.
 */
#ifndef HOLDFAST_LASTWORDS_H
#define HOLDFAST_LASTWORDS_H

#include "progress.h"
#include "slots.h"

#define LASTWORDS_DEAD 16 /* helpers whose status has not come yet; further ones are said without it */

struct lastwords {
	struct progress *table; /* SLOTS_MAX; NULL: there was no memory */
	size_t count;
	struct lastwords_dead {
		struct slots_helper helper;
		struct progress was;
	} dead[LASTWORDS_DEAD];
};

void lastwords_init(struct lastwords *w);
/* The memory of the helper at PLACE; NULL: none. */
struct progress *lastwords_of(const struct lastwords *w, unsigned place);
/* A slot's news: counts the refusal, if it is one, and writes a line, if the helper is not quiet. */
void lastwords_slot(struct lastwords *w, const struct slots_freed *f);
/* A process that is in no slot any more has ended. */
void lastwords_status(struct lastwords *w, pid_t pid, int status);

#endif
