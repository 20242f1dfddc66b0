/* SPDX-License-Identifier: MIT */
/* answer_queue: the model's answers to queries (answer.h), until screen_take_answer takes them. */
#ifndef HOLDFAST_SCREEN_ANSWER_QUEUE_H
#define HOLDFAST_SCREEN_ANSWER_QUEUE_H

struct screen;

/* Keeps an answer, as printf(3) makes it.  It is dropped while answers are off, and where there is no room for it. */
void answer_queue(struct screen *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
