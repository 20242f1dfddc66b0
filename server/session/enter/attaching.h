/* SPDX-License-Identifier: MIT */
/*
 * attaching: attaches one terminal (or pair of pipes) to one session: claim, confirm, wait, from the login's side.
 * common/messages/attach.h is the protocol.
 */
#ifndef HOLDFAST_ATTACHING_H
#define HOLDFAST_ATTACHING_H

#include <stdbool.h>
#include <stdint.h>

#include "attach.h"
#include "waiting.h"

struct attaching {
	int fd; /* to the keeper; -1: none */
	uint32_t session;
	unsigned char token[ATTACH_TOKEN]; /* to come back with (ATTACH_MODE_AGAIN); all zero: the keeper gives none */
	struct attach_refused refused; /* after -EACCES */
};

/*
 * Claims session ID of the caller with M and COUNT descriptors FDS (borrowed).  0: the session is ours, and no program
 * of it has started; -EACCES: refused; -EPIPE: the keeper closed, or died; -EINTR; another negative errno.  After an
 * error there is nothing to close.
 */
int attaching_claim(struct attaching *a, uint32_t id, const struct attach_claim *m, const int *fds, unsigned count,
                     struct waiting *w);
/* TEXT is a line for the person, above the screen.  Whether the keeper takes such: one that gives tokens does. */
bool attaching_tell(const struct attaching *a, const char *text);
/* After this the login cannot get another shell: 0 or -EPIPE. */
int attaching_confirm(struct attaching *a);

enum attachment_end { ATTACHMENT_EXIT, ATTACHMENT_DETACHED, ATTACHMENT_LOST, ATTACHMENT_HANGUP };

struct attachment_result {
	enum attachment_end end;
	bool told; /* OTHER has sent a message */
	struct attach_exit exit;
	struct attach_detached detached;
	char cause[TEXT_CAP]; /* EXIT: who or what has ended the session; "": the shell itself */
};

/*
 * Waits for the end, and tells the keeper of size changes meanwhile.  Keeps the descriptor OTHER (-1: none) open until
 * its peer closes it, or sends a message, and then closes it.
 */
void attaching_wait(struct attaching *a, struct waiting *w, int *other, struct attachment_result *res);
void attaching_close(struct attaching *a);

#endif
