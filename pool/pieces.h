/* SPDX-License-Identifier: MIT */
/*
 * pieces: takes a stream of JSON values (RFC 8259) apart as its bytes come, so that an answer of any length needs little
 * memory and is worked on in small steps.
 *
 * Each object that stands in an array is handed over as a text of its own, as soon as it is complete.  What is left of
 * a value without these objects follows at the value's end: {"header":{…},"kvs":[{…},{…}],"count":"2"} becomes {…}, {…}
 * and {"header":{…},"kvs":[],"count":"2"}.  Nothing is parsed here but brackets and
 * strings: the texts are a parser's to refuse.
 */
#ifndef HOLDFAST_POOL_PIECES_H
#define HOLDFAST_POOL_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIECES_ELEMENT_MAX 16384 /* bytes of an object in an array; a longer one is left out */
#define PIECES_REST_MAX 16384    /* of the rest of a value */
#define PIECES_DEPTH_MAX 60

struct pieces_text {
	char *at;
	size_t len, cap, max;
	bool over; /* there was more than MAX */
};

struct pieces {
	/* An object of an array: LEN bytes, borrowed, until the function returns; NULL: it was too long. */
	void (*element)(void *arg, const char *text, size_t len);
	/* The rest of a value. */
	void (*value)(void *arg, const char *text, size_t len);
	void *arg;
	/* Below is pieces.c's. */
	struct pieces_text object, rest;
	uint64_t arrays;        /* a bit for each level that is an array */
	unsigned depth, within; /* the level of the object that is being collected; 0: none */
	bool quoted, escaped;
};

/* Makes *P ready for a stream; the two functions must not end it. */
void pieces_init(struct pieces *p, void (*element)(void *, const char *, size_t),
                 void (*value)(void *, const char *, size_t), void *arg);
/*
 * Takes the next LEN bytes: 0; -EBADMSG: brackets that do not match, or are too deep; -EMSGSIZE: a rest that is too
 * long; -ENOMEM.  After an error only pieces_free may follow.
 */
int pieces_feed(struct pieces *p, const char *bytes, size_t len);
/* Whether the stream stands between two values. */
bool pieces_between(const struct pieces *p);
void pieces_free(struct pieces *p);

#endif
