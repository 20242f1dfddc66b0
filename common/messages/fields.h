/* SPDX-License-Identifier: MIT */
/*
 * fields: messages as tables of their fields, so that each field is written down once, for the encoder and the decoder.
 *
 * A row has a field's place in the message's struct, its form in the message (wire.h), and its limit.  A table ends with
 * FIELDS_END.  The macros below make rows, and check that the member has the right size.  The message's own code checks
 * how values depend on each other.
 *
 * A message that versions share never changes: tests/unit/recordings.h.
 */
#ifndef HOLDFAST_FIELDS_H
#define HOLDFAST_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum field_kind {
	FIELD_KIND_END,
	FIELD_KIND_NUMBER,    /* WIDTH bytes; the decoder refuses more than LIMIT */
	FIELD_KIND_BOOL,      /* one byte; every value but 0 is true */
	FIELD_KIND_RAW,       /* LIMIT bytes */
	FIELD_KIND_TEXT,      /* char[LIMIT]; a string without NUL bytes, of less than LIMIT */
	FIELD_KIND_LINE,      /* the same; encoder and decoder take control characters out (printable.h) */
	FIELD_KIND_PADDED,    /* char[LIMIT]; WIDTH bytes: the text, then zeros */
	FIELD_KIND_ENV,       /* struct envlist; the bounds are those of envlist.h */
	FIELD_KIND_CONST,     /* the number LIMIT in WIDTH bytes; no member */
	FIELD_KIND_ZERO,      /* WIDTH zero bytes; no member */
	FIELD_KIND_LATER,     /* a string of at most LIMIT bytes for later versions: written empty, and skipped */
	FIELD_KIND_OLDER_END, /* messages of older versions end here */
};

struct field {
	uint8_t kind, width; /* enum field_kind */
	uint16_t offset;
	uint64_t limit;
};

/* The offset of MEMBER; the compiler refuses a member that has not SIZE bytes. */
#define FIELD_AT(type, member, size)                                                                                   \
	(offsetof(type, member) + 0 * sizeof(char[sizeof(((type *)0)->member) == (size) ? 1 : -1]))
#define FIELD_ROOM(type, member) sizeof(((type *)0)->member)
/* BYTES; the compiler refuses less than LEAST and more than FIELD_WIDTH_MAX. */
#define FIELD_WIDTH_MAX 64
#define FIELD_WIDTH(bytes, least)                                                                                      \
	((bytes) + 0 * sizeof(char[(bytes) >= (least) && (bytes) <= FIELD_WIDTH_MAX ? 1 : -1]))

#define FIELD_U8_MAX(type, member, max) { FIELD_KIND_NUMBER, 1, FIELD_AT(type, member, 1), (max) }
#define FIELD_U32_MAX(type, member, max) { FIELD_KIND_NUMBER, 4, FIELD_AT(type, member, 4), (max) }
#define FIELD_U8(type, member) FIELD_U8_MAX(type, member, UINT8_MAX)
#define FIELD_U16(type, member) { FIELD_KIND_NUMBER, 2, FIELD_AT(type, member, 2), UINT16_MAX }
#define FIELD_U32(type, member) FIELD_U32_MAX(type, member, UINT32_MAX)
#define FIELD_U64(type, member) { FIELD_KIND_NUMBER, 8, FIELD_AT(type, member, 8), UINT64_MAX }
#define FIELD_BOOL(type, member) { FIELD_KIND_BOOL, 1, FIELD_AT(type, member, sizeof(bool)), 1 }
#define FIELD_RAW(type, member, size) { FIELD_KIND_RAW, 0, FIELD_AT(type, member, size), (size) }
#define FIELD_TEXT(type, member) { FIELD_KIND_TEXT, 0, offsetof(type, member), FIELD_ROOM(type, member) }
#define FIELD_LINE(type, member) { FIELD_KIND_LINE, 0, offsetof(type, member), FIELD_ROOM(type, member) }
#define FIELD_PADDED(type, member, bytes)                                                                              \
	{ FIELD_KIND_PADDED, FIELD_WIDTH(bytes, FIELD_ROOM(type, member)), offsetof(type, member), FIELD_ROOM(type, member) }
#define FIELD_ENV(type, member) { FIELD_KIND_ENV, 0, FIELD_AT(type, member, sizeof(struct envlist)), 0 }
#define FIELD_CONST(bytes, value) { FIELD_KIND_CONST, (bytes), 0, (value) }
#define FIELD_ZERO(bytes) { FIELD_KIND_ZERO, FIELD_WIDTH(bytes, 1), 0, 0 }
#define FIELD_LATER(max) { FIELD_KIND_LATER, 0, 0, (max) }
#define FIELD_OLDER_END { FIELD_KIND_OLDER_END, 0, 0, 0 }
#define FIELDS_END { FIELD_KIND_END, 0, 0, 0 }

/* Appends the fields of M to W.  Errors stick in W: -EMSGSIZE, also for a text without a NUL in its member. */
void fields_put(struct wire_writer *w, const struct field *fields, const void *m);
/*
 * Reads the fields into M.  The caller has made M zero, or has set the values of fields that older versions leave out.
 * 0, -EBADMSG, or an error of envlist_get_from(); after a failure M holds no memory.
 */
int fields_get(struct wire_reader *r, const struct field *fields, void *m);
/* Frees the environments in M. */
void fields_free(const struct field *fields, void *m);

/* A message that consists of such fields: the number of bytes written to OUT, or -EMSGSIZE. */
int fields_encode(const struct field *fields, const void *m, unsigned char *out, size_t cap);
/* Makes all SIZE bytes of M zero and reads the message into it: as fields_get(), and -EBADMSG for bytes left over. */
int fields_decode(const struct field *fields, void *m, size_t size, const void *buf, size_t len);

/* A message that begins with a type byte. */
struct message {
	size_t size;              /* of its struct */
	uint8_t types[6];         /* the type bytes that it may have, then 0 */
	const struct field *fields;
};

/* The same with TYPE before the fields.  The decoder refuses a message whose type is none of TYPES (-EBADMSG). */
int message_encode(const struct message *d, uint8_t type, const void *m, unsigned char *out, size_t cap);
/* The same without the fields behind the FIELD_OLDER_END number ENDS, counted from 1. */
int message_encode_older(const struct message *d, uint8_t type, const void *m, unsigned ends, unsigned char *out,
                         size_t cap);
int message_decode(const struct message *d, void *m, const void *buf, size_t len);
/* Whether the first byte of the message is one of D's types. */
bool message_is(const struct message *d, const void *buf, size_t len);

#endif
