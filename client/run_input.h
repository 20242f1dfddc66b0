/* SPDX-License-Identifier: MIT */
/* run_input: what the person does: keys, escapes, and signals. */
#ifndef HOLDFAST_RUN_INPUT_H
#define HOLDFAST_RUN_INPUT_H

#include <stdbool.h>

#include "run_state.h"

/* Whether standard input is to be read now. */
bool run_stdin_wanted(const struct run *r);
void run_stdin(struct run *r);
/* Takes what has been typed in raw mode, before the terminal is used for a question: asking.h's typed_ahead. */
bool run_typed_ahead(void *run);
void run_signal(struct run *r, int sig);
/* A command that has been interrupted still runs: ends it as ssh would. */
void run_interrupted(struct run *r);

#endif
