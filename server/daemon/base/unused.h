/* SPDX-License-Identifier: MIT */
/* unused: gives memory back to the system that this process has needed for a moment. */
#ifndef HOLDFAST_UNUSED_H
#define HOLDFAST_UNUSED_H

/*
 * The free parts of the heap, and the stack below the caller's frame: what PAM modules, name services or a message
 * took. A process that waits for weeks needs a few hundred bytes there.
 */
void unused_give_back(void);

#endif
