/* SPDX-License-Identifier: MIT */
/*
 * lsdetails: what `ls --json` and `ls -l` say of sessions besides their status: all that are attached, and with MORE
 * also who these are by root's word, whether their connections are dead, and where systemd has the session.
 */
#ifndef HOLDFAST_LSDETAILS_H
#define HOLDFAST_LSDETAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach_who.h"
#include "bounds.h"
#include "sessionlist.h"

#define LSDETAILS_LOGIN_CAP 64

/* One that is attached. */
struct lsdetails_one {
	struct attach_one is;  /* by its keeper; the address and the time are root's, where root has said them */
	char who[WHO_CAP];     /* how it has authenticated; "": root has not said */
	const char *kind;      /* "resume", how it has come, as in events; NULL: root has not said */
};

struct lsdetails {
	struct lsdetails_one *v;
	size_t count;
	bool known;            /* its keeper has said who is attached */
	uint32_t verdict;      /* enum attach_verdict_is, of all connections; 0: not asked, or no answer */
	char login[LSDETAILS_LOGIN_CAP]; /* the logind session that it is in, for loginctl(1); "": none, or not asked */
};

/*
 * One for each session of A, in their order, or NULL: no memory.  Waits for keepers, for leaders and for connections,
 * two seconds for each of the three at most.  Free with lsdetails_free.
 */
struct lsdetails *lsdetails_take(const struct sessionlist *a, bool more);
void lsdetails_free(struct lsdetails *d, size_t count);

#endif
