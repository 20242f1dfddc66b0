/* SPDX-License-Identifier: MIT */
/*
 * chain: the keys that are on their way, each with the state in which the base will be once it is answered.
 *
 * The base stands at the anchor.  When it has come to the state behind a key, this key and those before it are
 * confirmed, and the anchor is there.  All predictions are made anew from the base then, so what else the program has
 * drawn, moved or scrolled is in them.
 */
#ifndef HOLDFAST_PREDICT_CHAIN_H
#define HOLDFAST_PREDICT_CHAIN_H

#include <stdbool.h>

#include "guess_state.h"

/* The base is where no key has brought it: a new line begins there. */
void chain_begin(struct guess *g, const struct screen *base);
/* Nothing that is typed is shown by the kernel or a program: a password; or one may be typed ahead of its question. */
bool chain_is_mute(const struct guess *g);
/*
 * Whether what is typed at the anchor, where the base is, may be shown before any of it has come back (guess.h): at a
 * prompt at which it always did, in a line that began there, or in an editor that says that it takes text.
 */
bool chain_knows_place(const struct guess *g, const struct screen *base);
/* Makes all predictions anew. */
void chain_replay(struct guess *g, const struct screen *base);
/*
 * The first key from FROM on behind which the base stands now, or -1.  TAKEN: the keys before FROM + 1 have been taken,
 * so the anchor's own state may be behind one of them.
 */
int chain_match(const struct guess *g, const struct screen *base, unsigned from, bool taken);
/* The keys up to LAST are confirmed. */
void chain_confirm(struct guess *g, const struct screen *base, unsigned last);
/* The first N keys have been taken, and the base is elsewhere than was predicted. */
void chain_drop(struct guess *g, const struct screen *base, unsigned n);
/*
 * The base has gone where no key on its way has brought it.  Those that are not trusted wait until some have been
 * taken: what comes to stand where one of them was predicted may have nothing to do with it.
 */
void chain_lose_place(struct guess *g);
/* Whether keys that are not trusted were predicted in a row that is another one now: its text left of them differs. */
bool chain_is_elsewhere(const struct guess *g, const struct screen *base);
/* Whether what was typed before the keys on their way still stands left of the anchor. */
bool chain_has_typed(const struct guess *g, const struct screen *base);
/*
 * A key that was dropped as taken before anything came of it has come back now: the host was only slow.  Then the base
 * is behind it, and the epoch goes on as if it had not been dropped.
 */
bool chain_comes_late(struct guess *g, const struct screen *base);
/* How many of the first keys may be shown. */
unsigned chain_shown(const struct guess *g);
/* Puts what the first N keys change into g->cells; how many cells that is. */
unsigned chain_cells(struct guess *g, const struct screen *base, unsigned n);
/* The epoch ends: what comes now is in another one, and so are the keys on their way if ALL. */
void chain_new_epoch(struct guess *g, bool all);
/* Whether the base's cursor is at the anchor. */
bool chain_at_anchor(const struct guess *g, const struct screen *base);

#endif
