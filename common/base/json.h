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

/* The version of the objects that the programs print; docs/schema describes them. */
#define JSON_SCHEMA 1

void json_init(struct json *j, FILE *f);
/* Begins an object at the top, whose first member is "schema" with the number JSON_SCHEMA. */
void json_begin(struct json *j, FILE *f);
/* Ends it, and the line. */
void json_end(struct json *j);
/* OPEN is '{' or '[', CLOSE '}' or ']'. */
void json_open(struct json *j, const char *key, char open);
void json_close(struct json *j, char close);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);

#endif
