/* SPDX-License-Identifier: MIT */
/*
 * hopping: reaches a session on another node of the pool for a login of this one.  The client program (holdfast(1), of
 * the package holdfast-client) is started as the login's user and connects to the other node's sshd like any ssh of that
 * user, but asks nothing and believes no new host key.  common/messages/hopmsg.h is what is said to it.
 *
 * It gets no agent but the one that the login has forwarded, and passes that on, as it does the login's X11 display.
 */
#ifndef HOLDFAST_HOPPING_H
#define HOLDFAST_HOPPING_H

#include <stddef.h>
#include <sys/types.h>

#include "hopmsg.h"
#include "ticket.h"
#include "waiting.h"

#define HOPPING_CHOSEN_MS 2000 /* so long may a hop take that nobody has asked for */

struct hopping_to {
	const char *address;      /* of the other node, for ssh */
	const char *user;         /* the login's */
	struct hopmsg_order order;
	const char *tty;          /* the terminal's name; NULL: the pipes IN and OUT, and FRAMES */
	int in, out;              /* borrowed */
	const unsigned char *frames; /* HELLO and ATTACH, FRAMES_LEN bytes */
	size_t frames_len;
	char *const *env;         /* the login's environment */
	struct ticket ticket;     /* the login's, or none */
};

struct hopping {
	pid_t pid; /* the client's; 0: none */
	int fd;    /* to it; -1: none */
};

/*
 * Starts the client, and waits at most PATIENCE_MS until it has the session.  0: it has; hopping_wait() next.
 * -ENOEXEC: there is no client program on this host; -ECONNREFUSED: no session, and SAID has the client's last word;
 * -ETIMEDOUT; -EINTR (as waiting.h); -EPIPE: the client died; another negative errno.  After an error there is nothing
 * to end.
 */
int hopping_start(struct hopping *h, const struct hopping_to *to, unsigned patience_ms, struct waiting *w,
                  struct hopmsg_report *said);
/*
 * Waits until the session is left, and ends the client.  0: SAID has its last word; -EINTR: the login has gone; -EPIPE:
 * the client died.
 */
int hopping_wait(struct hopping *h, struct waiting *w, struct hopmsg_report *said);

#endif
