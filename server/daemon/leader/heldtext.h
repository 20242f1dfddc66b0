/* SPDX-License-Identifier: MIT */
/*
 * heldtext: writes the lines of a PAM service for a held shell's leader.
 *
 * Included files stand in place.  A substack stays a substack, in a text of its own, because the effect of jumps,
 * "done" and "die" ends at its border.  Modules that have already acted for the login, or that are for logins alone,
 * are skipped: their line becomes "optional pam_permit.so", so that jumps over it count as before, and the lines
 * behind it decide.
 *   - session lines: pam_holdfast, pam_motd, pam_mail, pam_lastlog, pam_lastlog2, pam_wtmpdb, pam_exec, and those in
 *     PamSkip;
 *   - auth lines, which serve only pam_setcred(3): those in PamSkip, and pam_holdfast;
 *   - account lines are included only if the account stage is to run, and then all of them;
 *   - password lines are left out.
 */
#ifndef HOLDFAST_HELDTEXT_H
#define HOLDFAST_HELDTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "pamconf.h"

#define HELDTEXT_FILES_MAX 64
#define HELDTEXT_BYTES_MAX (512 * 1024)

struct heldtext {
	unsigned count;
	struct {
		char *text;
		size_t len;
	} v[HELDTEXT_FILES_MAX]; /* [0] is the service's, the others are substacks' */
};

/*
 * Makes the texts from *C.  SKIP: PamSkip's names, with commas between.  DIR: where the texts will be, [n] as DIR/+n:
 * substacks are named by their absolute path, for Debian's libpam looks for others in /etc/pam.d.
 * 0; -E2BIG: more than the limits above; -ENOMEM.  Free with heldtext_free in any case.
 */
int heldtext_make(struct heldtext *t, const struct pamconf *c, const char *skip, bool account, const char *dir);
void heldtext_free(struct heldtext *t);
/* Whether the line is one of those that a leader has, and its module is run. */
bool heldtext_runs(const struct pamconf_line *l, const char *skip, bool account);

#endif
