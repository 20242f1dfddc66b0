/* SPDX-License-Identifier: MIT */
/*
 * recall: what the predictions (predict.h) would have been told while a line is so fast that nothing is shown early,
 * and no model follows.  It is only copied; when the line is away, all of it is told at once, and the predictions are
 * where they would be had they followed all the time.
 *
 * It begins at a state that is known: a screen that is blank, or the model as it stands.  What does not fit any more
 * makes it unknown, until it begins anew.  Times are milliseconds of any clock that does not go back; offsets are those
 * of the streams of input and output.  All that it keeps is wiped when it goes.
 *
 * On such a line the host does not say what was taken (TAKEN).  Recall assumes it as the host would: all input has been
 * acknowledged, and nothing has come for RECALL_QUIET_MS since.  What is typed where the terminal says that nothing
 * shows it (a password) is not kept: then the predictions are told that they have missed it.
 */
#ifndef HOLDFAST_PREDICT_RECALL_H
#define HOLDFAST_PREDICT_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECALL_CAP 65536u    /* bytes that are kept at most, with what describes them */
#define RECALL_QUIET_MS 75u
#define RECALL_KEYS_MS 60000u /* keys are kept so long, and then told to the predictions */

struct frame_taken;
struct frame_tty;
struct predict;
struct recall;

/* NULL: out of memory. */
struct recall *recall_new(void);
/* Takes NULL. */
void recall_free(struct recall *r);

/* It begins with a blank screen of this size; up to TYPED input has been sent before, of which nothing is known. */
void recall_begin(struct recall *r, unsigned rows, unsigned cols, uint64_t typed, uint64_t now);
/* It begins with the predictions as they are; TAKEN: all input up to TYPED has been answered. */
void recall_go_on(struct recall *r, uint64_t typed, bool taken, uint64_t now);
/* It is unknown from now on, and empty. */
void recall_forget(struct recall *r);
bool recall_knows(const struct recall *r);

/* As the functions of predict.h; they do nothing while it is unknown, but recall_tty(), which notes what is so then. */
void recall_fed(struct recall *r, const void *bytes, size_t len, uint64_t offset, uint64_t now);
void recall_paint(struct recall *r, const void *bytes, size_t len);
void recall_painted(struct recall *r, uint64_t offset, uint64_t now);
void recall_keys(struct recall *r, const unsigned char *bytes, size_t len, uint64_t offset, uint64_t now, bool pasted);
void recall_tty(struct recall *r, const struct frame_tty *m, uint64_t now);
void recall_taken(struct recall *r, const struct frame_taken *m);
void recall_reset(struct recall *r);
/* The host has acknowledged all input before OFFSET. */
void recall_acked(struct recall *r, uint64_t offset, uint64_t now);

/* Whether the host has been quiet at NOW for RECALL_QUIET_MS. */
bool recall_is_quiet(const struct recall *r, uint64_t now);
/* When it is to be told to the predictions, although nothing is to be shown, and whether it is; UINT64_MAX: never. */
uint64_t recall_due(const struct recall *r);
bool recall_is_due(const struct recall *r, uint64_t now);
/*
 * Tells P all, and goes on from there, empty: 0.  A negative errno: there is no such model; P has none then, and what
 * is unknown stays so.
 */
int recall_tell(struct recall *r, struct predict *p, uint64_t now);
/* Tells P only what the terminal's modes are and were, for a model that begins anew. */
void recall_tell_tty(const struct recall *r, struct predict *p);

#endif
