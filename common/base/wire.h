/* SPDX-License-Identifier: MIT */
/*
 * wire: bounds-checked encoding of the RFC 4251 section 5 data types.
 *
 * Every message between two parts of holdfast is written with a struct wire_writer and read with a struct
 * wire_reader.  Neither allocates nor does any I/O.  Errors stick: after the first one every further call is harmless,
 * so a caller may write or read a whole message and check once, with wire_writer_error() or wire_reader_end().
 */
#ifndef HOLDFAST_WIRE_H
#define HOLDFAST_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* A view of borrowed bytes (of the reader's buffer). */
struct wire_bytes {
	const unsigned char *data;
	size_t len;
};

struct wire_writer {
	unsigned char *buf; /* the caller's */
	size_t len;         /* bytes written so far */
	size_t cap;
	int err;            /* 0 or -EMSGSIZE */
};

struct wire_reader {
	const unsigned char *p; /* the caller's */
	size_t left;
	int err;                /* 0 or -EBADMSG */
};

void wire_writer_init(struct wire_writer *w, void *buf, size_t cap);
/* The low BYTES (1 to 8) bytes of V. */
void wire_put_number(struct wire_writer *w, uint64_t v, unsigned bytes);
void wire_put_u8(struct wire_writer *w, uint8_t v);
void wire_put_u16(struct wire_writer *w, uint16_t v);
void wire_put_u32(struct wire_writer *w, uint32_t v);
void wire_put_u64(struct wire_writer *w, uint64_t v);
/* LEN raw bytes, without a length before them. */
void wire_put_raw(struct wire_writer *w, const void *data, size_t len);
/* An RFC 4251 "string": uint32 length, then the bytes. */
void wire_put_string(struct wire_writer *w, const void *data, size_t len);
/* The same for a NUL-terminated string; NULL counts as "". */
void wire_put_cstring(struct wire_writer *w, const char *s);
/* 0, or -EMSGSIZE when something did not fit. */
int wire_writer_error(const struct wire_writer *w);

void wire_reader_init(struct wire_reader *r, const void *buf, size_t len);
/* A number of BYTES (1 to 8) bytes; on error 0, and -EBADMSG in the reader. */
uint64_t wire_get_number(struct wire_reader *r, unsigned bytes);
/* On error all of these leave zero (an empty view) in *v and -EBADMSG in the reader. */
void wire_get_u8(struct wire_reader *r, uint8_t *v);
void wire_get_u16(struct wire_reader *r, uint16_t *v);
void wire_get_u32(struct wire_reader *r, uint32_t *v);
void wire_get_u64(struct wire_reader *r, uint64_t *v);
void wire_get_raw(struct wire_reader *r, void *data, size_t len);
/* A string of at most MAX bytes; the view points into the reader's buffer. */
void wire_get_string(struct wire_reader *r, struct wire_bytes *v, size_t max);
/* A string copied into DST with a NUL behind it: at most CAP-1 bytes, none of them NUL. */
void wire_get_cstring(struct wire_reader *r, char *dst, size_t cap);
/* 0 if everything was read and no byte is left over, else -EBADMSG. */
int wire_reader_end(const struct wire_reader *r);

#endif
