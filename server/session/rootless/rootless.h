/* SPDX-License-Identifier: MIT */
/*
 * rootless: held sessions of a user who has no root, on a host without holdfastd.  The keeper is started by the user's own
 * process, and there is nobody to vouch: whoever has the uid resumes.
 *
 * Their places are ~/.local/state/holdfast/<host>/<uid>/<id>/, with ids from OWN_FIRST_ID on, so that they never meet
 * those that holdfastd makes.  The home directory and not XDG_RUNTIME_DIR, which does not survive the last logout; a
 * directory a host, for homes can be shared.
 */
#ifndef HOLDFAST_ROOTLESS_H
#define HOLDFAST_ROOTLESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "bounds.h"
#include "identity.h"
#include "ticket.h"
#include "waiting.h"

/* What stands in HOLDFAST_TICKET where the start-up files ask for a session of this kind. */
#define OWN_TICKET "own"

/* Whether this host has no holdfastd, so that sessions of one's own are what there can be. */
bool rootless_is_the_way(void);
/* Where UID's are, without the uid: 0, -ENOENT (no home), or -ENAMETOOLONG. */
int rootless_root(uid_t uid, char *path, size_t cap);
/* The user that this login is of: LOGNAME where that is a name of our uid, else the first such name; NULL: none. */
const struct passwd *rootless_account(void);
/* All logins of one uid are one identity, but for their names: there is nobody to tell them apart. */
void rootless_identity(struct identity *who);
/*
 * Starts a keeper for a terminal of size WS, or with NULL for a command on pipes: the id of its session, and in *LEAD
 * the socket that it takes for its leader's.  Closing that before the session has been confirmed gives it up; when it becomes readable after that,
 * it is to be closed.  A negative errno otherwise (-EINTR: W says why; -ETIMEDOUT).
 */
int rootless_start(const struct winsize *ws, struct waiting *w, int *lead);
/* What a new session will not outlive here, for its owner; "" when nothing is known against it. */
void rootless_warning(char text[TEXT_CAP]);

#endif
