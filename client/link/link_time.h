/* SPDX-License-Identifier: MIT */
/* link_time: when a link has something to do, the pings, and how long nothing has come back.  Times are clock.h's. */
#ifndef HOLDFAST_LINK_TIME_H
#define HOLDFAST_LINK_TIME_H

#include "link.h"

unsigned link_poll(struct link *l, struct pollfd *fds, uint64_t *deadline);
/* Checks with less patience that the other end is alive: the network has changed, or the machine has slept. */
void link_check(struct link *l, uint64_t now);
/*
 * From when on (clock.h) it is worth a second connection beside this one, though the host may only be slow: well before
 * it is called SILENT.  UINT64_MAX: nothing speaks for that.
 */
uint64_t link_doubtful(const struct link *l);
/* That doubt was wrong: the next one takes twice as long. */
void link_trusted(struct link *l);
/* Whether the host has been heard since we sent something that it answers. */
bool link_speaks(const struct link *l);
/* Sends the pings that are due; sets SILENT, or ends a connection that was never answered at all. */
void link_tick(struct link *l, uint64_t now);
/* When link_tick wants to be called next, UINT64_MAX for never. */
uint64_t link_due(const struct link *l);

#endif
