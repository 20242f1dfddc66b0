/* SPDX-License-Identifier: MIT */
/*
 * key: the keys of a pool in its store.
 *
 *   /holdfast/POOL/nodes/NODE                     a node
 *   /holdfast/POOL/sessions/NODE/USER/UNIQUE      a session of it
 *   /holdfast/POOL/proofs/NODE                    what the node writes to see that its watch still works
 *
 * The node stands before the user, so that the store's rules can let each node write its own keys alone.  In a user's
 * name all but letters, digits and "._-" is %XX (RFC 3986, 2.1), and so is a "." in front; the other parts have such
 * characters alone.
 */
#ifndef HOLDFAST_POOL_KEY_H
#define HOLDFAST_POOL_KEY_H

#include <stddef.h>

#include "poolmsg.h"

#define KEY_CAP 1024 /* with a NUL: the longest has 901 bytes */

enum key_kind { KEY_NODE, KEY_SESSION, KEY_PROOF };

struct key {
	enum key_kind kind;
	char node[NODE_CAP];
	char user[USER_CAP];      /* of a session; else "" */
	char unique[POOL_UNIQUE]; /* the same */
};

/* What all keys of POOL begin with, with a slash at the end; those of one kind. */
void key_prefix(const char *pool, char out[KEY_CAP]);
void key_prefix_of(const char *pool, enum key_kind kind, char out[KEY_CAP]);
/* The end of the range of keys that begin with PREFIX, which ends with a slash: OUT may be PREFIX. */
void key_range_end(const char *prefix, char out[KEY_CAP]);
void key_put(const char *pool, const struct key *k, char out[KEY_CAP]);
/* Reads a key of LEN bytes: 0, or -EBADMSG: it is no key of POOL, or a part of it is not valid, or not as key_put has it. */
int key_get(const char *pool, const char *text, size_t len, struct key *k);

#endif
