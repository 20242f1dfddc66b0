/* SPDX-License-Identifier: MIT */
/*
 * predict: shows what is typed before the host has answered.  The base (screen/) is the model of what the terminal
 * shows of the host's bytes, guess.h says what the keys on their way will change there, and overlay.h draws that over
 * it.
 *
 * Bytes come in, bytes for the terminal go out through PUT; there is no I/O here and no clock: NOW is in milliseconds
 * of any clock that does not go back.  What was learned of programs stays as long as the struct lives; the base may
 * come and go.  On the main screen the terminal may show the base's rows elsewhere (a session begins in a used
 * terminal), but in the same order and columns.
 */
#ifndef HOLDFAST_PREDICT_PREDICT_H
#define HOLDFAST_PREDICT_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_tty.h"

struct predict;

/* Takes bytes for the terminal; may be called many times. */
typedef void predict_put(void *to, const void *bytes, size_t len);

/* NULL: out of memory. */
struct predict *predict_new(void);
/* Takes NULL. */
void predict_free(struct predict *p);

/*
 * A base of this size that has been fed nothing, in place of one that there was: 0, -ENOMEM, or -ERANGE where screen/
 * has no model of that size.
 */
int predict_begin(struct predict *p, unsigned rows, unsigned cols);
/* The base goes; what is drawn must have been taken back. */
void predict_end(struct predict *p);
bool predict_begun(const struct predict *p);
/* Whether the person may be typing in the last row of the terminal, and surely not in its first one. */
bool predict_is_low(const struct predict *p);

/* All that follows needs a base, but for predict_tty(); without one a rendering's bytes and its end do nothing. */

/*
 * LEN BYTES of the host's go to the terminal next: takes back as much of the overlay as they would meet.  Behind them
 * come predict_fed(), and before the person sees the terminal predict_show() or predict_hide().
 */
void predict_before(struct predict *p, const void *bytes, size_t len, predict_put *put, void *to);
/* The terminal has got them; they end at OFFSET of the output. */
void predict_fed(struct predict *p, const void *bytes, size_t len, uint64_t offset, uint64_t now);
/* LEN bytes of a rendering, and its end: the base is as of OFFSET. */
void predict_paint(struct predict *p, const void *bytes, size_t len);
void predict_painted(struct predict *p, uint64_t offset, uint64_t now);
/*
 * Before that: the terminal has not got the rendering.  On the main screen it may have the rows further down
 * (screen.h), or other text in them if that was so of the base before.
 */
void predict_apart(struct predict *p);
/* The person has typed LEN BYTES, the first of which has OFFSET in the stream; PASTED: as a part of a paste. */
void predict_keys(struct predict *p, const unsigned char *bytes, size_t len, uint64_t offset, uint64_t now,
                  bool pasted);
/* What the host says; in its order with the output. */
void predict_tty(struct predict *p, const struct frame_tty *m);
void predict_taken(struct predict *p, const struct frame_taken *m);
/* Nothing that is outstanding is predicted any more. */
void predict_reset(struct predict *p);
/*
 * The input before END was typed while there was no base: nothing is predicted until the host says that it was taken.
 */
void predict_missed(struct predict *p, uint64_t end);

/* The terminal shows what is predicted now; UNDERLINE: what is not confirmed is underlined. */
void predict_show(struct predict *p, bool underline, predict_put *put, void *to);
/* The terminal shows the base alone. */
void predict_hide(struct predict *p, predict_put *put, void *to);
/* Somebody else has drawn the terminal anew: nothing of the overlay is there. */
void predict_forget(struct predict *p);
/* Whether anything is drawn over the base. */
bool predict_drawn(const struct predict *p);
/* Whether keys are on their way whose effect the base does not have yet. */
bool predict_outstanding(const struct predict *p);

#endif
