/* SPDX-License-Identifier: MIT */
/*
 * resumed: runs root's executables in /etc/holdfast/resume.d at each resume, because a resume does not read
 * /etc/profile.d.
 *
 * They run one after the other, in the order of their names, as the user, within the login that attaches, with its
 * environment and HOLDFAST_SESSION; standard input is /dev/null, output comes on the terminal before the screen does.
 * Names are those of run-parts(8): letters, digits, '_' and '-'.  The directory, the one above it and the files must
 * be root's and writable only for root; others are skipped.  A file that takes longer than its limit is killed with
 * all that it has started, and there is a limit for all together.  Exit statuses are ignored.
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
#define RESUMED_ALL_MS 3500  /* less than the keeper's wait for CONFIRM (server/keeper/claim.h) */

struct resumed {
	const char *dir;           /* PATH_RESUME_D */
	uid_t owner;               /* the owner of valid files: 0, root; tests use another */
	uint32_t session;
	const struct envlist *env; /* the login's */
	unsigned each_ms, all_ms;  /* RESUMED_EACH_MS, RESUMED_ALL_MS; tests use others */
	int tty;                   /* its terminal, O_NONBLOCK; -1: discard output */
};

/* 0, or -EINTR: the user pressed Ctrl-C, or the login has gone. */
int resumed_run(const struct resumed *r, struct waiting *w);
/* Whether NAME is valid for run-parts(8). */
bool resumed_name_ok(const char *name);

#endif
