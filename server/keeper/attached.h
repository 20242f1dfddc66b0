/* SPDX-License-Identifier: MIT */
/* attached: the terminals that are attached to a session, and the bytes between them and the pty. */
#ifndef HOLDFAST_ATTACHED_H
#define HOLDFAST_ATTACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* Puts the attached terminals into the set, and the moments at which stalled ones are set aside. */
void attached_watch(struct keeper *k, struct loop *l);
/* Writes new output to all of them. */
void attached_push(struct keeper *k);
/*
 * A new shell is there: it gets what was typed while it was not, but for Ctrl-C, Ctrl-\ and Ctrl-Z, which were meant
 * for what was there before.
 */
void attached_typed_ahead(struct keeper *k);
/* Gives the pty the input that waits for it. */
void attached_feed(struct keeper *k);
/* Whether input waits for the pty to take it. */
bool attached_input_waits(const struct keeper *k);
/* Whether one that is not set aside is more than LAG bytes behind; with LAG 0: has anything left to be written. */
bool attached_behind(const struct keeper *k, uint64_t lag);
unsigned attached_count(const struct keeper *k);
/* Whether one is there that takes what is written and can answer. */
bool attached_listening(const struct keeper *k);
/* The one that was active last, or NULL. */
struct client *attached_live(const struct keeper *k);
/* Whether C, which is attached, takes what is written and may type. */
bool attached_listens(const struct client *c);
/* Of those that listen the one that was active last, or NULL. */
struct client *attached_leading(const struct keeper *k);
/* Nothing comes any more of what C was typing. */
void attached_release(struct client *c);
/* The smallest size of all; 0 rows when there is none. */
struct winsize attached_common_size(const struct keeper *k);
/* Leaves C's terminal clean, tells it why and lets it go. */
void attached_detach(struct client *c, enum attach_reason why, const char *target);
/* All but EXCEPT (which may be NULL). */
void attached_detach_all(struct keeper *k, const struct client *except, enum attach_reason why);
/*
 * The shell has ended with this wait status (waitpid(2)): tells those that are attached and lets them go; without ALL
 * not those whose client has yet to say that it has heard of it.
 */
void attached_end(struct keeper *k, int status, bool all);
/* C gets no more: what has not been written to it, it can't answer. */
void attached_unanswered(struct client *c);
/* Sets stalled ones aside and gives up dead ones. */
void attached_sweep(struct keeper *k);

#endif
