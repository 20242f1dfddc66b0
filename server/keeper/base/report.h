/* SPDX-License-Identifier: MIT */
/* report: what a keeper says to its leader (common/messages/lead.h); what the leader says is read by leader_link.h. */
#ifndef HOLDFAST_REPORT_H
#define HOLDFAST_REPORT_H

#include "lead.h"
#include "state.h"

/*
 * Sends a report to the leader, if it is there.  A leader whose queue is full hangs, and is as good as gone
 * (report_leader_lost).
 */
void report(struct keeper *k, const struct lead_report *m);
/* The same with the descriptor FD, which stays the caller's. */
void report_with(struct keeper *k, const struct lead_report *m, int fd);
/* The session has another name. */
void report_name(struct keeper *k);
/* The socket to the leader is of no use any more: closes it.  The loop sees to what follows (leader_link_turn). */
void report_leader_lost(struct keeper *k);

#endif
