/* SPDX-License-Identifier: MIT */
/*
 * json: writes JSON (RFC 8259) to a stdio stream, one value after the other; the writer puts the commas.
 *
 * KEY is the member's name inside an object and NULL inside an array or at the top.  Strings should be UTF-8: invalid
 * bytes become U+FFFD, and control characters (C1 too) become \u escapes, so that the output is valid and harmless on a
 * terminal.
 */
#ifndef HOLDFAST_JSON_H
#define HOLDFAST_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *f;    /* borrowed */
	bool comma; /* a value stands before the next one */
};

void json_init(struct json *j, FILE *f);
/* OPEN is '{' or '[', CLOSE '}' or ']'. */
void json_open(struct json *j, const char *key, char open);
void json_close(struct json *j, char close);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

#endif
