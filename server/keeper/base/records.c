/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t
record_begin(struct wire_writer *w, uint32_t type)
{
	wire_put_u32(w, type);
	wire_put_u32(w, 0);
	return w->len;
}

void
record_end(struct wire_writer *w, size_t at)
{
	struct wire_writer length;

	if (w->err || at < 4)
		return;
	wire_writer_init(&length, w->buf + at - 4, 4);
	wire_put_u32(&length, (uint32_t)(w->len - at));
}

int
record_next(struct wire_reader *r, uint32_t *type, struct wire_reader *body)
{
	struct wire_bytes bytes;

	if (!r->left)
		return r->err;
	wire_get_u32(r, type);
	wire_get_string(r, &bytes, r->left);
	if (r->err)
		return r->err;
	wire_reader_init(body, bytes.data, bytes.len);
	return 1;
}

void
record_put(struct wire_writer *w, const struct field *fields, const void *m)
{
	size_t at;

	wire_put_u32(w, 0);
	at = w->len;
	fields_put(w, fields, m);
	record_end(w, at);
}

int
record_get(struct wire_reader *r, const struct field *fields, void *m)
{
	struct wire_reader in;
	struct wire_bytes bytes;

	wire_get_string(r, &bytes, r->left);
	if (r->err)
		return r->err;
	wire_reader_init(&in, bytes.data, bytes.len);
	return fields_get(&in, fields, m);
}

void
record_get_bytes(struct wire_reader *r, void *p, size_t cap, size_t *len)
{
	struct wire_bytes bytes;

	wire_get_string(r, &bytes, cap);
	if (bytes.len)
		memcpy(p, bytes.data, bytes.len);
	*len = bytes.len;
}

int
record_get_memory(struct wire_reader *r, size_t max, unsigned char **p, size_t *len)
{
	struct wire_bytes bytes;

	*p = NULL;
	*len = 0;
	wire_get_string(r, &bytes, max);
	if (r->err || !bytes.len)
		return r->err;
	*p = malloc(bytes.len);
	if (!*p)
		return -ENOMEM;
	memcpy(*p, bytes.data, bytes.len);
	*len = bytes.len;
	return 0;
}
