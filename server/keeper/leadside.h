/* SPDX-License-Identifier: MIT */
/* leadside: a keeper's conversation with its leader (common/lead.h), and what it does without one. */
#ifndef HOLDFAST_LEADSIDE_H
#define HOLDFAST_LEADSIDE_H

#include "lead.h"
#include "loop.h"

struct keeper;

/* Puts the socket to the leader into the set. */
void leadside_watch(struct keeper *k, struct loop *l);
/* Sends a report to the leader, if it is there.  One whose queue is full hangs, and is as good as gone. */
void keeper_report(struct keeper *k, const struct lead_report *m);
/* The same with the descriptor FD, which stays the caller's. */
void keeper_report_with(struct keeper *k, const struct lead_report *m, int fd);

#endif
