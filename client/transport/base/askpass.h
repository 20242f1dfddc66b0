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

#include "askpass_dir.h"

#define ASKPASS_TEXT_CAP 4096 /* of a question, with the host's key in it */

struct askpass {
	char dir[64]; /* "": there is none of it all */
	int listener;
	int out;  /* a FIFO: what the person's LocalCommand prints on standard output (askpass_out) */
	int lock; /* of the directory: see askpass_dir.h */
};

/* SSH_ASKPASS_PROMPT; the last one is none of ssh's, but says that ssh has logged in (askpass_sign). */
enum askpass_hint { ASKPASS_SECRET, ASKPASS_CONFIRM, ASKPASS_NOTE, ASKPASS_LOGGED_IN };

struct askpass_question {
	int fd; /* where the answer goes */
	enum askpass_hint hint;
	char text[ASKPASS_TEXT_CAP];
};

/* 0 or a negative errno; A is then all zero. */
int askpass_open(struct askpass *a);
void askpass_close(struct askpass *a);
/* Takes no more questions.  The directory stays, also for a connection of ssh's that is shared. */
void askpass_deaf(struct askpass *a);
/*
 * A command for LocalCommand, by which ssh says that it has logged in.  False: the directory's name may mean something
 * to a shell or to ssh.
 */
bool askpass_sign(const struct askpass *a, char *out, size_t cap);
/* The path of A->out for a shell; false as with askpass_sign. */
bool askpass_out(const struct askpass *a, char *out, size_t cap);
/* The environment for the ssh: a list of the caller's.  NULL: out of memory. */
char **askpass_environment(const struct askpass *a);
/* When the listener is readable: 0, *Q is to be answered; or a negative errno. */
int askpass_take(const struct askpass *a, struct askpass_question *q);
/* ANSWER; NULL: there is none.  Closes Q. */
void askpass_answer(struct askpass_question *q, const char *answer);

/* The program that ssh runs, PROGRAM being its path; LOGGED_IN: as askpass_sign has it.  Its exit status. */
int askpass_main(const char *program, const char *text, bool logged_in);

#endif
