/* SPDX-License-Identifier: MIT */
/*
 * whylist: what `holdfastctl why` tells: of all events those that answer "why was this login not held", "why is it not
 * the session that it was" and "why is the session gone", in words.
 */
#ifndef HOLDFAST_WHYLIST_H
#define HOLDFAST_WHYLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "event.h"
#include "eventlist.h"

#define WHY_WORD_CAP 64
#define WHY_GOT_CAP 64

struct why {
	uint64_t time_ms;            /* of the latest one … */
	uint64_t first_ms;           /* … and of the first of TIMES equal ones without another one between them */
	unsigned times;
	uint32_t uid, session;       /* SESSION: 0: none */
	bool said;                   /* by a process of the user's, and not by root's */
	bool of_login;               /* about a login, and not about a session that was there */
	char event[EVENT_KEY_MAX + 1];
	char user[USER_CAP];
	char address[ADDRESS_CAP];   /* "": unknown */
	char word[WHY_WORD_CAP];     /* the event's why=, "": none */
	char got[WHY_GOT_CAP];       /* OF_LOGIN: what it got instead */
	char text[TEXT_CAP];         /* the cause in words; printable */
	const char *mend;            /* what mends it; "": nothing */
};

/* Takes them from L, which is sorted: 0 with the list in *V (free(3)), the latest one last; or -ENOMEM. */
int whylist_make(const struct eventlist *l, struct why **v, size_t *count);

#endif
