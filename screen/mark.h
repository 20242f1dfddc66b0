/* SPDX-License-Identifier: MIT */
/*
 * mark: prompts, commands and their output, as shells mark them for the terminal ("jump to the previous prompt"):
 * OSC 133 of FinalTerm, and OSC 633 of VS Code, which has the same letters.  After "semantic prompts" (Per Bothner,
 * https://gitlab.freedesktop.org/Per_Bothner/specifications) and the documents of iTerm2, kitty, ghostty, VS Code.
 *
 * A row of the main screen has at most one mark of each kind, the last one.  A prompt (A) always stands at the first
 * column of its row, because some terminals (WezTerm, ghostty) begin a new line for an A that stands elsewhere; most,
 * and the model, do not.  A line of the scrollback has at most one mark of each kind, the first one, between the
 * characters where it stood; when the width changes, a prompt moves to the start of its line.
 *
 * Of the parameters a prompt keeps k, cl, redraw, special_key and click_events, and D its status.  Not kept: aid, err,
 * the command line (cmdline, cmdline_url, E of OSC 633), properties (P of OSC 633), and L.
 */
#ifndef HOLDFAST_SCREEN_MARK_H
#define HOLDFAST_SCREEN_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mark_state.h"

struct out;
struct screen;

/* A mark by itself.  SAYS: of a prompt its parameters, of an end MARK_STATUS | its status or 0, else 0. */
struct mark {
	enum mark_kind kind;
	bool vscode;
	uint16_t says;
};

#define MARK_STATUS 0x100u
/* How many bytes mark_encode writes. */
#define MARK_BYTES 3
#define MARKS_NO_MORE (~0u)

/* TEXT of LEN bytes came in OSC 133, or in OSC 633. */
void mark_osc(struct screen *s, bool vscode, const char *text, size_t len);
/* Sets MARK before the column AT, or a prompt at the first one; one of the same kind goes. */
void marks_set(struct marks *m, const struct mark *mark, unsigned at);
/* The first column from FROM on that a mark stands before, or MARKS_NO_MORE. */
unsigned marks_next(const struct marks *m, unsigned from);
/* Whether M has a mark of KIND before the column AT: *MARK. */
bool marks_get(const struct marks *m, enum mark_kind kind, unsigned at, struct mark *mark);
bool marks_equal(const struct marks *a, const struct marks *b);
/* Writes the sequence of MARK, if the terminal takes it. */
void mark_write(struct out *out, const struct mark *mark);
/* A mark as MARK_BYTES bytes. */
void mark_encode(const struct mark *mark, unsigned char *bytes);
struct mark mark_decode(const unsigned char *bytes);

#endif
