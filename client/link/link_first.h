/* SPDX-License-Identifier: MIT */
/*
 * link_first: what a client says first, which the host may take with the environment (docs/PROTOCOL.md, "Attach
 * ahead").
 */
#ifndef HOLDFAST_LINK_FIRST_H
#define HOLDFAST_LINK_FIRST_H

#include <stddef.h>

#include "base64.h"
#include "frame_types.h"

/* What a new link has for the host before the channel takes bytes. */
struct link_first {
	unsigned char nonce[FRAME_NONCE];
	const unsigned char *attach; /* a whole ATTACH_AHEAD, LEN bytes */
	size_t len;
};

#define LINK_FIRST_TEXT (sizeof FRAME_ATTACH_VARIABLE + BASE64_LEN(FRAME_ATTACH_VARIABLE_MAX) + 1)

/* What HELLO names, a name-list; until this is called FRAME_CLIENT_FEATURES.  LIST is borrowed. */
void link_first_features(const char *list);
/* HELLO, as frame.h's encoders. */
int link_first_hello(unsigned char *out, size_t cap);
/* "NAME=value" of PREAMBLE, HELLO and FIRST to OUT, LINK_FIRST_TEXT bytes; "": they have no room there. */
void link_first_variable(const unsigned char preamble[FRAME_PREAMBLE], const struct link_first *first, char *out);

#endif
