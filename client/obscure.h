/* SPDX-License-Identifier: MIT */
/*
 * obscure: when keys are sent, so that who watches the line does not learn when they were typed (ObscureKeystrokeTiming
 * of ssh_config(5), as ssh does it for its own terminals).
 *
 * The first key goes at once; from then on something of the same size goes every INTERVAL milliseconds, a key or chaff,
 * until some random time after the last key.  More than a few keys at once are no typing, and are not delayed.
 */
#ifndef HOLDFAST_OBSCURE_H
#define HOLDFAST_OBSCURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBSCURE_KEYS 256u       /* more is no typing */
#define OBSCURE_CHAFF_MS 1024u  /* so long after the last key, … */
#define OBSCURE_SPAN_MS 2048u   /* … and up to so much longer */

struct obscure {
	unsigned interval; /* ms; 0: keys are sent as they are typed */
	bool active;
	uint64_t next;     /* ACTIVE: when something goes */
	uint64_t until;    /* ACTIVE: when chaff ends */
};

enum obscure_now {
	OBSCURE_SEND, /* all that there is; perhaps nothing */
	OBSCURE_HOLD, /* not yet */
	OBSCURE_CHAFF,
};

/* What goes at NOW (clock.h), when PENDING bytes wait; RANDOM is a random number. */
enum obscure_now obscure_turn(struct obscure *o, uint64_t now, size_t pending, uint32_t random);
/* When the next turn is due, UINT64_MAX: not before a key. */
uint64_t obscure_due(const struct obscure *o);

#endif
