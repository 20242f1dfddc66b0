/* SPDX-License-Identifier: MIT */
/*
 * helptext: the options of a subcommand, as its help lists them: a line each, "  -u, --user USER  text".  So the
 * completions and "did you mean" know what a person can read, and nothing else.
 */
#ifndef HOLDFAST_HELPTEXT_H
#define HOLDFAST_HELPTEXT_H

#include <stdbool.h>
#include <stddef.h>

#define HELPTEXT_WORD_CAP 32

struct helptext_option {
	char letter;                    /* 'u', or 0 */
	char name[HELPTEXT_WORD_CAP];   /* "--user", or "" */
	char value[HELPTEXT_WORD_CAP];  /* "USER", or "": it takes none */
	const char *text;               /* the rest of the line, not ended by NUL */
	size_t text_len;
};

/* Reads the next option at *AT, a help text, and moves *AT behind its line; false: there are no more. */
bool helptext_next(const char **at, struct helptext_option *o);

#endif
