/* SPDX-License-Identifier: MIT */
/*
 * counterwords: which counter a word of holdfast-events(7) has.  The places are in a file that programs of several
 * versions share (counters.h): a new word goes to the end of its list, and none is ever moved or taken out.  The place
 * 0 is "other", for words that a list does not have.
 */
#ifndef HOLDFAST_COUNTERWORDS_H
#define HOLDFAST_COUNTERWORDS_H

#include <stddef.h>

enum counter_list {
	COUNTER_EVENTS,   /* names of events */
	COUNTER_REFUSALS, /* why= of refuse */
	COUNTER_ASIDES,   /* why= of aside */
	COUNTER_ENDS,     /* why= of end and lost */
	COUNTER_DROPS,    /* why= of drop */
	COUNTER_LISTS
};

/* The most words that a list can ever have. */
#define COUNTER_WORDS_MAX 48

/* The places of these events. */
enum counter_event {
	COUNTER_OTHER = 0,
	COUNTER_CREATE,
	COUNTER_RESUME,
	COUNTER_TAKE,
	COUNTER_JOIN,
	COUNTER_ATTACH,
	COUNTER_DROP,
	COUNTER_LEAVE,
	COUNTER_KEEPER_DIED,
	COUNTER_PARKED,
	COUNTER_KEEPER_UPGRADED,
	COUNTER_REFUSE,
	COUNTER_ASIDE,
	COUNTER_END,
	COUNTER_LOST,
	COUNTER_VOUCH,
	COUNTER_VOUCHED,
	COUNTER_UNVOUCHED,
};

/* The place of WORD, of which LEN bytes count; 0: the list does not have it. */
size_t counterwords_find(enum counter_list list, const char *word, size_t len);
/* The word of a place, or NULL: there is none (yet). */
const char *counterwords_word(enum counter_list list, size_t place);

#endif
