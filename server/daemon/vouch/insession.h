/* SPDX-License-Identifier: MIT */
/*
 * insession: a process of a held session asks for another session, without a login's ticket (VOUCH_FROM_SESSION).  The
 * register of leaders and the chain of its parents tell which session it comes out of (caller.h), and the leader of that
 * one, which is root's, what its login had proved (origin.h).
 */
#ifndef HOLDFAST_INSESSION_H
#define HOLDFAST_INSESSION_H

#include <stdint.h>

#include "bounds.h"
#include "origin.h"

/* Why not. */
struct insession_no {
	uint32_t code, cause; /* enum vouch_refusal, enum notheld */
	char text[TEXT_CAP];  /* for the person */
	char what[TEXT_CAP];  /* for the log */
};

/*
 * The session that the process at the other end of CONN (borrowed) comes out of, in *O: 0; or a negative errno, and *NO
 * says why.  Waits as long as origin_ask does.
 */
int insession_find(int conn, struct origin *o, struct insession_no *no);

#endif
