/* SPDX-License-Identifier: MIT */
/* mark_state: the marks that a shell has set in a row (mark.h); a part of the model. */
#ifndef HOLDFAST_SCREEN_MARK_STATE_H
#define HOLDFAST_SCREEN_MARK_STATE_H

#include <stdint.h>

/* In the order in which a shell says them between two commands: marks of one column are said again in this order. */
enum mark_kind {
	MARK_OUTPUT, /* C: the output of a command begins */
	MARK_END,    /* D: a command has ended */
	MARK_PROMPT, /* A, N, P: a prompt begins */
	MARK_INPUT,  /* B, I: the prompt ends */
	MARK_KINDS
};

struct marks {
	uint8_t has;             /* 1 << enum mark_kind */
	uint8_t vscode;          /* the same: which were said by OSC 633, and not 133 */
	uint16_t prompt, end;    /* what MARK_PROMPT and MARK_END say: see mark.h */
	uint16_t at[MARK_KINDS]; /* the column before which each stands; the number of columns: behind the last one */
};

#endif
