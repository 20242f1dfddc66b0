/* SPDX-License-Identifier: MIT */
/*
 * habit: what was learned of a program: what its keys do, and at which prompts what is typed comes back.
 *
 * A habit belongs to a program's name, the modes in which it has the terminal, and the screen (alternate or not): so
 * bash's readline and its read -n are two, and vim in a shell's screen is none of the shell's.
 */
#ifndef HOLDFAST_PREDICT_HABIT_H
#define HOLDFAST_PREDICT_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_tty.h"

/* What can be right or wrong by itself. */
enum habit_class {
	HABIT_CHARACTER,   /* behind the last character of the row */
	HABIT_INSERT,      /* before others: those up to the end of what was typed move right … */
	HABIT_INSERT_ROW,  /* … or all of the row does, … */
	HABIT_REPLACE,     /* … or none */
	HABIT_BACKSPACE,
	HABIT_BACKSPACE_WITHIN, /* before others: those up to the end of what was typed move left … */
	HABIT_BACKSPACE_ROW,    /* … or all of the row does */
	HABIT_DELETE,
	HABIT_LEFT,
	HABIT_RIGHT,
	HABIT_HOME,
	HABIT_END,
	HABIT_WORD_LEFT,   /* by letters and digits */
	HABIT_WORD_RIGHT,
	HABIT_CLASSES
};

#define HABITS 16
#define HABIT_PROMPTS 24

struct habit_prompt { uint32_t hash; uint16_t good; bool bad; };

struct habit {
	char program[NAME_CAP];
	uint32_t modes;
	bool alternate;
	uint64_t used;
	int8_t score[HABIT_CLASSES];
	struct habit_prompt prompt[HABIT_PROMPTS]; /* the last used first */
};

struct habits {
	uint64_t uses;
	struct habit table[HABITS];
};

/* That of the program in front; a new one replaces the one that was not used for longest.  Never NULL. */
struct habit *habit_of(struct habits *h, const struct frame_tty *tty, bool alternate);
/*
 * Whether what was learned of the program says nothing of what is typed next: what is in front is a terminal of another
 * host or another user, whose modes nobody tells us (ssh, tmux, sudo …), or not known.
 */
bool habit_is_window(const char *program);

void habit_right(struct habit *h, enum habit_class class);
void habit_wrong(struct habit *h, enum habit_class class);
/* Whether CLASS has been right, and not been wrong lately. */
bool habit_knows(const struct habit *h, enum habit_class class);

/* Typed keys came back at a prompt, or did not.  HASH 0: no prompt. */
void habit_echoed(struct habit *h, uint32_t hash);
void habit_silent(struct habit *h, uint32_t hash);
/* Whether they came back at this prompt each time, and more than once. */
bool habit_prompt_echoes(const struct habit *h, uint32_t hash);

#endif
