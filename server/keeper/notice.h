/* SPDX-License-Identifier: MIT */
/*
 * notice: what others say to a session: messages onto its screen, and to its shells that another login is attached.
 */
#ifndef HOLDFAST_NOTICE_H
#define HOLDFAST_NOTICE_H

#include <sys/types.h>

#include "bounds.h"
#include "state.h"

/*
 * Writes "message from root: TEXT" to the session's terminal, as write(1) would: it comes out as if a program had
 * printed it, so it is on the screen of whoever is attached and of who comes later.  Control characters and bytes
 * over 126 are written as \ooo.  FROM is who sends it.  0; -EAGAIN when the terminal takes nothing now.
 */
int notice_message(struct keeper *k, uid_t from, const char text[TEXT_CAP]);
/*
 * Another login is the live one: says so to the prompts of the session's shells (place_write_login), in a place of our own.
 * In the leader's it does, which hears who comes and goes.
 */
void notice_login(struct keeper *k);

#endif
