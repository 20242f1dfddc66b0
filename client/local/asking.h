/* SPDX-License-Identifier: MIT */
/*
 * asking: puts questions to the person on /dev/tty (or through SSH_ASKPASS), and says things on standard error or to
 * syslog(3).  It blocks: the terminal is put into its own settings for as long and set back, and asking_dirty() tells
 * that the screen is no longer what the host has drawn.
 *
 * What was typed before a question is on the screen is no answer to it, as with ssh.  Of a terminal in raw mode it is
 * the session's, which takes it first (typed_ahead); the rest is thrown away.
 */
#ifndef HOLDFAST_ASKING_H
#define HOLDFAST_ASKING_H

#include <stdbool.h>

#include "transport.h"

struct asking {
	struct transport_asking ops; /* object is this struct */
	bool batch;                  /* never ask */
	bool quiet;                  /* say nothing */
	bool syslog;                 /* say things to syslog(3) */
	char *keep;                  /* NULL, or KEEP_CAP bytes that get the last thing said, which is then not said */
	size_t keep_cap;
	bool dirty;                  /* something was written to the terminal */
	unsigned asked;              /* questions so far */
	/* NULL, or takes what has been typed so far in raw mode; false: that was to end all, and nothing is asked. */
	bool (*typed_ahead)(void *of);
	void *typed_ahead_of;
};

void asking_init(struct asking *a, bool batch, bool quiet);
/* Whether it has written since the last call. */
bool asking_dirty(struct asking *a);
/* A line for the person on standard error, "holdfast: …". */
void asking_sayf(struct asking *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A question with y or n: true for yes; false too when there is no way to ask. */
bool asking_yes(struct asking *a, const char *question);

#endif
