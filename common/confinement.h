/* SPDX-License-Identifier: MIT */
/*
 * confinement: where a process lives (its namespaces of every kind, root directory) and what it may not do (NoNewPrivs,
 * seccomp, bounding set).  Two processes with the same confinement can do nothing for each other that
 * either could not do alone; a process in a sandbox has another one than its user's login.
 */
#ifndef HOLDFAST_CONFINEMENT_H
#define HOLDFAST_CONFINEMENT_H

#include "procfile.h"

#define CONFINEMENT_NAMESPACES 8

struct confinement {
	struct procfile_id ns[CONFINEMENT_NAMESPACES], root;
	struct procfile_status status;
};

/* Of the process whose /proc directory DIR is: 0 or a negative errno (-EACCES: it may not be looked at). */
int confinement_read(struct confinement *c, int dir);
/* Of the caller. */
int confinement_read_self(struct confinement *c);
/* In what A and B differ, a constant for the log; NULL: in nothing. */
const char *confinement_difference(const struct confinement *a, const struct confinement *b);
/*
 * Whether the process that connected to CONN (SO_PEERCRED) may talk to one whose /proc directory is SELF and whose user is
 * UID: 0 for root, and for UID with the same confinement and security label.  (SELinux decides itself who may connect to
 * whom, so its labels may differ.)  -EACCES: it may not be looked at, as when its group is another one; another negative
 * errno: no.
 */
int confinement_check_peer(int conn, uid_t uid, int self);

#endif
