/* SPDX-License-Identifier: MIT */
/*
 * json: writes JSON (RFC 8259) to a stdio stream, one value after the other; commas are put by itself.
 *
 * KEY is the member's name inside an object and NULL inside an array or at the top.  Strings are bytes that ought to
 * be UTF-8: what is not becomes U+FFFD, and control characters (C1 too) are written as \u escapes, so that the output
 * is valid and does nothing to a terminal.
 */
#ifndef HOLDFAST_JSON_H
#define HOLDFAST_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *f;    /* borrowed */
	bool comma; /* something stands before the next value */
};

void json_init(struct json *j, FILE *f);
/* OPEN is '{' or '[', CLOSE '}' or ']'. */
void json_open(struct json *j, const char *key, char open);
void json_close(struct json *j, char close);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

#endif
