/* SPDX-License-Identifier: MIT */
/* pamstack: the held session's own PAM session, opened and closed by its leader with what heldstack.h has found. */
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
	const char *tty;  /* the slave's name; "" without one: PAM_TTY is then "ssh", as sshd has it */
	const char *host; /* the ssh peer's address, "" unknown */
	bool account;     /* run the account stage: no login that sshd has just admitted asks for this session */
	bool strict;      /* credentials that can't be established end it, as in sshd after a password */
	pid_t sshd;       /* whose audit login uid the session must have … */
	uint64_t start;   /* … and when that process was started */
};

/*
 * Runs account (if told so), credentials and session, with the user's groups set before the credentials as sshd does, so
 * this process has those of the user afterwards.  What the stack puts into its environment is set in *ENV.  Never
 * prompts; a stack that takes over a minute ends the process (SIGALRM).
 * 0; -EACCES when PAM refuses, or the session has another audit login uid than the login; another negative errno.  After
 * an error all is undone and TEXT, a line for people, says which call failed.
 */
int pamstack_open(struct pamstack **stack, const struct pamstack_for *f, struct envlist *env, char text[TEXT_CAP]);
/* Closes the session, deletes the credentials and frees *STACK; takes NULL.  Also at most a minute. */
void pamstack_close(struct pamstack *stack);

#endif
