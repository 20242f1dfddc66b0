/* SPDX-License-Identifier: MIT */
/*
 * probe: whether the connections behind a session's attachments are still there (PROBE of common/messages/attach.h).
 *
 * The kernel's numbers about each connection decide (tcpprobe.h).  Where nothing is under way, one NUL is written to the
 * terminal, which ignores it: only when nothing waits to be written, and not in the middle of an escape sequence or
 * a character.  A client that carries a login of another node of a pool is asked, and looks at the connection by which
 * the person has come to that node (LINE_ASK of docs/PROTOCOL.md); what it says counts for its own attachment.  All
 * connections are looked at side by side, at a few moments within ATTACH_PROBE_MS; nothing is due without a request, but
 * for facts.h, where the host belongs to a pool of login nodes.  Requests at the same time get the verdict of one probe.
 *
 * A session whose connections are all proven dead may be claimed as if it were dropped, for a moment and as long as
 * nothing is heard from them again.
 */
#ifndef HOLDFAST_PROBE_H
#define HOLDFAST_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "peers.h"

/* PEER's terminal has come with a login that the leader (M) or, without one, its own environment (M NULL) tells of. */
void probe_know(struct peer *peer, const struct leadermsg_vouched *m);
/* PEER is attached from now on. */
void probe_attached(struct peer *peer);
/* Something was read from PEER's terminal. */
void probe_heard(struct peer *peer);
/* PEER's client has sent what a person typed, or a terminal answered. */
void probe_typed(struct peer *peer);
/* PEER's client knows more of the connection behind it than the kernel here, and can be asked. */
void probe_far_knows(struct peer *peer);
/* It has answered: VERDICT (enum attach_verdict_is), and how long ago anything was heard from there. */
void probe_far_said(struct peer *peer, uint32_t verdict, uint32_t ago_ms);
/* clock_now_ms() when anything was heard last from PEER's person; 0: unknown. */
uint64_t probe_heard_at(const struct peer *peer);
/* PROBE came: PEER gets VERDICT, now or when it is known. */
void probe_ask(struct peer *peer);
/* Looks at all connections, though nobody has asked. */
void probe_look(struct keeper *k);
/* Whether all that is attached, and something is, was found dead at the last look, and has not typed since. */
bool probe_found_dead(const struct keeper *k);
/* Whether all that is attached was proven dead a moment ago, and is so still. */
bool probe_all_dead(struct keeper *k);
/* Whether PEER is attached, was proven dead when it was looked at last, and has not moved since. */
bool probe_is_dead(const struct peer *peer);
/* clock_now_ms() when anything was heard last from those that are attached; 0: unknown. */
uint64_t probe_last_heard(const struct keeper *k);
void probe_watch(struct keeper *k, struct loop *l);
/* At the end of each turn: looks that are due, and verdicts. */
void probe_turn(struct keeper *k);

#endif
