/* SPDX-License-Identifier: MIT */
/* enter_private: one login on its way into a session, for enter.c, enter_fill.c and enter_why.c. */
#ifndef HOLDFAST_ENTER_PRIVATE_H
#define HOLDFAST_ENTER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "attaching.h"
#include "enter_request.h"
#include "inside.h"
#include "poolask.h"
#include "vouching.h"
#include "waiting.h"

struct enter {
	const struct enter_request *q;
	struct enter_result *res;
	struct waiting waiting;
	struct vouching vouching;
	struct attaching at;
	struct attach_claim claim;
	struct termios saved;     /* the terminal's old settings */
	bool have_saved;
	int fds[2];
	unsigned fd_count;
	int err;                  /* why the login entered no session, for enter_say_why */
	char told[TEXT_CAP];      /* a session that the user has lost, and the person has not read that yet; "" */
	char want[NAME_CAP];      /* "": choose one; else the session to enter, also after a switch */
	char node[NODE_CAP];      /* the node that was said with the session, or "" */
	bool pool_asked;
	struct pool_answer pool;  /* owned: the user's sessions on all nodes, if WHOLE (enter_far.h) */
	bool hopped;              /* the login is in a session of another node (hop.h) */
	char far[TEXT_CAP];       /* which session of another node could not be reached, for the person; "" */
	unsigned far_ms;          /* so long may further hops take that nobody has asked for */
	uint32_t far_code;        /* why, as its node says: enum frame_error_code; 0: it says nothing */
	char back[NAME_CAP];      /* the session to return to if a switch fails */
	bool switched;            /* this is not the login's first session */
	bool filled;              /* enter_fill_claim has been done */
	bool described;           /* the same of enter_fill_target */
	bool starting;            /* its session is new, and its leader has not said that the shell has started */
	bool anew;                /* a second new session takes the place of one that was lost before its shell started */
	uint64_t entered_ms;      /* clock_date_ms(): the claim was confirmed first */
	char user[USER_CAP];      /* the login's; "": unknown */
	uint64_t home_born;       /* of its home directory */
	struct inside inside;     /* the sessions that the login comes from, if INSIDE_KNOWN */
	bool inside_known;
	bool resumed;             /* resume.d has run */
	uint32_t elevated;        /* a session that was not resumed because of ElevatedTimeout, or 0 */
	uint32_t missed;          /* why a dropped session was not resumed (notheld.h), or 0 … */
	uint32_t missed_session;  /* … and which one */
};

#endif
