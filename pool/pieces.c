/* SPDX-License-Identifier: MIT */
#include "pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 512

void
pieces_init(struct pieces *p, void (*element)(void *, const char *, size_t),
            void (*value)(void *, const char *, size_t), void *arg)
{
	*p = (struct pieces){ .element = element, .value = value, .arg = arg,
	                      .object.max = PIECES_ELEMENT_MAX, .rest.max = PIECES_REST_MAX };
}

void
pieces_free(struct pieces *p)
{
	free(p->object.at);
	free(p->rest.at);
	p->object.at = p->rest.at = NULL;
}

bool
pieces_between(const struct pieces *p)
{
	return p->depth == 0 && !p->quoted;
}

/* Appends BYTES; what is over T's limit is only noted. */
static int
append(struct pieces_text *t, const char *bytes, size_t len)
{
	size_t cap = t->cap ? t->cap : FIRST_CAP;
	char *grown;

	if (t->over || len > t->max - t->len) {
		t->over = true;
		return 0;
	}
	while (cap < t->len + len)
		cap *= 2;
	if (cap != t->cap) {
		grown = realloc(t->at, cap);
		if (!grown)
			return -ENOMEM;
		t->at = grown;
		t->cap = cap;
	}
	memcpy(t->at + t->len, bytes, len);
	t->len += len;
	return 0;
}

static void
forget(struct pieces_text *t)
{
	t->len = 0;
	t->over = false;
}

static bool
in_array(const struct pieces *p)
{
	return p->depth && p->arrays >> (p->depth - 1) & 1;
}

/* The comma between two objects of an array stands in the rest alone, and makes that no JSON. */
static bool
is_left_out(const struct pieces *p, char c)
{
	return c == ',' && !p->within && in_array(p);
}

static int
opens(struct pieces *p, char c)
{
	if (p->depth == PIECES_DEPTH_MAX)
		return -EBADMSG;
	if (c == '{' && !p->within && in_array(p))
		p->within = p->depth + 1;
	p->depth++;
	if (c == '[')
		p->arrays |= UINT64_C(1) << (p->depth - 1);
	else
		p->arrays &= ~(UINT64_C(1) << (p->depth - 1));
	return 0;
}

static int
closes(struct pieces *p, char c)
{
	if (!p->depth || in_array(p) != (c == ']'))
		return -EBADMSG;
	p->depth--;
	return 0;
}

/* An object of an array is complete. */
static void
hand_over_object(struct pieces *p)
{
	p->within = 0;
	if (p->object.over)
		p->element(p->arg, NULL, 0);
	else
		p->element(p->arg, p->object.at, p->object.len);
	forget(&p->object);
}

/* A value is complete. */
static void
hand_over_rest(struct pieces *p)
{
	p->value(p->arg, p->rest.at, p->rest.len);
	forget(&p->rest);
}

/* Puts BYTES where they belong: an object that is too long is left out, a rest that is too long ends the stream. */
static int
put(struct pieces *p, bool within, const char *bytes, size_t len)
{
	int rc = append(within ? &p->object : &p->rest, bytes, len);

	return !rc && p->rest.over ? -EMSGSIZE : rc;
}

/* Follows one byte outside of strings: 0 or -EBADMSG. */
static int
follow(struct pieces *p, char c)
{
	switch (c) {
	case '"':
		p->quoted = true;
		return 0;
	case '{':
	case '[':
		return opens(p, c);
	case '}':
	case ']':
		return closes(p, c);
	default:
		return 0;
	}
}

/* Follows one byte of a string. */
static void
follow_quoted(struct pieces *p, char c)
{
	if (p->escaped)
		p->escaped = false;
	else if (c == '\\')
		p->escaped = true;
	else if (c == '"')
		p->quoted = false;
}

/* How many of the LEN BYTES, all of a string, change nothing. */
static size_t
plain_run(const struct pieces *p, const char *bytes, size_t len)
{
	size_t n = 0;

	if (!p->quoted || p->escaped)
		return 0;
	while (n < len && bytes[n] != '"' && bytes[n] != '\\')
		n++;
	return n;
}

static int
take(struct pieces *p, char c)
{
	bool left_out = !p->quoted && is_left_out(p, c);
	unsigned before = p->depth;
	bool was_within;
	int rc = 0;

	if (p->quoted)
		follow_quoted(p, c);
	else
		rc = follow(p, c);
	was_within = p->within != 0;
	if (!rc && !left_out)
		rc = put(p, was_within, &c, 1);
	if (rc || p->depth >= before)
		return rc;
	if (was_within && p->depth < p->within)
		hand_over_object(p);
	if (!p->depth)
		hand_over_rest(p);
	return 0;
}

int
pieces_feed(struct pieces *p, const char *bytes, size_t len)
{
	int rc = 0;

	while (!rc && len) {
		size_t run = plain_run(p, bytes, len);

		if (run) {
			rc = put(p, p->within != 0, bytes, run);
		} else {
			/* White space between values belongs to none of them. */
			rc = pieces_between(p) && strchr(" \t\r\n", *bytes) && *bytes ? 0 : take(p, *bytes);
			run = 1;
		}
		bytes += run;
		len -= run;
	}
	return rc;
}
