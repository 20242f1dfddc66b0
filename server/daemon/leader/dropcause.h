/* SPDX-License-Identifier: MIT */
/*
 * dropcause: why an attachment has gone, for the events "drop" and "leave" (holdfast-events(7)): as the keeper says
 * where it let the terminal go itself, and else as the kernel's figures of the login's connection say at that moment.
 */
#ifndef HOLDFAST_DROPCAUSE_H
#define HOLDFAST_DROPCAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "tcpinfo.h"

struct dropcause {
	uint32_t kind;       /* of the keeper's report: enum attach_reason, or 0 */
	bool taken;          /* another attachment has taken the session over */
	int found;           /* of the connection: 0, and TCP has its figures; -ENOENT: it is gone; another error: unknown */
	struct tcpinfo tcp;
	bool sshd_lives;
};

/* Whether the connection does not matter: the keeper's report says all. */
bool dropcause_is_told(const struct dropcause *d);
/* The word for why=. */
const char *dropcause_word(const struct dropcause *d);

#endif
