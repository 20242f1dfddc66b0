/* SPDX-License-Identifier: MIT */
/*
 * watched: what framed clients that have sent WATCH are told of the pty: TTY and TAKEN (docs/PROTOCOL.md, section 10).
 *
 * The keeper looks at the pty's modes and at the program in front when there is output to send anyway, and after input
 * was written; so TTY rides on that output.  When input was taken, taken.h tells.  Only a deadline makes the keeper
 * wake up for this, and only while input of a client that watches has not been taken.  Where nobody watches, there is
 * no struct watched, and no system call.
 *
 * Clients on fast lines ask for the modes alone (FRAME_WATCH_MODES).  Then a key costs the keeper two ioctl(2): a look
 * before it sends what came of the key, or its acknowledgement.  Behind a key that is no character, such as Enter, a
 * program may change the modes without a word: there is one look more WATCHED_QUIET_MS after the last output.
 */
#ifndef HOLDFAST_WATCHED_H
#define HOLDFAST_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "peers.h"
#include "frame_tty.h"
#include "state.h"

#define WATCHED_QUIET_MS 50

/* WATCH came from PEER; or PEER goes on as it was in another keeper. */
void watched_set(struct peer *peer, enum frame_watch what);
/* PEER's person has typed LEN BYTES. */
void watched_typed(struct peer *peer, const unsigned char *bytes, size_t len);
/* PEER goes. */
void watched_leave(struct peer *peer);
/* There may be new output, which is sent to PEER next: looks at the pty. */
void watched_look(struct peer *peer);
/* WRITTEN: so much of the output has been written to PEER.  Whether it is to be told something now. */
bool watched_owes(const struct peer *peer, uint64_t written);
/* The next frame for it to OUT: its length, 0 if there is none, or -EMSGSIZE. */
int watched_frame(struct peer *peer, uint64_t written, unsigned char *out, size_t cap);

void watched_watch(struct keeper *k, struct loop *l);
/* Before the turn of the attachments, which send what there is to be told. */
void watched_turn(struct keeper *k);

#endif
