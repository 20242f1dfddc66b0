/* SPDX-License-Identifier: MIT */
/*
 * rootless: held sessions of a user without root, on a host without holdfastd.  The user's own process starts the
 * keeper, and no daemon vouches for logins: any login of the uid resumes.
 *
 * Their directories are ~/.local/state/holdfast/<host>/<uid>/<id>/, with ids from OWN_FIRST_ID on, which holdfastd
 * never uses.  They are in the home directory and not in XDG_RUNTIME_DIR, which does not survive the last logout; each
 * host has its own directory, because hosts can share homes.
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

/* The value of HOLDFAST_TICKET with which the start-up files ask for a rootless session. */
#define OWN_TICKET "own"

/* Whether this host has no holdfastd, so that only rootless sessions are possible. */
bool rootless_is_the_way(void);
/* The directory of UID's sessions, without the uid: 0, -ENOENT (no home), or -ENAMETOOLONG. */
int rootless_root(uid_t uid, char *path, size_t cap);
/* The user of this login: LOGNAME if that is a name of our uid, else the first such name; NULL: none. */
const struct passwd *rootless_account(void);
/* All logins of one uid and name are one identity: no daemon can tell them apart. */
void rootless_identity(struct identity *who);
/*
 * Starts a keeper for a terminal of size WS, or with NULL for a command on pipes: the id of its session, and in *LEAD
 * the socket that the keeper takes for its leader's.  To abandon the session, close it before CONFIRM; close it when it
 * becomes readable after CONFIRM.  A negative errno otherwise (-EINTR: W says why; -ETIMEDOUT).
 */
int rootless_start(const struct winsize *ws, struct waiting *w, int *lead);
/* A warning for the user if the host may end a new session with the login; "": none. */
void rootless_warning(char text[TEXT_CAP]);

#endif
