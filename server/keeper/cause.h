/* SPDX-License-Identifier: MIT */
/*
 * cause: why the session ends, and what is known of it then.  The keeper tells the leader who has asked for the end,
 * and the leader tells the keeper the cause in words (k->cause), for those who are attached; root's record is the
 * leader's (server/daemon/leader/leader_end.h).
 */
#ifndef HOLDFAST_CAUSE_H
#define HOLDFAST_CAUSE_H

#include <sys/signalfd.h>

#include "state.h"

#define CAUSE_WAIT_MS 500 /* the last words to an attachment wait so long for the cause */

/* The process at the other end of FD asks for the end by SIGNAL; before it is sent. */
void cause_request(struct keeper *k, int signal, int fd);
/* A process has sent this keeper SIGTERM. */
void cause_signal(struct keeper *k, const struct signalfd_siginfo *si);
/* The shell has ended.  Asks for the cause where nobody had asked for the end, and it was killed all the same. */
void cause_shell_ended(struct keeper *k);
/* The leader's answer. */
void cause_take(struct keeper *k, const struct leadermsg_cause *m);
/* Whether the answer still is to be waited for; and in the loop. */
bool cause_awaited(const struct keeper *k);
void cause_watch(const struct keeper *k, struct loop *l);

/* After output: remembers now and then what runs in front. */
void cause_turn(struct keeper *k);
/* Tells the leader what runs in front, and the last line of output. */
void cause_words(struct keeper *k);
/* The last line of output in the CAP bytes at OUT. */
void cause_last_line(const struct keeper *k, char *out, size_t cap);

#endif
