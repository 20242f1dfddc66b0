/* SPDX-License-Identifier: MIT */
/* pamstack: the held session's own PAM session (service "holdfast"), opened and closed by its leader. */
#ifndef HOLDFAST_PAMSTACK_H
#define HOLDFAST_PAMSTACK_H

#include <sys/types.h>

#include "envlist.h"
#include "bounds.h"

struct pamstack; /* made by pamstack_open */

struct pamstack_for {
	const char *user;
	gid_t gid;
	const char *tty;  /* the slave's name; "" without one: PAM_TTY is then "ssh", as sshd has it */
	const char *host; /* the ssh peer's address, "" unknown */
};

/*
 * Runs account, credentials and session, with the user's groups set in between as login(1) does, so this process
 * has those of the user afterwards.  What the stack puts into its environment is set in *ENV.  Never prompts; a
 * stack that takes over a minute ends the process (SIGALRM).
 * 0; -EACCES when PAM refuses; another negative errno.  After an error all is undone and TEXT, a line for people,
 * says which call failed.
 */
int pamstack_open(struct pamstack **stack, const struct pamstack_for *f, struct envlist *env, char text[TEXT_CAP]);
/* Closes the session, deletes the credentials and frees *STACK; takes NULL.  Also at most a minute. */
void pamstack_close(struct pamstack *stack);

#endif
