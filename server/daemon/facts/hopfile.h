/* SPDX-License-Identifier: MIT */
/*
 * hopfile: what another node of the pool has vouched for of a login here, in /run/holdfast/logins/<ticket>.hop (root,
 * 0600 in 0700).  It is no part of the login's record (record.h), which leaders of older versions read: for those the
 * login stays what it has proved here.
 */
#ifndef HOLDFAST_HOPFILE_H
#define HOLDFAST_HOPFILE_H

#include <stdint.h>

#include "bounds.h"
#include "frame_hop.h"
#include "identity.h"
#include "ticket.h"

#define HOPFILE_SUFFIX ".hop"
#define HOPFILE_NAME (TICKET_TEXT + sizeof HOPFILE_SUFFIX - 1) /* with the NUL */
#define HOPFILE_MAX 1024

struct hopfile {
	/* The login's sshd here, as in its record: a file of another login is not believed. */
	uint32_t pid;
	uint64_t start;
	char pool[POOL_CAP];
	char node[NODE_CAP];            /* that has vouched for it */
	char method[FRAME_HOP_METHOD];  /* by which key, or "munge" */
	struct identity identity;       /* what it has proved there, … */
	char address[ADDRESS_CAP];      /* … where it came from, "": unknown, … */
	char who[WHO_CAP];              /* … and how it has proved itself */
};

void hopfile_name(const struct ticket *ticket, char out[HOPFILE_NAME]);
/*
 * Writes the file of TICKET in the directory DIR (logins), whole or not at all, in place of one that is there: 0 or a
 * negative errno.
 */
int hopfile_write(int dir, const struct ticket *ticket, const struct hopfile *h);
/* Reads it: 0; -ENOENT: there is none; -EPERM, -EBADMSG: it is not root's own or is damaged; another negative errno. */
int hopfile_read(int dir, const struct ticket *ticket, struct hopfile *h);

#endif
