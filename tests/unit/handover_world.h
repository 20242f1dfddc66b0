/* SPDX-License-Identifier: MIT */
/* handover_world: the keeper of keeper_world.h hands over to another one in the same process. */
#ifndef HOLDFAST_HANDOVER_WORLD_H
#define HOLDFAST_HANDOVER_WORLD_H

#include "keeper_world.h"

#include "handed.h"
#include "picture.h"

static unsigned char bytes[4u << 20];
static struct handed handed;
static struct keeper former[64]; /* what is left of those that have handed over, for the checker of leaks */
static unsigned formers;

/* What K hands over: its length. */
static inline size_t
put(void)
{
	int n = handed_put(&k, bytes, sizeof bytes);

	assert_true(n > 0);
	return (size_t)n;
}

/* Waits for a moment in which K can be handed over. */
static inline void
get_ready(void)
{
	turn_until(!handed_objection(&k) && (!k.picture || picture_let_go(&k)));
}

/* K goes on as another keeper. */
static inline void
become_another(void)
{
	get_ready();
	assert_int_equal(handed_get(&handed, bytes, put()), 0);
	assert_int_equal(vital_try(k.vital.fd, !k.init.tty[0], k.vital.ring_bytes), 0);
	assert_true(formers < sizeof former / sizeof *former);
	former[formers++] = k;
	memset(&k, 0, sizeof k);
	k.io = -1;
	handed_begin(&k, &handed);
	k.memory = former[formers - 1].vital.fd;
	k.again = true;
	k.handed = &handed;
	assert_int_equal(keeper_open(&k), 0);
	assert_null(k.handed);
}

#endif
