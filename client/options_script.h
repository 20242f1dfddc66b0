/* SPDX-License-Identifier: MIT */
/*
 * options_script: the options of holdfast(1) that work a session without being attached to it (script.h): --print NAME
 * and the like, and those that go with each.  They become the words that holdfastctl(1) on the host takes.
 */
#ifndef HOLDFAST_OPTIONS_SCRIPT_H
#define HOLDFAST_OPTIONS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

enum options_script_option {
	SCRIPT_PRINT = 512,
	SCRIPT_PEEK,
	SCRIPT_SEND,
	SCRIPT_TAIL,
	SCRIPT_WAIT,
	/* these go with one of them */
	SCRIPT_ANSI,
	SCRIPT_HTML,
	SCRIPT_SCROLLBACK,
	SCRIPT_KEYS,
	SCRIPT_ENTER,
	SCRIPT_FOLLOW,
	SCRIPT_LINES,
	SCRIPT_RAW,
	SCRIPT_PROMPT,
	SCRIPT_FOR,
	SCRIPT_END,
	SCRIPT_SINCE_START,
	SCRIPT_TIMEOUT,
	SCRIPT_OPTIONS_END,
};
#define SCRIPT_OPTIONS (SCRIPT_OPTIONS_END - SCRIPT_PRINT)

/* Rows of getopt_long(3). */
#define OPTIONS_SCRIPT_LONGS \
	{ "print", required_argument, NULL, SCRIPT_PRINT }, { "peek", required_argument, NULL, SCRIPT_PEEK }, \
	{ "send", required_argument, NULL, SCRIPT_SEND }, { "tail", required_argument, NULL, SCRIPT_TAIL }, \
	{ "wait", required_argument, NULL, SCRIPT_WAIT }, { "ansi", no_argument, NULL, SCRIPT_ANSI }, \
	{ "html", no_argument, NULL, SCRIPT_HTML }, { "scrollback", no_argument, NULL, SCRIPT_SCROLLBACK }, \
	{ "keys", no_argument, NULL, SCRIPT_KEYS }, { "enter", no_argument, NULL, SCRIPT_ENTER }, \
	{ "follow", no_argument, NULL, SCRIPT_FOLLOW }, { "lines", required_argument, NULL, SCRIPT_LINES }, \
	{ "raw", no_argument, NULL, SCRIPT_RAW }, { "prompt", no_argument, NULL, SCRIPT_PROMPT }, \
	{ "for", required_argument, NULL, SCRIPT_FOR }, { "end", no_argument, NULL, SCRIPT_END }, \
	{ "since-start", no_argument, NULL, SCRIPT_SINCE_START }, { "timeout", required_argument, NULL, SCRIPT_TIMEOUT }

struct options_script {
	int verb;            /* enum options_script_option; 0: the client does something else */
	const char *session; /* its argument */
	bool given[SCRIPT_OPTIONS];
	const char *argument[SCRIPT_OPTIONS]; /* of those that have one */
};

/* A mistake in any option: -EINVAL, with the message in WHY (CAP bytes). */
int options_refuse(char *why, size_t cap, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Takes the option OPT: 0, or -EINVAL with the message in WHY (CAP bytes). */
int options_script_set(struct options_script *s, int opt, const char *argument, char *why, size_t cap);
/* Whether the options go together, with the NULL-terminated words RUN behind the host: 0, or -EINVAL and WHY. */
int options_script_check(const struct options_script *s, char *const *run, char *why, size_t cap);
/* "--print" for SCRIPT_PRINT. */
const char *options_script_name(int opt);
/* Whether standard input is what is sent: --send NAME host - */
bool options_script_reads(const struct options_script *s, char *const *run);
/*
 * The words for holdfastctl(1): at most MOST to WORDS, which point into S, RUN and constants.  How many, or -E2BIG.
 */
int options_script_words(const struct options_script *s, char *const *run, const char **words, int most);

#endif
