/* SPDX-License-Identifier: MIT */
/*
 * askpass: the questions of an ssh that is our child come to us (SSH_ASKPASS of ssh(1)), so that what the person types
 * is kept like what libssh needs (secrets.h), and nothing is asked twice.
 *
 * ssh runs a link to this program, "holdfast-askpass", in a directory that only the user can enter; the link's program
 * passes the question through a socket beside it.  An ssh before 8.4 asks at the terminal itself.
 */
#ifndef HOLDFAST_ASKPASS_H
#define HOLDFAST_ASKPASS_H

#include <stdbool.h>
#include <stddef.h>

#define ASKPASS_NAME "holdfast-askpass"
#define ASKPASS_TEXT_CAP 4096 /* of a question, with the host's key in it */

struct askpass {
	char dir[64]; /* "": there is none of it all */
	int listener;
};

enum askpass_hint { ASKPASS_SECRET, ASKPASS_CONFIRM, ASKPASS_NOTE }; /* SSH_ASKPASS_PROMPT */

struct askpass_question {
	int fd; /* where the answer goes */
	enum askpass_hint hint;
	char text[ASKPASS_TEXT_CAP];
};

/* 0 or a negative errno; A is then all zero. */
int askpass_open(struct askpass *a);
void askpass_close(struct askpass *a);
/* The environment for the ssh: a list of the caller's.  NULL: out of memory. */
char **askpass_environment(const struct askpass *a);
/* When the listener is readable: 0, *Q is to be answered; or a negative errno. */
int askpass_take(const struct askpass *a, struct askpass_question *q);
/* ANSWER; NULL: there is none.  Closes Q. */
void askpass_answer(struct askpass_question *q, const char *answer);

/* The program that ssh runs, PROGRAM being its path: its exit status. */
int askpass_main(const char *program, const char *text);

#endif
