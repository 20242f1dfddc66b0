/* SPDX-License-Identifier: MIT */
/*
 * reply: messages of helper and leader to the login (common/messages/vouch.h).  No function waits; a login that does not read
 * loses its message.
 */
#ifndef HOLDFAST_REPLY_H
#define HOLDFAST_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "vouch.h"

/* Sends one reply on CONN (borrowed): 0 or a negative errno. */
int reply_send(int conn, const struct vouch_reply *reply);
/* A reply with only its type (PROGRESS, STARTED) or, for READY, the session. */
int reply_plain(int conn, uint8_t type, uint32_t session);
/*
 * The event that a refusal with CODE is: "aside" where nothing has failed, because holdfast is switched off for the
 * login or the shell is not sshd's; else "refuse".
 */
const char *reply_event(uint32_t code);
/*
 * Refuses a login: sends REFUSED with CODE (enum vouch_refusal) and a line for the user, and counts that (counters.h).
 * Ignores errors.
 */
void reply_refuse(int conn, uint32_t code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same where WORD says more than CODE does; why= of holdfast-events(7). */
void reply_refuse_as(int conn, uint32_t code, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* REFUSED with VOUCH_TROUBLE to one who is no login: it is not counted. */
void reply_error(int conn, const char *text);
/* ENDS_ARE, with the descriptor FD (borrowed), or with none for -1: 0 or a negative errno. */
int reply_ends(int conn, int fd);
/* EVENTS_ARE, with the descriptors FDS (borrowed; -1: there is no such file), in the order of enum vouch_which. */
int reply_events(int conn, const int fds[VOUCH_FILES]);
/* POOL_IS, with the descriptor FD (borrowed), or with none for -1: 0 or a negative errno. */
int reply_pool(int conn, int fd);
/* One message of another protocol: 0 or a negative errno. */
int reply_bytes(int sock, const void *msg, size_t len);

#endif
