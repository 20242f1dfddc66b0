/* SPDX-License-Identifier: MIT */
/* report: messages to the leader (common/messages/leadermsg.h); leader_link.h reads those from the leader. */
#ifndef HOLDFAST_REPORT_H
#define HOLDFAST_REPORT_H

#include "leadermsg.h"
#include "state.h"

/*
 * Sends a report to the leader, if it is there.  A leader whose queue is full hangs, and is as good as gone
 * (report_leader_lost).
 */
void report(struct keeper *k, const struct leadermsg_report *m);
/* The same with the descriptor FD, which stays the caller's. */
void report_with(struct keeper *k, const struct leadermsg_report *m, int fd);
/* Another message: the LEN bytes at BUF; a negative LEN: nothing. */
void report_message(struct keeper *k, const void *buf, int len);
/* The session has another name. */
void report_name(struct keeper *k);
/* The leader is lost: closes the socket and sets k->leader_lost, which the loop acts on (leader_link_turn). */
void report_leader_lost(struct keeper *k);

#endif
