/* SPDX-License-Identifier: MIT */
/* switchedoff: what the module does while the kill switch is on (PATH_DISABLED). */
#ifndef HOLDFAST_SWITCHEDOFF_H
#define HOLDFAST_SWITCHEDOFF_H

#include <security/pam_modules.h>

/*
 * Leaves word that this login is not held: the event "aside" as a line in the log, where sshd's own lines go, and a small
 * file that holdfastd makes the same event of (unseen.h).  So `holdfastctl why` shows the login.  Nothing else is looked
 * at or waited for, no trouble is said, and the login gets nothing of it.
 */
void switchedoff_note(pam_handle_t *pamh);

#endif
