/* SPDX-License-Identifier: MIT */
/*
 * sessiondir: a session's directory and the listening sockets in it.
 *
 * SESSIONDIR_OF_ROOT: <root>/<uid>/<id>, made by the session's leader.  The directories are root's, and nobody else can
 * write to them; the sockets are the user's (0600), and root listens, which SO_PEERCRED proves to a peer.  The agent's
 * socket is in a directory with a random name below one that only root can list, so a process that does not know the
 * path cannot find it.
 *
 * SESSIONDIR_OF_USER: the same below a directory of the user's own (0700), made by the keeper of a user without root.  The
 * agent's socket is beside the other one, because the path to a home may be long; there is no leader's socket.
 *
 * A directory is made under a name beginning with a dot and gets its number, the lowest that is free, by one
 * rename(2) once its sockets listen.  So if a number exists and refuses connections, its session is over.
 */
#ifndef HOLDFAST_SESSIONDIR_H
#define HOLDFAST_SESSIONDIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bounds.h"

#define SESSIONDIR_SECRET 33 /* 128 bits in hex, with its NUL */

enum sessiondir_kind { SESSIONDIR_OF_ROOT, SESSIONDIR_OF_USER };

/* Sockets, as bits. */
enum { SESSIONDIR_SOCK = 1, SESSIONDIR_AGENT = 2, SESSIONDIR_LEADER = 4 };

struct sessiondir {
	int parent; /* <root>/<uid> */
	int dir;    /* the session's */
	int nest;   /* SESSIONDIR_OF_ROOT: the directory of the agent's socket */
	int sock;   /* listening, SOCK_SEQPACKET: attach.h */
	int agent;  /* listening, SOCK_STREAM: the ssh agent's protocol */
	int leader; /* listening, SOCK_SEQPACKET: leaderctl.h */
	enum sessiondir_kind kind;
	uid_t uid;
	uint32_t id;              /* 0: not made */
	const char *root;         /* borrowed */
	char secret[SESSIONDIR_SECRET];
	char name[32];            /* of the directory, below parent; "": not made */
	char path[PATH_CAP];      /* of the directory */
	char agent_path[PATH_CAP]; /* for SSH_AUTH_SOCK */
};

#define SESSIONDIR_INIT { .parent = -1, .dir = -1, .nest = -1, .sock = -1, .agent = -1, .leader = -1 }

/*
 * Makes the directory of a session of UID below ROOT (PATH_SESSIONS, or own_root), with FIRST the lowest number to be given.
 * SESSIONDIR_OF_ROOT makes <root>/<uid> where it is missing; SESSIONDIR_OF_USER expects it, as the caller's own with mode 0700.
 * Directories with another owner or mode are refused (-EPERM).  0 or a negative errno; after a failure no file is
 * left.  ROOT must outlive *P.
 */
int sessiondir_make(struct sessiondir *p, enum sessiondir_kind kind, const char *root, uid_t uid, uint32_t first);
/* Whether the directory and the sockets still exist. */
bool sessiondir_is_whole(const struct sessiondir *p);
/*
 * Restores the directory of a SESSIONDIR_OF_ROOT and its sockets after somebody has removed some, under the same number
 * unless another session has taken it (then p->id and the paths change).  The new sockets, as bits, or a negative
 * errno; the old sockets are closed.
 */
int sessiondir_renew(struct sessiondir *p);
/*
 * Makes the session unreachable: from now on connections are refused, also if another process has the listening sockets
 * too.  Closes everything, and removes the directory if this process has made it.
 */
void sessiondir_remove(struct sessiondir *p);
/*
 * Writes NUMBER into the file NAME_LOGIN (0600 or, of root's, 0644), which the prompts of the session's shells read
 * (server/hooks/refresh.*).  If the file system is full, the prompts only miss the change.
 */
void sessiondir_write_login(const struct sessiondir *p, uint32_t number);
/* Removes the files of an ended session NAME below PARENT, a directory of sessions. */
void sessiondir_clear(int parent, const char *name);

#endif
