/* SPDX-License-Identifier: MIT */
/*
 * remembered: what was found out about hosts in the last day, so that the next login need not find it out again.
 *
 * It is a file of the user's, $XDG_CACHE_HOME/holdfast/hosts (~/.cache/holdfast/hosts), mode 0600: a line for each
 * fact, "WHAT TIME HOST" or "WHAT TIME HOST<tab>TEXT", at most REMEMBERED_MAX of them.  It is replaced as a whole.
 * Without a place for it nothing is remembered; a file or directory that is not the user's is left alone.
 */
#ifndef HOLDFAST_REMEMBERED_H
#define HOLDFAST_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>

#define REMEMBERED_MAX 200
#define REMEMBERED_S 86400 /* for so long */
#define REMEMBERED_HOST_CAP 512 /* longer names of hosts are not remembered */

/* WHAT is one word.  HOST is one line; one with a tab in it, or with a blank in front, is not remembered. */
#define REMEMBERED_NONE "no-holdfast"
#define REMEMBERED_HAS "holdfast"
#define REMEMBERED_SSH "needs-ssh"
#define REMEMBERED_TOLD "told" /* that ssh carries the bytes; behind the account a hash of the reason */
/* Its holdfast takes a command's input before it has answered (run_ahead.h). */
#define REMEMBERED_AHEAD "input-ahead"
/*
 * A session that was seen there, for completions of shells: HOST is the host as it was asked for, and behind a space
 * the session's name, or its id.
 */
#define REMEMBERED_SESSION "session"
#define REMEMBERED_SESSIONS_MAX 20 /* of one host */
#define REMEMBERED_LOGIN "login" /* TEXT: how (auth_remembered.h) */

/* For how many seconds that has been known of HOST; -1: it is not known. */
long remembered_for(const char *what, const char *host);
/* The same of a fact with a text, which is copied to TEXT; -1 also if it has no room there. */
long remembered_text(const char *what, const char *host, char *text, size_t cap);
/* From now on, or no longer. */
void remembered_set(const char *what, const char *host, bool yes);
/* The same with TEXT; NULL: no longer. */
void remembered_set_text(const char *what, const char *host, const char *text);
/* Whether HOST HAS holdfast was seen. */
void remembered_whether(const char *host, bool has);
/* The sessions that HOST has are the N of NAMES, and no others; what might mean something to a shell is left out. */
void remembered_sessions(const char *host, const char *const *names, unsigned n);
/* One more of them, or one less. */
void remembered_session(const char *host, const char *name, bool yes);

#endif
