/* SPDX-License-Identifier: MIT */
#include "answer_queue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define ANSWER_MAX 256
#define SHORT 64

/* The head of each kept answer. */
struct answer_head {
	size_t at;  /* bytes of the last feed, up to the query's end */
	size_t len;
};

bool
answer_wanted(const struct screen *s)
{
	return s->answers.on && s->answers.len + sizeof(struct answer_head) + SHORT <= SCREEN_ANSWERS_MAX;
}

void
answer_queue(struct screen *s, const char *format, ...)
{
	char buf[ANSWER_MAX];
	struct answers *a = &s->answers;
	struct answer_head head;
	va_list ap;
	int n;

	if (!a->on)
		return;
	if (!a->bytes && !(a->bytes = malloc(SCREEN_ANSWERS_MAX)))
		return;
	va_start(ap, format);
	n = vsnprintf(buf, sizeof buf, format, ap);
	va_end(ap);
	if (n <= 0 || (size_t)n >= sizeof buf || a->len + sizeof head + (size_t)n > SCREEN_ANSWERS_MAX)
		return;
	head = (struct answer_head){ .at = (size_t)(s->here - s->fed), .len = (size_t)n };
	memcpy(a->bytes + a->len, &head, sizeof head);
	memcpy(a->bytes + a->len + sizeof head, buf, (size_t)n);
	a->len += sizeof head + (size_t)n;
}

void
screen_answer(struct screen *s, bool on)
{
	s->answers.on = on;
	if (!on)
		s->answers.len = 0;
}

size_t
screen_take_answer(struct screen *s, void *buf, size_t cap, size_t *at)
{
	struct answers *a = &s->answers;
	struct answer_head head;
	size_t taken;

	if (!a->len)
		return 0;
	memcpy(&head, a->bytes, sizeof head);
	if (head.len > cap)
		return 0;
	memcpy(buf, a->bytes + sizeof head, head.len);
	*at = head.at;
	taken = sizeof head + head.len;
	memmove(a->bytes, a->bytes + taken, a->len - taken);
	a->len -= taken;
	if (!a->len) {
		free(a->bytes);
		a->bytes = NULL;
	}
	return head.len;
}

size_t
screen_take_answers(struct screen *s, void *buf, size_t cap)
{
	size_t n, len = 0, at;

	while ((n = screen_take_answer(s, (char *)buf + len, cap - len, &at)) > 0)
		len += n;
	return len;
}
