/* SPDX-License-Identifier: MIT */
/* script_state: what one connection has asked for (attach_script.h); peer->script, made with its first such message. */
#ifndef HOLDFAST_SCRIPT_STATE_H
#define HOLDFAST_SCRIPT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach_script.h"
#include "keys.h"

struct script_send {
	size_t len, at;   /* of BYTES; LEN 0: nothing is to be typed */
	uint64_t by;      /* clock_now_ms(): then the asker is told how much was taken */
	struct keys keys; /* the same in the session's memory */
	unsigned char bytes[ATTACH_SEND_MAX];
};

struct script_print {
	struct attach_print what; /* WHAT 0: nothing is asked for */
	struct attach_printed as; /* how the session was, as the painter was asked */
	bool asked;               /* the painter has it; else it is asked in the next turn */
	unsigned tries;           /* how many painters were asked */
};

struct script_follow {
	bool on;
	bool blocked;     /* its socket took no more, or there is more to send */
	unsigned channel;
	uint64_t next;    /* the next byte of output */
	uint32_t rows, cols; /* the size that it has been told last */
};

struct peer;

struct script {
	struct script_send send;
	struct script_print print;
	struct script_follow follow;
};

/* PEER's own, made if there was none; NULL: no memory, and PEER has been told. */
struct script *script_of(struct peer *peer);

#endif
