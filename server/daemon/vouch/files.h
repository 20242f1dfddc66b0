/* SPDX-License-Identifier: MIT */
/*
 * files: what any process gets without a ticket: descriptors, for reading, of its user's own files below PATH_STATE
 * (VOUCH_OP_ENDS, VOUCH_OP_EVENTS).
 */
#ifndef HOLDFAST_FILES_H
#define HOLDFAST_FILES_H

#include <sys/types.h>

/* Answers on CONN, to a process of CALLER. */
void files_ends(int conn, uid_t caller);
void files_events(int conn, uid_t caller);

#endif
