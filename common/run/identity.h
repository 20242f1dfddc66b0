/* SPDX-License-Identifier: MIT */
/*
 * identity: the identity that a login proved, as 32 bytes that can be compared.
 *
 * An identity is the SHA-256 of the canonical list of completed authentication methods
 * (server/daemon/facts/auth_identity.c makes it from a login's record).  Two logins with the same identity may resume
 * each other's sessions by themselves.  All zeros mean "unknown", which equals nothing, not even itself.
 */
#ifndef HOLDFAST_IDENTITY_H
#define HOLDFAST_IDENTITY_H

#include <stdbool.h>

#define IDENTITY_BYTES 32

struct identity {
	unsigned char bytes[IDENTITY_BYTES];
};

/* Whether A and B are the same known identity. */
bool identity_equal(const struct identity *a, const struct identity *b);

#endif
