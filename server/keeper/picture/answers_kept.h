/* SPDX-License-Identifier: MIT */
/*
 * unanswered: what a painter would have answered to queries that were a terminal's to answer.  If that terminal
 * dies before it has answered, the answers are here, as they were right when the query was printed.  Bounded: the
 * newest are kept.
 */
#ifndef HOLDFAST_UNANSWERED_H
#define HOLDFAST_UNANSWERED_H

#include <stddef.h>
#include <stdint.h>

#define ANSWERS_KEPT_COUNT 32
#define ANSWERS_KEPT_BYTES 4096

struct answers_kept {
	struct {
		uint64_t at; /* the offset in the output behind the query */
		size_t len;  /* of the answer */
	} each[ANSWERS_KEPT_COUNT];
	unsigned count;
	unsigned char *bytes; /* of all answers, one after the other; NULL: none */
	size_t len;
};

/* Remembers LEN bytes at P, the answer to a query that ended at AT. */
void answers_kept_add(struct answers_kept *u, uint64_t at, const unsigned char *p, size_t len);
/* Forgets the answers to queries up to FROM.  What is left, in order, is u->bytes, u->len bytes. */
void answers_kept_forget(struct answers_kept *u, uint64_t from);
void answers_kept_free(struct answers_kept *u);

#endif
