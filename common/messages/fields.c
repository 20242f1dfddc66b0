/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "bounds.h"
#include "envlist.h"
#include "printable.h"

static const unsigned char zeros[FIELD_WIDTH_MAX];

static uint64_t
number_at(const void *p, unsigned width)
{
	switch (width) {
	case 1:
		return *(const uint8_t *)p;
	case 2:
		return *(const uint16_t *)p;
	case 4:
		return *(const uint32_t *)p;
	default:
		return *(const uint64_t *)p;
	}
}

static void
set_number(void *p, unsigned width, uint64_t v)
{
	switch (width) {
	case 1:
		*(uint8_t *)p = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)p = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)p = (uint32_t)v;
		break;
	default:
		*(uint64_t *)p = v;
	}
}

/* The length of the text of F at P; -EMSGSIZE in W when there is no NUL. */
static size_t
text_length(struct wire_writer *w, const struct field *f, const char *p)
{
	size_t len = strnlen(p, f->limit);

	if (len < f->limit)
		return len;
	w->err = -EMSGSIZE;
	return 0;
}

static void
put_line(struct wire_writer *w, const struct field *f, const char *p)
{
	size_t len = text_length(w, f, p);
	char copy[TEXT_CAP];

	if (len >= sizeof copy) {
		w->err = -EMSGSIZE;
		return;
	}
	memcpy(copy, p, len);
	copy[len] = '\0';
	printable_clean(copy);
	wire_put_cstring(w, copy);
}

static void
put_padded(struct wire_writer *w, const struct field *f, const char *p)
{
	size_t len = text_length(w, f, p);

	wire_put_raw(w, p, len);
	wire_put_raw(w, zeros, f->width - len);
}

static void
put_field(struct wire_writer *w, const struct field *f, const void *p)
{
	switch ((enum field_kind)f->kind) {
	case FIELD_KIND_NUMBER:
		wire_put_number(w, number_at(p, f->width), f->width);
		break;
	case FIELD_KIND_BOOL:
		wire_put_u8(w, *(const bool *)p);
		break;
	case FIELD_KIND_RAW:
		wire_put_raw(w, p, f->limit);
		break;
	case FIELD_KIND_TEXT:
		wire_put_string(w, p, text_length(w, f, p));
		break;
	case FIELD_KIND_LINE:
		put_line(w, f, p);
		break;
	case FIELD_KIND_PADDED:
		put_padded(w, f, p);
		break;
	case FIELD_KIND_ENV:
		envlist_put(w, p);
		break;
	case FIELD_KIND_CONST:
		wire_put_number(w, f->limit, f->width);
		break;
	case FIELD_KIND_ZERO:
		wire_put_raw(w, zeros, f->width);
		break;
	case FIELD_KIND_LATER:
		wire_put_string(w, NULL, 0);
		break;
	case FIELD_KIND_OLDER_END:
	case FIELD_KIND_END:
		break;
	}
}

/* Up to the FIELD_OLDER_END number ENDS, counted from 1. */
static void
put_older(struct wire_writer *w, const struct field *fields, const void *m, unsigned ends)
{
	for (const struct field *f = fields; f->kind != FIELD_KIND_END; f++) {
		if (f->kind == FIELD_KIND_OLDER_END && --ends == 0)
			return;
		put_field(w, f, (const unsigned char *)m + f->offset);
	}
}

void
fields_put(struct wire_writer *w, const struct field *fields, const void *m)
{
	put_older(w, fields, m, UINT_MAX);
}

static void
get_number(struct wire_reader *r, const struct field *f, void *p)
{
	uint64_t v = wire_get_number(r, f->width);

	if (v > f->limit)
		r->err = -EBADMSG;
	else
		set_number(p, f->width, v);
}

/* WIDTH bytes that are a text of less than the limit, with nothing but zeros behind. */
static void
get_padded(struct wire_reader *r, const struct field *f, char *p)
{
	char got[FIELD_WIDTH_MAX];
	size_t len;

	wire_get_raw(r, got, f->width);
	len = strnlen(got, f->width);
	if (len >= f->limit || memcmp(got + len, zeros, f->width - len) != 0) {
		r->err = -EBADMSG;
		len = 0;
	}
	memcpy(p, got, len);
	p[len] = '\0';
}

static void
get_same(struct wire_reader *r, const void *wanted, size_t len)
{
	unsigned char got[FIELD_WIDTH_MAX];

	wire_get_raw(r, got, len);
	if (memcmp(got, wanted, len) != 0)
		r->err = -EBADMSG;
}

/* 0, -EBADMSG, -E2BIG or -ENOMEM. */
static int
get_field(struct wire_reader *r, const struct field *f, void *p)
{
	struct wire_bytes passed_over;
	uint8_t byte;

	switch ((enum field_kind)f->kind) {
	case FIELD_KIND_NUMBER:
		get_number(r, f, p);
		break;
	case FIELD_KIND_BOOL:
		wire_get_u8(r, &byte);
		*(bool *)p = byte != 0;
		break;
	case FIELD_KIND_RAW:
		wire_get_raw(r, p, f->limit);
		break;
	case FIELD_KIND_TEXT:
		wire_get_cstring(r, p, f->limit);
		break;
	case FIELD_KIND_LINE:
		wire_get_cstring(r, p, f->limit);
		printable_clean(p);
		break;
	case FIELD_KIND_PADDED:
		get_padded(r, f, p);
		break;
	case FIELD_KIND_ENV:
		return envlist_get_from(r, p);
	case FIELD_KIND_CONST:
		if (wire_get_number(r, f->width) != f->limit)
			r->err = -EBADMSG;
		break;
	case FIELD_KIND_ZERO:
		get_same(r, zeros, f->width);
		break;
	case FIELD_KIND_LATER:
		wire_get_string(r, &passed_over, f->limit);
		break;
	case FIELD_KIND_OLDER_END:
	case FIELD_KIND_END:
		break;
	}
	return r->err;
}

int
fields_get(struct wire_reader *r, const struct field *fields, void *m)
{
	int rc = r->err;

	for (const struct field *f = fields; !rc && f->kind != FIELD_KIND_END; f++) {
		if (f->kind == FIELD_KIND_OLDER_END && !r->left)
			break;
		rc = get_field(r, f, (unsigned char *)m + f->offset);
	}
	if (rc)
		fields_free(fields, m);
	return rc;
}

void
fields_free(const struct field *fields, void *m)
{
	for (const struct field *f = fields; f->kind != FIELD_KIND_END; f++)
		if (f->kind == FIELD_KIND_ENV)
			envlist_free((struct envlist *)(void *)((unsigned char *)m + f->offset));
}

int
fields_encode(const struct field *fields, const void *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	fields_put(&w, fields, m);
	return w.err ? w.err : (int)w.len;
}

int
fields_decode(const struct field *fields, void *m, size_t size, const void *buf, size_t len)
{
	struct wire_reader r;
	int rc;

	memset(m, 0, size);
	wire_reader_init(&r, buf, len);
	rc = fields_get(&r, fields, m);
	if (!rc && r.left) {
		fields_free(fields, m);
		rc = -EBADMSG;
	}
	return rc;
}

int
message_encode_older(const struct message *d, uint8_t type, const void *m, unsigned ends, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	put_older(&w, d->fields, m, ends);
	return w.err ? w.err : (int)w.len;
}

int
message_encode(const struct message *d, uint8_t type, const void *m, unsigned char *out, size_t cap)
{
	return message_encode_older(d, type, m, UINT_MAX, out, cap);
}

bool
message_is(const struct message *d, const void *buf, size_t len)
{
	for (const uint8_t *type = d->types; len && *type; type++)
		if (*(const uint8_t *)buf == *type)
			return true;
	return false;
}

int
message_decode(const struct message *d, void *m, const void *buf, size_t len)
{
	if (!message_is(d, buf, len)) {
		memset(m, 0, d->size);
		return -EBADMSG;
	}
	return fields_decode(d->fields, m, d->size, (const unsigned char *)buf + 1, len - 1);
}
