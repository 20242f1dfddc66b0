/* SPDX-License-Identifier: MIT */
#include "paint.h"

#include <errno.h>

#include "wire.h"

static int
written(const struct wire_writer *w)
{
	int err = wire_writer_error(w);

	return err ? err : (int)w->len;
}

int
paint_encode_order(const struct paint_order *m, unsigned char *out, size_t cap)
{
	unsigned char target[TERMCAN_BYTES];
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, m->type);
	wire_put_u64(&w, m->offset);
	wire_put_u32(&w, m->serial);
	wire_put_u32(&w, m->flags);
	wire_put_u16(&w, m->rows);
	wire_put_u16(&w, m->cols);
	wire_put_u16(&w, m->xpixel);
	wire_put_u16(&w, m->ypixel);
	for (unsigned i = 0; i < 3; i++)
		wire_put_u32(&w, m->colours[i]);
	wire_put_cstring(&w, m->line);
	if (termcan_known(&m->target)) {
		termcan_put(&m->target, target);
		wire_put_raw(&w, target, sizeof target);
	}
	return written(&w);
}

int
paint_decode_order(struct paint_order *m, const void *buf, size_t len)
{
	unsigned char target[TERMCAN_BYTES] = { 0 };
	struct wire_reader r;

	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &m->type);
	wire_get_u64(&r, &m->offset);
	wire_get_u32(&r, &m->serial);
	wire_get_u32(&r, &m->flags);
	wire_get_u16(&r, &m->rows);
	wire_get_u16(&r, &m->cols);
	wire_get_u16(&r, &m->xpixel);
	wire_get_u16(&r, &m->ypixel);
	for (unsigned i = 0; i < 3; i++)
		wire_get_u32(&r, &m->colours[i]);
	wire_get_cstring(&r, m->line, sizeof m->line);
	if (r.left)
		wire_get_raw(&r, target, sizeof target);
	termcan_get(&m->target, target);
	if (m->type < PAINT_FEED || m->type > PAINT_TERMINAL)
		return -EBADMSG;
	return wire_reader_end(&r);
}

int
paint_encode_reply(const struct paint_reply *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (m->len > PAINT_DATA_MAX)
		return -EMSGSIZE;
	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, m->type);
	wire_put_u64(&w, m->offset);
	wire_put_u32(&w, m->serial);
	wire_put_u32(&w, m->number);
	wire_put_string(&w, m->data, m->len);
	return written(&w);
}

int
paint_decode_reply(struct paint_reply *m, const void *buf, size_t len)
{
	struct wire_reader r;
	struct wire_bytes data;

	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &m->type);
	wire_get_u64(&r, &m->offset);
	wire_get_u32(&r, &m->serial);
	wire_get_u32(&r, &m->number);
	wire_get_string(&r, &data, PAINT_DATA_MAX);
	m->data = data.data;
	m->len = data.len;
	if (m->type < PAINT_AT || m->type > PAINT_BUSY)
		return -EBADMSG;
	return wire_reader_end(&r);
}
