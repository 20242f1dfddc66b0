/* SPDX-License-Identifier: MIT */
/*
 * pamstack: the held session's own PAM session; the leader opens and closes it with the configuration of heldstack.h.
 */
#ifndef HOLDFAST_PAMSTACK_H
#define HOLDFAST_PAMSTACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"
#include "envlist.h"
#include "heldstack.h"

struct pamstack; /* made by pamstack_open */

struct pamstack_for {
	const struct heldstack *conf;
	const char *user;
	gid_t gid;
	const char *tty;  /* PAM_TTY of the session stage */
	const char *host; /* the ssh peer's address, "" unknown */
	bool account;     /* run the account stage: the request is not from a login that sshd has just admitted */
	bool strict;      /* a failure to establish credentials is an error, as in sshd after a password */
	pid_t sshd;       /* whose audit login uid the session must have … */
	uint64_t start;   /* … and when that process was started */
};

/*
 * Runs account (on request), credentials and session.  Sets the user's groups before the credentials, as sshd does, so
 * this process has the user's groups afterwards.  Adds the PAM environment to *ENV.  Never prompts; a stack that takes
 * longer than a minute ends the process (SIGALRM).  0; -EACCES: PAM refused, or the session's audit login uid differs
 * from the login's; another negative errno.  After an error all is undone and TEXT, a line for people, says which call
 * failed.
 */
int pamstack_open(struct pamstack **stack, const struct pamstack_for *f, struct envlist *env, char text[TEXT_CAP]);
/* Closes the session, deletes the credentials and frees *STACK; accepts NULL.  Takes at most a minute. */
void pamstack_close(struct pamstack *stack);

#endif
