/* SPDX-License-Identifier: MIT */
/*
 * guess: what the terminal will show once the host has answered the keys that are on their way.
 *
 * It reads the base (screen/, the model that is fed with the host's output), and says which cells and which cursor an
 * overlay is to show.  It does no I/O and has no clock: NOW is in milliseconds of any clock that does not go back.
 * Learning is inside, and lives as long as the guess does.  Not for several threads.
 *
 * Three regimes, by what the host says of its terminal (frame TTY):
 *   ICANON without ECHO  a password is typed: nothing is shown, ever, and later nothing of what was typed then;
 *   ECHO                 the kernel's echo, exactly (line.h); but not in a program that has asked for a password and is
 *                        still in front: a password that is typed ahead of its next question would be shown;
 *   else                 the program shows it, as it was seen to do (effect.h, habit.h).
 *
 * What the host says is a round trip old, and says nothing of a terminal within a terminal (ssh, tmux, sudo).  So keys
 * are in epochs, and an epoch shows nothing until a character of the same epoch has come back: has come to stand in the
 * cell where the cursor was, which had another one or another look before, with the cursor behind it.  An epoch begins
 * with what follows an Enter, a key whose effect is not known and a paste, with a change of the program or of its
 * modes, and where the base's cursor is not where the keys have brought it: a question of any program.  Keys of two
 * epochs never come into one.  What may be a mask ("*") proves nothing, nor does what comes back at a question for a
 * secret (prompt_asks()).  Keys that edit a line with the kernel's echo begin none: they wake no program.
 *
 * An epoch is trusted from its first key on at a known place alone (chain_knows_place()), seen by the person before the
 * key was typed:
 *   - a row whose text left of the cursor is, but for numbers and paths, one at which typed characters came back, twice
 *     in lines of their own or in one line of four, and did so the last times, in the same program with the same modes
 *     and on the main screen; the row does not speak of a password, a PIN, a token …, nor is it fish's "read>";
 *   - behind a key that edits the line (Tab, Up, Ctrl-W …), if the line has begun at such a place and still does;
 *   - vi's rows above "-- INSERT --" and its like, its command line, and nano's text.  These hold for keys that were
 *     typed before they were seen, too: vi and nano ask for secrets elsewhere.
 * A prompt is none of these while it is doubtful that the line before has really been taken (chain.c, is_doubtful()),
 * and no place is one behind a key that was said to be taken and of which nothing has come: that may be late.
 * Never so in a terminal within a terminal (habit_is_window()), where the echo of keys that were dropped as taken may
 * come late, too: there as many characters must come back first.  So a secret is shown only if a program asks for it
 * without the kernel's help, at a place that looks to the cell like one at which it has just shown what was typed.
 *
 * A key is answered when the base stands as was predicted, or when the host says that it was taken (TAKEN): then it is
 * wrong, what follows is in another epoch, and all is predicted anew from what the base shows.
 */
#ifndef HOLDFAST_PREDICT_GUESS_H
#define HOLDFAST_PREDICT_GUESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guess_count.h"

struct frame_taken;
struct frame_tty;
struct guess;
struct overlay_want;
struct screen;

/* NULL: out of memory. */
struct guess *guess_new(void);
void guess_free(struct guess *g);

/*
 * The person has typed LEN BYTES, the first of which has OFFSET in the stream of input; BASE is as the last
 * guess_output() said.  PASTED: they are a part of a paste.
 */
void guess_keys(struct guess *g, const struct screen *base, const unsigned char *bytes, size_t len, uint64_t offset,
    uint64_t now, bool pasted);
/* BASE has been fed, up to OFFSET of the output. */
void guess_output(struct guess *g, const struct screen *base, uint64_t offset, uint64_t now);
/* What the host says; in its order with the output, so guess_taken() comes behind the output that it speaks of. */
void guess_tty(struct guess *g, const struct frame_tty *t);
void guess_taken(struct guess *g, const struct screen *base, const struct frame_taken *t);
/* A resize, a rendering, a gap …: nothing that is outstanding is predicted any more. */
void guess_reset(struct guess *g);

/* The input before END was typed while there was no base: what follows is not predicted until that was taken. */
void guess_missed(struct guess *g, uint64_t end);

/* What an overlay is to show on BASE, never NULL; valid until the next call. */
const struct overlay_want *guess_want(struct guess *g, const struct screen *base);
/* Whether keys are on their way whose effect the base does not have yet. */
bool guess_outstanding(const struct guess *g);

void guess_counts(const struct guess *g, struct guess_count *c);

#endif
