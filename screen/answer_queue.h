/* SPDX-License-Identifier: MIT */
/* answer_queue: the model's answers to queries (answer.h), until screen_take_answer takes them. */
#ifndef HOLDFAST_SCREEN_ANSWER_QUEUE_H
#define HOLDFAST_SCREEN_ANSWER_QUEUE_H

#include <stdbool.h>

struct screen;

/* Whether an answer of 64 bytes would be kept: for those that take long to find. */
bool answer_wanted(const struct screen *s);
/* Keeps an answer, formatted as by printf(3).  Drops it while answers are off, or without room. */
void answer_queue(struct screen *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
