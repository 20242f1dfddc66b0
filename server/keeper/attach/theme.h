/* SPDX-License-Identifier: MIT */
/*
 * theme: asks a terminal that resumes a session for its colours (OSC 10, 11 and 12), once, so that a program that is
 * started while nobody is attached gets them for an answer, and with them the right theme.
 *
 * The terminal of a new session is not asked: that may be a script's, which would show the question or the answer to
 * somebody, and a session that ends at once would leave the answer to the shell that ssh was started from.  There the
 * keeper listens: what the terminal answers to a program that asks is kept, and passed on as it is.
 *
 * The question goes to a terminal that takes these sequences (TERMCAN_THEME), in front of all else, and nothing waits
 * for the answer.  There is one answer more for each colour than the program has asked for.  If the program is
 * waiting for one, it gets the first that comes, which says the same as its own, and the keeper takes out the one
 * behind it, whenever that comes; else the first is taken out.  Where the program has changed the colour since, the
 * two differ: a terminal answers in the order of the questions, so the first is the keeper's.  An answer that nobody
 * has asked for is taken out as well in the first THEME_MS; so is one that a keeper has asked for which has died, or
 * become another program.
 *
 * ESC waits for what may make it an answer only in the first THEME_MS.  Later it goes on at once, and of an answer
 * that follows it the rest is taken out.
 *
 * If the background says that the theme is dark now, and it was light when the keeper heard of it last, or the other
 * way round, a program in front that has asked to be told of that (?2031) gets one CSI ? 997 ; 1 n, or 2 for light, as
 * from a terminal whose person has chosen another theme.  A shell in front gets none.
 *
 * The palette (OSC 4) is not asked for: it would be sixteen more answers to take out of each login's input, and what
 * programs decide by is the background.
 */
#ifndef HOLDFAST_THEME_H
#define HOLDFAST_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "peers.h"

#define THEME_MS 10000
#define THEME_ROOM(len) ((len) + THEMEREPORTS_HELD)

/* Whether PEER's terminal is to be asked, and has not been. */
bool theme_wants(const struct peer *peer);
/*
 * Puts the question in front of *LEN bytes at *BYTES (malloc'ed, or NULL), which PEER is about to be sent.  Without
 * memory it leaves them as they are.
 */
void theme_ask(struct peer *peer, unsigned char **bytes, size_t *len);
/* PEER is as another keeper, or another program in this process, has left it: an answer may be on its way. */
void theme_goes_on(struct peer *peer);
/* PEER's terminal is a new session's: its answers to programs are kept. */
void theme_listen(struct peer *peer);
/* Whether LEN bytes of PEER's input at P are to go through theme_filter. */
bool theme_looks(const struct peer *peer, const unsigned char *p, size_t len);
/*
 * Copies LEN bytes of PEER's input at P to OUT (THEME_ROOM(LEN) bytes), without the keeper's answers.  Returns how
 * many.
 */
size_t theme_filter(struct peer *peer, const unsigned char *p, size_t len, unsigned char *out);

#endif
