/* SPDX-License-Identifier: MIT */
/*
 * habit: what was learned of a program: what its keys do, and at which prompts what is typed comes back.
 *
 * A habit belongs to a program's name, the modes in which it has the terminal, and what the screen says of its mode
 * (prompt.h): so bash's readline and its read -n are two, and so are vim's insert and replace.
 */
#ifndef HOLDFAST_PREDICT_HABIT_H
#define HOLDFAST_PREDICT_HABIT_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_tty.h"

/* What can be right or wrong by itself. */
enum habit_class {
	HABIT_CHARACTER,   /* behind the last character of the row */
	HABIT_INSERT,      /* within what was typed: the rest of that moves right … */
	HABIT_INSERT_ROW,  /* … or all of the row does */
	HABIT_PUSH,        /* behind what was typed, before other text: that moves right */
	HABIT_BACKSPACE,
	HABIT_CLOSE,       /* the same three, to the left */
	HABIT_CLOSE_ROW,
	HABIT_PULL,
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

struct habit_prompt {
	uint32_t hash;
	uint16_t good; /* so often in a row they came back */
	uint8_t bad;   /* and so often they did not */
};

struct habit {
	char program[NAME_CAP];
	uint32_t modes;
	uint32_t screen;
	uint64_t used;
	int8_t score[HABIT_CLASSES];
	uint8_t edge;         /* so many columns at the right edge are not as the others */
	uint8_t command[16];  /* bits: characters of ASCII that were commands when others were text */
	struct habit_prompt prompt[HABIT_PROMPTS]; /* the last used first */
};

struct habits {
	uint64_t uses;
	struct habit table[HABITS];
};

/* That of the program in front; a new one replaces the one that was not used for longest.  Never NULL. */
struct habit *habit_of(struct habits *h, const struct frame_tty *tty, uint32_t screen);
/*
 * Whether what was learned of the program says nothing of what is typed next: what is in front is a terminal of another
 * host or another user, whose modes nobody tells us (ssh, tmux, sudo …), or not known.
 */
bool habit_is_window(const char *program);

void habit_right(struct habit *h, enum habit_class class);
void habit_wrong(struct habit *h, enum habit_class class);
/* Whether CLASS has been right, and not been wrong lately. */
bool habit_knows(const struct habit *h, enum habit_class class);
/* The same; a CLASS that was neither right nor wrong yet is as LIKE. */
bool habit_presumes(const struct habit *h, enum habit_class class, enum habit_class like);

/* The character C came back as text, or was wrong where text was to be expected. */
void habit_is_text(struct habit *h, char c, bool text);
bool habit_is_command(const struct habit *h, char c);
/* A character was wrong LEFT columns before the end of the row. */
void habit_edge(struct habit *h, unsigned left);

/* Typed keys came back at a prompt, or did not.  HASH 0: no prompt. */
void habit_echoed(struct habit *h, uint32_t hash);
void habit_silent(struct habit *h, uint32_t hash);
/* Whether they came back at this prompt the last times, and more than once. */
bool habit_prompt_echoes(const struct habit *h, uint32_t hash);

#endif
