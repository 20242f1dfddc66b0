/* SPDX-License-Identifier: MIT */
/* keynames: the keys of a terminal by tmux's names for them (tmux(1), KEY BINDINGS), as bytes. */
#ifndef HOLDFAST_KEYNAMES_H
#define HOLDFAST_KEYNAMES_H

#include <stdbool.h>
#include <stddef.h>

#define KEYNAMES_MAX 16 /* bytes of one key */

/*
 * The bytes of the key NAME: "Enter", "C-c", "M-x", "S-F5", "a"; of one character, that.  CURSOR: the program has
 * asked for the other sequences of the cursor keys (DECCKM).  How many; -ENOENT: there is no such key; -EINVAL: it
 * has no bytes with such modifiers.
 */
int keynames_bytes(const char *name, bool cursor, char out[KEYNAMES_MAX]);
/* Whether the bytes of NAME depend on CURSOR. */
bool keynames_depend(const char *name);
/* The names, one after the other, without their aliases, from 0 on; NULL behind the last. */
const char *keynames_name(size_t i);

#endif
