/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include <string.h>

#include "model.h"

static unsigned char *
current(struct kitty *k)
{
	return k->n ? &k->flags[k->n - 1] : &k->base;
}

unsigned
kitty_flags(const struct kitty *k)
{
	return k->n ? k->flags[k->n - 1] : k->base;
}

void
kitty_set(struct kitty *k, unsigned flags, unsigned how)
{
	unsigned char *c = current(k);

	flags &= KITTY_FLAGS;
	if (how == 1)
		*c = (unsigned char)flags;
	else if (how == 2)
		*c = (unsigned char)(*c | flags);
	else if (how == 3)
		*c = (unsigned char)(*c & ~flags);
}

void
kitty_push(struct kitty *k, unsigned flags)
{
	if (k->n == KITTY_MAX) {
		memmove(&k->flags[0], &k->flags[1], KITTY_MAX - 1);
		k->n--;
	}
	k->flags[k->n++] = (unsigned char)(flags & KITTY_FLAGS);
}

void
kitty_pop(struct kitty *k, unsigned n)
{
	if (n > k->n)
		k->base = 0;
	k->n = (unsigned char)(n < k->n ? k->n - n : 0);
}

void
keys_modify(struct screen *s, unsigned resource, int value)
{
	/* Keyboard, cursor keys, function keys, keypad keys, other keys. */
	if (resource <= 4 && value <= 3)
		s->modifiers[resource] = (signed char)value;
}
