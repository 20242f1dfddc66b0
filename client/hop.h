/* SPDX-License-Identifier: MIT */
/*
 * hop: this client carries a login of one node of a pool to a session on another node.  Processes of holdfast's on that
 * node start it so, with `--hop FD` and the options of ssh that make a connection which asks nothing
 * (server/session/enter/hopping.h).  It is no option for people, and in no help.  FD speaks common/messages/hopmsg.h.
 */
#ifndef HOLDFAST_HOP_H
#define HOLDFAST_HOP_H

#include <stdbool.h>

#include "hopmsg.h"

struct hop {
	int fd;                     /* to the process that has started us; -1: this is no hop */
	struct hopmsg_order order;
};

/* --hop TEXT: a descriptor's number; another text makes hop_take() fail. */
void hop_said(struct hop *h, const char *text);
/* What such a client names in HELLO besides FRAME_CLIENT_FEATURES, a name-list; X11: it asks the other node for that. */
const char *hop_features(bool x11);
/* From now on it does. */
void hop_name_features(bool x11);
/* Takes the order: 0, or a negative errno.  Waits for some seconds at most. */
int hop_take(struct hop *h);
/* Sends M; that nobody listens any more is seen elsewhere. */
void hop_report(const struct hop *h, const struct hopmsg_report *m);

#endif
