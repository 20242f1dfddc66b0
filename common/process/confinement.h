/* SPDX-License-Identifier: MIT */
/*
 * confinement: the namespaces and root directory of a process, and its restrictions (NoNewPrivs, seccomp, bounding
 * set). A process gains nothing from a process with the same confinement.  A process in a sandbox has another
 * confinement than its user's login.
 */
#ifndef HOLDFAST_CONFINEMENT_H
#define HOLDFAST_CONFINEMENT_H

#include "procfile.h"

#define CONFINEMENT_NAMESPACES 8

struct confinement {
	struct procfile_id ns[CONFINEMENT_NAMESPACES], root;
	uint64_t root_mount; /* a bind of / is the same file and another mount; 0: before Linux 5.8 */
	struct procfile_status status;
};

/* Reads the confinement of the process with the /proc directory DIR: 0 or a negative errno (-EACCES: no permission). */
int confinement_read(struct confinement *c, int dir);
/* Of the caller. */
int confinement_read_self(struct confinement *c);
/* The difference between A and B, a constant for the log; NULL: no difference. */
const char *confinement_difference(const struct confinement *a, const struct confinement *b);
/*
 * Whether the process that connected to CONN (SO_PEERCRED) may talk to the process of UID with the /proc directory
 * SELF: 0 for root, and for UID with the same confinement and security label.  (SELinux itself decides about
 * connections, so its labels may differ.)  -EACCES: no permission to examine the process, as when it has another group;
 * another negative errno: no.
 */
int confinement_check_peer(int conn, uid_t uid, int self);

#endif
