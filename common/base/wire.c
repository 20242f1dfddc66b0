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

/* Room for LEN bytes more, which then count as written; NULL after an error, as when there is none. */
static inline unsigned char *
extend(struct wire_writer *w, size_t len)
{
	unsigned char *p = w->buf + w->len;

	if (w->err)
		return NULL;
	if (len > w->cap - w->len) {
		w->err = -EMSGSIZE;
		return NULL;
	}
	w->len += len;
	return p;
}

void
wire_put_raw(struct wire_writer *w, const void *data, size_t len)
{
	unsigned char *p = extend(w, len);

	if (p && len)
		memcpy(p, data, len);
}

void
wire_put_number(struct wire_writer *w, uint64_t v, unsigned bytes)
{
	unsigned char *p = extend(w, bytes);

	while (p && bytes--)
		*p++ = (unsigned char)(v >> (8 * bytes));
}

void
wire_put_u8(struct wire_writer *w, uint8_t v)
{
	wire_put_number(w, v, 1);
}

void
wire_put_u16(struct wire_writer *w, uint16_t v)
{
	wire_put_number(w, v, 2);
}

void
wire_put_u32(struct wire_writer *w, uint32_t v)
{
	wire_put_number(w, v, 4);
}

void
wire_put_u64(struct wire_writer *w, uint64_t v)
{
	wire_put_number(w, v, 8);
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

/* The next LEN bytes, which then count as read; NULL after an error, as when there are less. */
static inline const unsigned char *
advance(struct wire_reader *r, size_t len)
{
	const unsigned char *p = r->p;

	if (r->err || len > r->left) {
		r->err = -EBADMSG;
		return NULL;
	}
	r->p += len;
	r->left -= len;
	return p;
}

void
wire_get_raw(struct wire_reader *r, void *data, size_t len)
{
	const unsigned char *p = advance(r, len);

	if (!p)
		memset(data, 0, len);
	else if (len)
		memcpy(data, p, len);
}

uint64_t
wire_get_number(struct wire_reader *r, unsigned bytes)
{
	const unsigned char *p = advance(r, bytes);
	uint64_t v = 0;

	while (p && bytes--)
		v = v << 8 | *p++;
	return v;
}

void
wire_get_u8(struct wire_reader *r, uint8_t *v)
{
	*v = (uint8_t)wire_get_number(r, 1);
}

void
wire_get_u16(struct wire_reader *r, uint16_t *v)
{
	*v = (uint16_t)wire_get_number(r, 2);
}

void
wire_get_u32(struct wire_reader *r, uint32_t *v)
{
	*v = (uint32_t)wire_get_number(r, 4);
}

void
wire_get_u64(struct wire_reader *r, uint64_t *v)
{
	*v = wire_get_number(r, 8);
}

void
wire_get_string(struct wire_reader *r, struct wire_bytes *v, size_t max)
{
	uint32_t len;

	wire_get_u32(r, &len);
	if (len > max)
		r->err = -EBADMSG;
	v->data = advance(r, len);
	v->len = v->data ? len : 0;
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
