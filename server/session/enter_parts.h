/* SPDX-License-Identifier: MIT */
/* enter_parts: what enter.c (the way in and out), enter_fill.c (the claim) and enter_why.c (what is said) share. */
#ifndef HOLDFAST_ENTER_PARTS_H
#define HOLDFAST_ENTER_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "attachment.h"
#include "enter.h"
#include "inside.h"
#include "vouching.h"
#include "waiting.h"

struct enter {
	const struct enter_request *q;
	struct enter_result *res;
	struct waiting waiting;
	struct vouching vouching;
	struct attachment at;
	struct attach_claim claim;
	struct termios saved;     /* of the terminal, as it was */
	bool have_saved;
	int fds[2];
	unsigned fd_count;
	int err;                  /* why nothing was entered, for say_why */
	char want[NAME_CAP];      /* "" : choose; else the session to enter, also after a switch */
	char back[NAME_CAP];      /* the session to go back to when a switch fails */
	bool switched;            /* it is not the first session of this login */
	bool filled;              /* enter_fill_claim has been done */
	char user[USER_CAP];      /* the login's; "": not known */
	uint64_t home_born;       /* of its home directory */
	struct inside inside;     /* the sessions that the login comes out of, if INSIDE_KNOWN */
	bool inside_known;
	bool resumed;             /* what root wants to happen has happened */
	uint32_t elevated;        /* a session that was not resumed because of ElevatedTimeout, or 0 */
};

/* Opens the terminal anew, so that O_NONBLOCK on it never reaches the login's own shell.  0 or a negative errno. */
int enter_open_terminal(struct enter *e);
/*
 * What of our environment, or of what the hook's shell began with, and of what a framed client has said, the keeper may
 * have.  0; -ENOMEM; a hook's also -E2BIG, or another negative errno when the shell can't be looked at.
 */
int enter_fill_claim(struct enter *e);
/* TEXT is escaped. */
void enter_set_outcome(struct enter *e, enum enter_outcome outcome, const char *text);
/* Why nothing was entered, from a negative errno: for the person, and for a framed client. */
void enter_say_why(struct enter *e, int rc);

#endif
