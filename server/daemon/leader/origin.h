/* SPDX-License-Identifier: MIT */
/*
 * origin: the session that a new one comes out of.  A process of a held session has no login's ticket, and the login
 * may have ended long ago; so the leader of that session, a root process, tells the helper on its own socket
 * (leaderctl.h, ORIGIN) what is known of the login that has started the session, and what a shell of that login inherits.
 * The helper has found out before by the kernel that the process belongs to the session (caller.h).
 */
#ifndef HOLDFAST_ORIGIN_H
#define HOLDFAST_ORIGIN_H

#include "leaderreg.h"
#include "leadermsg.h"
#include "login.h"
#include "procfile.h"
#include "surroundings.h"

#define ORIGIN_MAX 8192 /* bytes of the message */

struct origin {
	struct leaderreg session;           /* as the register has it; not in the message */
	/* The login that has started it, with the leader in sshd's place; its connection may not exist any more: no ports. */
	struct login login;
	char unique[LEADERMSG_UNIQUE];      /* the session's */
	char label[PROCFILE_LABEL_CAP];     /* of the process that has asked for the session */
	struct surroundings around;         /* of that login's sshd */
};

/* The number of bytes written to OUT, or -EMSGSIZE. */
int origin_encode(const struct origin *o, unsigned char *out, size_t cap);
/* 0, or -EBADMSG: O is undefined then.  Sets all but O->session and the leader in O->login. */
int origin_decode(struct origin *o, const void *buf, size_t len);

/*
 * Asks the leader of SESSION, which is copied to O->session.  0; -ENOENT: the session is ending, or its leader is gone;
 * -EPIPE: the leader does not answer for it: the shell has not started or has ended, or the leader is of an older version;
 * -ETIMEDOUT: it hangs; another negative errno.  Waits little more than a second, however often it asks again.
 */
int origin_ask(struct origin *o, const struct leaderreg *session);

#endif
