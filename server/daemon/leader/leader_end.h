/* SPDX-License-Identifier: MIT */
/*
 * leader_end: what a leader finds out about the end of its session, and writes down: the audit line (audit.h), and the
 * record that survives the session (endstore.h).
 *
 * While the session runs there is a record of it without an end.  When the leader is killed, or the host goes down,
 * holdfastd finds that record and ends it (endsweep.h).
 */
#ifndef HOLDFAST_LEADER_END_H
#define HOLDFAST_LEADER_END_H

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "leader.h"

/* Makes the session's unique id. */
void leader_end_init(struct leader *l);
/* READY has come: tells the keeper of KeepText, and of the session's unique id, if it needs that. */
void leader_end_keep(struct leader *l);
/* The session has started: it can end from now on. */
void leader_end_begin(struct leader *l);
/* Something has changed that the record has (name, attachments): writes it anew. */
void leader_end_note(struct leader *l);
/* What the OOM killer does in the session's cgroup: in the loop, one descriptor. */
void leader_end_watch(const struct leader *l, struct pollfd *p);
void leader_end_turn(struct leader *l, const struct pollfd *p);

/* Who ends the session: the keeper asks for the cause (LEADERMSG_ASKED, with the connection FD or -1), and is told. */
void leader_end_asked(struct leader *l, const struct leadermsg_report *m, int fd);
/* The keeper's last words about the session (LEADERMSG_WORDS). */
void leader_end_words(struct leader *l, const struct leadermsg_words *m);
/* This process has got a signal of which INFO tells. */
void leader_end_signal(struct leader *l, const struct signalfd_siginfo *info);
/* The process BY, which is root's, has told the leader to kill the session. */
void leader_end_slain(struct leader *l, const struct ucred *by);

/*
 * The session is over, once: the shell has ended with STATUS (as waitpid(2) tells it), or is made to; WHY is an enum
 * leadermsg_why of the keeper's.
 */
void leader_end(struct leader *l, int status, uint32_t why);
/* The same for a session that has lost its keeper, which ended with STATUS, and gets no other one. */
void leader_end_lost(struct leader *l, int status);

#endif
