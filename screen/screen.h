/* SPDX-License-Identifier: MIT */
/*
 * screen: the model of a terminal.  It parses the output of programs, knows at any moment what a terminal shows, and
 * writes this state as bytes that put any other terminal, or a fresh model, into the same state.
 *
 * The law: screen_render() of a model, fed to a fresh model of the same size, gives a model equal to it
 * (screen_difference), at every cut of every input.  Everything is bounded; no input can crash, hang or grow it.
 *
 * The functions are defined in feed.c, and in answer_queue.c, compare.c, dump.c, export.c, leave.c, render.c and
 * resize.c.
 * After ECMA-48, DEC STD 070, xterm's control sequences and kitty's keyboard protocol.  Widths: see width.h.
 */
#ifndef HOLDFAST_SCREEN_H
#define HOLDFAST_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "termcan.h"

#define SCREEN_ROWS_MAX 1000
#define SCREEN_COLS_MIN 2 /* a wide character must fit */
#define SCREEN_COLS_MAX 1000

struct screen;

/*
 * ROWS are clamped to 1 … SCREEN_ROWS_MAX, COLS to SCREEN_COLS_MIN … SCREEN_COLS_MAX.  SCROLLBACK: how many logical
 * lines are kept.  NULL: out of memory.
 */
struct screen *screen_new(unsigned rows, unsigned cols, unsigned scrollback);
void screen_free(struct screen *s);

/* Eats bytes.  Out of memory costs scrollback or looks, never the model's consistency. */
void screen_feed(struct screen *s, const void *bytes, size_t len);
/*
 * Whether the terminal that is to show this model has all its rows where the model has them (SHOWN), or was used
 * before, and may have those of the main screen further down: a new model takes the latter for granted.
 */
void screen_shown(struct screen *s, bool shown);
/* That terminal may have other text in any row (LOOK_STRAYED of a model that was its own before). */
void screen_strayed(struct screen *s);
void screen_resize(struct screen *s, unsigned rows, unsigned cols);
unsigned screen_rows(const struct screen *s);
unsigned screen_cols(const struct screen *s);
bool screen_alternate(const struct screen *s);
/* Lines of the scrollback. */
size_t screen_history(const struct screen *s);

/* Where a rendering goes; may be called many times. */
typedef void screen_put(void *to, const void *bytes, size_t len);

struct screen_render_options {
	const char *line;     /* shown dimmed, just above the restored screen, in the scrollback; NULL: none */
	bool no_scrollback;   /* only the screen: for a terminal that already has the scrollback */
	size_t skip;          /* so many lines of the scrollback, the oldest, are left out */
	bool shell;           /* a shell is in front: the job that said its progress has ended */
	bool push_up;         /* first push the terminal's present screen into its scrollback, also with no_scrollback */
	/* What the terminal takes; NULL, or nothing known: everything, as the law needs it. */
	const struct termcan *target;
};

void screen_render(const struct screen *s, const struct screen_render_options *o, screen_put *put, void *to);
/* Whether a string (OSC, DCS …) is open, and whether that is tmux's control mode. */
enum screen_string { SCREEN_NO_STRING, SCREEN_STRING, SCREEN_CONTROL_MODE };
enum screen_string screen_open_string(const struct screen *s);
/* Writes what leaves a terminal clean that shows S and takes TARGET: modes, main screen, cursor (on detach). */
void screen_leave(const struct screen *s, const struct termcan *target, screen_put *put, void *to);

/*
 * What is known of the person's own terminal, for answers and the places of images: it is not part of what is equal or
 * rendered.  A colour (of text, background, cursor) is SCREEN_COLOUR_KNOWN | 0xrrggbb, or 0; pixels are those of the
 * whole screen, or 0.
 */
#define SCREEN_COLOUR_KNOWN 0x01000000u
struct screen_terminal {
	uint32_t colour[3];
	uint16_t xpixel, ypixel;
};
void screen_terminal_is(struct screen *s, const struct screen_terminal *t);

/* As ?997 has it. */
enum screen_theme { SCREEN_NO_THEME = 0, SCREEN_DARK = 1, SCREEN_LIGHT = 2 };
/* Whether a background of COLOUR (0xrrggbb; what is above does not count) is a light theme. */
bool screen_colour_is_light(uint32_t colour);
/* The terminal's theme, if a program has asked to be told of it (?2031), and has set no background of its own. */
enum screen_theme screen_theme_awaited(const struct screen *s);

/*
 * Answers to queries (DA, DSR, DECRQM, DECRQSS, XTGETTCAP, kitty ?u, XTVERSION, OSC colours …; answer.h).  While off
 * (the default) queries are ignored.  While on, the model keeps its answers, at most SCREEN_ANSWERS_MAX bytes with
 * their heads; further queries stay unanswered.
 */
#define SCREEN_ANSWERS_MAX 4096
void screen_answer(struct screen *s, bool on);
/*
 * Moves the oldest answer to BUF, which has room for CAP bytes; its length, 0: there is none.  *AT: how many of the
 * bytes that were fed last it was, up to the end of the query (of a string: the ESC or BEL that ends it); 0, of a size
 * in band behind screen_resize().
 */
size_t screen_take_answer(struct screen *s, void *buf, size_t cap, size_t *at);
/* Moves up to CAP bytes of whole answers to BUF; how many. */
size_t screen_take_answers(struct screen *s, void *buf, size_t cap);

/*
 * Whether B is equal to A in everything that a rendering of A restores, but for what it cannot make a used terminal
 * forget; WHY: what differs first, or "".
 */
bool screen_equal(const struct screen *a, const struct screen *b, char *why, size_t cap);

/*
 * The rows of the screen, each ended by a newline, without blanks at its end, as UTF-8 text: alone, with colours, looks
 * and hyperlinks (SGR, OSC 8), or as an HTML document.
 */
enum screen_form { SCREEN_TEXT, SCREEN_ANSI, SCREEN_HTML };
struct screen_export_options {
	enum screen_form form;
	size_t lines; /* of the scrollback, so many of the latest come before */
	bool trims;   /* blank rows at the end are left out, but for one if all are */
	/* Asked with TO before each line of the scrollback, unless NULL: false leaves out the lines from there on. */
	bool (*goes_on)(void *to);
};
void screen_export(const struct screen *s, const struct screen_export_options *o, screen_put *put, void *to);
/* The same as text, all rows, with all of the scrollback; and the modes, one "name value" a line. */
void screen_text(const struct screen *s, bool with_scrollback, screen_put *put, void *to);
void screen_state(const struct screen *s, screen_put *put, void *to);

/* Bytes of memory in use, for tests and benchmarks. */
size_t screen_memory(const struct screen *s);

#endif
