/* SPDX-License-Identifier: MIT */
/*
 * answers_kept: the painter's answers to queries that a terminal has to answer.  If that terminal dies before it has
 * answered, the keeper types these, which were right when the query was printed.  Bounded: the newest are kept.
 */
#ifndef HOLDFAST_ANSWERS_KEPT_H
#define HOLDFAST_ANSWERS_KEPT_H

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
/* Forgets the answers to queries up to FROM.  The others are u->bytes, u->len bytes, in order. */
void answers_kept_forget(struct answers_kept *u, uint64_t from);
void answers_kept_free(struct answers_kept *u);

#endif
