/* SPDX-License-Identifier: MIT */
/* daemonsocket: connects to holdfastd, for questions that do not wait to be accepted (common/messages/vouch.h). */
#ifndef HOLDFAST_DAEMONSOCKET_H
#define HOLDFAST_DAEMONSOCKET_H

/*
 * Connects without waiting: a descriptor that does not block, or a negative errno: -ENOENT or -ECONNREFUSED: holdfastd
 * is not there; -EAGAIN: its queue is full; -EPERM: another user listens there.
 */
int daemonsocket_open(void);

#endif
