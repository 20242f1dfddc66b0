/* SPDX-License-Identifier: MIT */
/*
 * place: a session's directory /run/holdfast/users/<uid>/<id>/ with its two listening sockets
 * (and the file "login", see notice.h).
 *
 * It is made under a name beginning with a dot and gets its number, the lowest that is free, by one rename(2) once
 * both sockets listen: whoever sees a number and gets no connection knows that the keeper is dead.
 */
#ifndef HOLDFAST_PLACE_H
#define HOLDFAST_PLACE_H

#include <stdint.h>

#include "bounds.h"

struct place {
	int users; /* users/<uid> */
	int dir;   /* users/<uid>/<id> */
	int sock;  /* listening, SOCK_SEQPACKET: common/attach.h */
	int agent; /* listening, SOCK_STREAM: the ssh agent's protocol */
	uint32_t id;
	char name[32]; /* the directory's, below users/<uid>; "": not made */
	char agent_path[PATH_CAP]; /* for SSH_AUTH_SOCK */
};

#define PLACE_INIT { -1, -1, -1, -1, 0, "", "" }

/*
 * USERS_ROOT is the directory that has <uid>/ (PATH_USERS), FIRST the lowest number to be given.  Refuses (-EPERM) a
 * directory <uid> that is not the caller's own with mode 0700.  0 or a negative errno; on failure nothing is left.
 */
int place_make(struct place *p, const char *users_root, uint32_t first);
/* Removes sockets and directory and closes everything. */
void place_remove(struct place *p);

#endif
