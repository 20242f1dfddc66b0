/* SPDX-License-Identifier: MIT */
/* guess_state: what a guess knows, shared by guess.c and chain.c. */
#ifndef HOLDFAST_PREDICT_GUESS_STATE_H
#define HOLDFAST_PREDICT_GUESS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "effect.h"
#include "frame_tty.h"
#include "guess_count.h"
#include "habit.h"
#include "sketch.h"
#include "strokes.h"
#include "line.h"
#include "overlay.h"

#define GUESS_KEYS 256 /* on their way at most; when more are typed, none is predicted until those are taken */

struct guess {
	bool told;              /* there was a TTY */
	struct frame_tty tty;
	bool asked;             /* the program in front has asked for a password: it may do so again */
	uint32_t screen;        /* prompt_screen() */
	struct habits habits;
	struct habit *habit;    /* of the program in front */

	struct strokes keys;
	struct line line;
	struct line_echo echo;  /* of one byte, while it is typed */
	uint64_t epoch;         /* of the next key */
	uint64_t live;          /* the epoch whose keys are shown */

	unsigned n;
	struct sent sent[GUESS_KEYS];
	uint64_t lost;          /* input before this is not followed; 0: all is */

	struct place anchor;    /* where the base is without the keys that are on their way */
	bool explained;         /* … and its cursor is there */
	uint32_t prompt;        /* left of the anchor's start; 0: none */
	bool doubted;           /* what was taken last may not have been: the place it left is not known */
	bool heard;             /* output has come since the first key on its way was typed, or came to be that */
	uint64_t output;        /* the end of the output that the base has … */
	uint64_t begun;         /* … and where that was when the first key on its way was typed, or came to be that */
	unsigned owed;          /* by a window: keys that were dropped as taken, whose echo may come yet */
	bool left_text;         /* a key such as ESC may have ended the editor's mode, which the screen still says */
	unsigned came_back;     /* characters of the line, from its first one on */
	struct sent late;       /* dropped as taken while nothing had come of it: it may only be late; end 0: none */
	uint64_t late_epoch;    /* the epoch that began then */
	struct sketch before;    /* the anchor's row */
	struct sketch sketch;    /* … with the keys that are on their way; and for trials */
	struct place typed;     /* the last character that came back: new ones get its look */
	bool has_typed;

	struct overlay_cell cells[OVERLAY_CELLS];
	struct overlay_want want;
	struct guess_count count;
};

#endif
