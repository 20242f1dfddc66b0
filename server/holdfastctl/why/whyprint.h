/* SPDX-License-Identifier: MIT */
/* whyprint: the causes of whylist.h, for people or as JSON (docs/schema/why.json). */
#ifndef HOLDFAST_WHYPRINT_H
#define HOLDFAST_WHYPRINT_H

#include "whylist.h"

#define WHYPRINT_NOW_MAX 4

/* What is so now, for all logins: a word, a sentence, and what mends it. */
struct whyprint_now {
	char word[WHY_WORD_CAP], text[TEXT_CAP];
	const char *mend;
};

/* USER: with a column for the user. */
void whyprint_text(const struct whyprint_now *now, size_t now_count, const struct why *v, size_t count, bool user);
void whyprint_json(const struct whyprint_now *now, size_t now_count, const struct why *v, size_t count);

#endif
