/* SPDX-License-Identifier: MIT */
/*
 * resumed: what root wants to happen at each resume (/etc/holdfast/resume.d), as files in /etc/profile.d do at each login
 * with a new shell.
 *
 * They run one after the other, in the order of their names, as the user, within the login that attaches, with its
 * environment and HOLDFAST_SESSION; standard input is /dev/null, output comes on the terminal before the screen does.
 * Names are those of run-parts(8): letters, digits, '_' and '-'.  The directory, the one above it and the files must be
 * root's and not be writable by anybody else; what is not so is left out.  One that takes longer than its limit is killed
 * with what it has started, and there is a limit for all together.  What they end with does not matter.
 */
#ifndef HOLDFAST_RESUMED_H
#define HOLDFAST_RESUMED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "envlist.h"
#include "waiting.h"

#define RESUMED_MAX 64       /* files that are run */
#define RESUMED_EACH_MS 2000
#define RESUMED_ALL_MS 3500  /* less than a keeper waits for a claim to be confirmed (server/keeper/claim.h) */

struct resumed {
	const char *dir;           /* PATH_RESUME_D */
	uid_t owner;               /* 0: root; tests are another's */
	uint32_t session;
	const struct envlist *env; /* the login's */
	unsigned each_ms, all_ms;  /* RESUMED_EACH_MS, RESUMED_ALL_MS; tests have others */
	int tty;                   /* its terminal, O_NONBLOCK; -1: output is thrown away */
};

/* 0, or -EINTR when the person has pressed Ctrl-C, or the login is gone, meanwhile. */
int resumed_run(const struct resumed *r, struct waiting *w);
/* Whether NAME is one that run-parts takes. */
bool resumed_name_ok(const char *name);

#endif
