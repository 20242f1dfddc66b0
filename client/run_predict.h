/* SPDX-License-Identifier: MIT */
/*
 * run_predict: what is typed is shown before the host has answered (predict/): its place in the loop.
 *
 * A model of the terminal follows only while the line asks for it (predict/when.h) or the person does (--predict); else
 * what it misses is noted (run_recall.h).  It begins with a session that is new, or with a rendering: one that the
 * terminal gets too, or one that is asked for it alone.  Without one, and where nothing can be predicted, every
 * function here does nothing.
 */
#ifndef HOLDFAST_RUN_PREDICT_H
#define HOLDFAST_RUN_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run_state.h"

/* M: what ATTACHED has said; AGAIN: not for the first time. */
void run_predict_attached(struct run *r, const struct link *l, const struct frame_attached *m, bool again);
/* The session is over for this client, or another one begins. */
void run_predict_over(struct run *r);

/* Before and after bytes of the host's go to the terminal. */
void run_predict_before(struct run *r, const unsigned char *bytes, size_t len);
void run_predict_fed(struct run *r, const unsigned char *bytes, size_t len);
/* A frame of a rendering.  True: it is for the model alone, which has got it, and the terminal does not get it. */
bool run_predict_swallows(struct run *r, const struct frame_data *d);
/* A frame of another rendering comes, and has come; they are those that go to the terminal. */
void run_predict_repaint(struct run *r);
void run_predict_repainted(struct run *r);
/* Output has been lost. */
void run_predict_lost(struct run *r);
/* TTY, TAKEN, SIZE_IS: 0, or -EBADMSG. */
int run_predict_told(struct run *r, const struct frame *f);

/*
 * LEN bytes that were typed are kept, the first of which has OFFSET in the stream.  Where lines of our own are on the
 * screen, it is to be drawn anew (run_repair).
 */
void run_predict_keys(struct run *r, const unsigned char *bytes, size_t len, uint64_t offset);
/* The host has acknowledged the input before OFFSET. */
void run_predict_acked(struct run *r, uint64_t offset, uint64_t now);
/* Input has been thrown away. */
void run_predict_reset(struct run *r);

/* The terminal has another size, which the host is told next. */
void run_predict_resized(struct run *r);
/* Something of our own, or of a child, is written to the terminal next, and stays until the host has it drawn anew. */
void run_predict_unclean(struct run *r);
/* The same, of what the terminal keeps no trace of, or that the host is asked to draw over. */
void run_predict_hide(struct run *r);

/* Shows what is predicted now, behind output in the same write. */
void run_predict_show(struct run *r, uint64_t now);
/* Begins and ends as the line asks for it, and shows; when it wants to be called next, CLOCK_NEVER. */
void run_predict_tick(struct run *r, uint64_t now);
uint64_t run_predict_due(const struct run *r, uint64_t now);
/* The row for a line of our own that covers none in which the person types: 1 to ROWS. */
unsigned run_predict_free_row(const struct run *r, unsigned rows);

#endif
