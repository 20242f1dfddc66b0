/* SPDX-License-Identifier: MIT */
/*
 * notice: what others say to a session: messages onto its screen, and to its shells that another login is attached.
 */
#ifndef HOLDFAST_NOTICE_H
#define HOLDFAST_NOTICE_H

#include <sys/types.h>

#include "bounds.h"

struct keeper;

/*
 * Writes "message from root: TEXT" to the session's terminal, as write(1) would: it comes out as if a program had
 * printed it, so it is on the screen of whoever is attached and of who comes later.  Control characters and bytes
 * over 126 are written as \ooo.  FROM is who sends it.  0; -EAGAIN when the terminal takes nothing now.
 */
int notice_message(struct keeper *k, uid_t from, const char text[TEXT_CAP]);
/*
 * Another login is the live one: writes a new number into the file NAME_LOGIN in the session's directory, where the
 * prompts of its shells look (server/hooks/refresh.*).  A full file system costs them the news, and nothing else.
 */
void notice_login(struct keeper *k);

#endif
