/* SPDX-License-Identifier: MIT */
/* keys: how the keyboard reports keys: kitty's flags and their stacks, and xterm's modifyOtherKeys and the like. */
#ifndef HOLDFAST_SCREEN_KEYS_H
#define HOLDFAST_SCREEN_KEYS_H

struct screen;
struct kitty;

unsigned kitty_flags(const struct kitty *k);
/* CSI = FLAGS ; HOW u: 1 sets all, 2 adds, 3 takes away. */
void kitty_set(struct kitty *k, unsigned flags, unsigned how);
void kitty_push(struct kitty *k, unsigned flags);
void kitty_pop(struct kitty *k, unsigned n);
/* CSI > RESOURCE ; VALUE m; VALUE -1: back to the terminal's own. */
void keys_modify(struct screen *s, unsigned resource, int value);

#endif
