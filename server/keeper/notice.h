/* SPDX-License-Identifier: MIT */
/*
 * notice: messages onto the session's screen, and the news for its shells that another login is attached.
 */
#ifndef HOLDFAST_NOTICE_H
#define HOLDFAST_NOTICE_H

#include <sys/types.h>

#include "bounds.h"
#include "state.h"

/*
 * Writes "message from root: TEXT" to the session's terminal, as write(1) would: it comes out as if a program had
 * printed it, so all attached terminals and later ones show it.  Control characters and bytes over 126 are written as
 * \ooo.  FROM is the sender.  0; -EAGAIN when the terminal is not accepting output.
 */
int notice_message(struct keeper *k, uid_t from, const char text[TEXT_CAP]);
/*
 * systemd ends the session (loginctl terminate-user, a shutdown): says so on the attached terminals, and at once, for
 * the logins' own sessions may be ended in the same moment, and with them the way to their terminals.
 */
void notice_stopping(struct keeper *k);
/*
 * Another login is the live one: tells the prompts of the session's shells (sessiondir_write_login), if the keeper
 * has made the session's directory.  Otherwise the leader tells them; it hears of each attachment.
 */
void notice_login(struct keeper *k);

#endif
