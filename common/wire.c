/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <errno.h>
#include <string.h>

void
wire_writer_init(struct wire_writer *w, void *buf, size_t cap)
{
	w->buf = buf;
	w->len = 0;
	w->cap = cap;
	w->err = 0;
}

void
wire_put_raw(struct wire_writer *w, const void *data, size_t len)
{
	if (w->err)
		return;
	if (len > w->cap - w->len) {
		w->err = -EMSGSIZE;
		return;
	}
	if (len)
		memcpy(w->buf + w->len, data, len);
	w->len += len;
}

/* The low BYTES bytes of V, most significant first. */
static void
put_be(struct wire_writer *w, uint64_t v, unsigned bytes)
{
	unsigned char b[8];

	for (unsigned i = 0; i < bytes; i++)
		b[i] = (unsigned char)(v >> (8 * (bytes - 1 - i)));
	wire_put_raw(w, b, bytes);
}

void
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	put_be(w, v, 1);
}

void
wire_put_u16(struct wire_writer *w, uint16_t v)
{
	put_be(w, v, 2);
}

void
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	put_be(w, v, 4);
}

void
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	put_be(w, v, 8);
}

void
wire_put_string(struct wire_writer *w, const void *data, size_t len)
{
	if (len > UINT32_MAX)
		w->err = -EMSGSIZE;
	wire_put_u32(w, (uint32_t)len);
	wire_put_raw(w, data, len);
}

void
wire_put_cstring(struct wire_writer *w, const char *s)
{
	wire_put_string(w, s, s ? strlen(s) : 0);
}

int
wire_writer_error(const struct wire_writer *w)
{
	return w->err;
}

void
wire_reader_init(struct wire_reader *r, const void *buf, size_t len)
{
	r->p = buf;
	r->left = len;
	r->err = 0;
}

void
wire_get_raw(struct wire_reader *r, void *data, size_t len)
{
	if (r->err || len > r->left) {
		r->err = -EBADMSG;
		memset(data, 0, len);
		return;
	}
	if (len)
		memcpy(data, r->p, len);
	r->p += len;
	r->left -= len;
}

static uint64_t
get_be(struct wire_reader *r, unsigned bytes)
{
	unsigned char b[8] = {0};
	uint64_t v = 0;

	wire_get_raw(r, b, bytes);
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | b[i];
	return v;
}

void
wire_get_u8(struct wire_reader *r, uint8_t *v)
{
	*v = (uint8_t)get_be(r, 1);
}

void
wire_get_u16(struct wire_reader *r, uint16_t *v)
{
	*v = (uint16_t)get_be(r, 2);
}

void
wire_get_u32(struct wire_reader *r, uint32_t *v)
{
	*v = (uint32_t)get_be(r, 4);
}

void
wire_get_u64(struct wire_reader *r, uint64_t *v)
{
	*v = get_be(r, 8);
}

void
wire_get_string(struct wire_reader *r, struct wire_bytes *v, size_t max)
{
	uint32_t len;

	wire_get_u32(r, &len);
	if (r->err || len > max || len > r->left) {
		r->err = -EBADMSG;
		v->data = NULL;
		v->len = 0;
		return;
	}
	v->data = r->p;
	v->len = len;
	r->p += len;
	r->left -= len;
}

void
wire_get_cstring(struct wire_reader *r, char *dst, size_t cap)
{
	struct wire_bytes v;

	wire_get_string(r, &v, cap - 1);
	if (v.len && memchr(v.data, '\0', v.len)) {
		r->err = -EBADMSG;
		v.len = 0;
	}
	if (v.len)
		memcpy(dst, v.data, v.len);
	dst[v.len] = '\0';
}

int
wire_reader_end(const struct wire_reader *r)
{
	return r->err || r->left ? -EBADMSG : 0;
}
