/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <errno.h>
#include <string.h>

#include "frame_parts.h"

const unsigned char frame_magic[8] = { 0x00, 'H', 'L', 'D', 'F', 'S', 'T', 0x01 };

/* The reader. */

unsigned char *
frame_room(struct frame_reader *r, size_t *room)
{
	if (r->at) {
		memmove(r->buf, r->buf + r->at, r->len - r->at);
		r->len -= r->at;
		r->at = 0;
	}
	*room = sizeof r->buf - r->len;
	return r->buf + r->len;
}

void
frame_filled(struct frame_reader *r, size_t n)
{
	r->len += n;
}

bool
frame_pending(const struct frame_reader *r)
{
	return r->at < r->len;
}

int
frame_next(struct frame_reader *r, struct frame *f)
{
	const unsigned char *p = r->buf + r->at;
	size_t left = r->len - r->at;
	uint32_t length;

	if (left < 4)
		return 0;
	length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	if (length < 1 || length > FRAME_MAX)
		return -EBADMSG;
	if (left < 4 + (size_t)length)
		return 0;
	*f = (struct frame){ .type = p[4], .body = p + FRAME_HEAD, .len = length - 1 };
	r->at += 4 + (size_t)length;
	return 1;
}

/*
 * Keeps the last line with something on it.  The last byte of LINE is ours: whether a line has ended, so that the
 * next one begins anew.
 */
static void
note_garbage(char *line, size_t cap, const unsigned char *p, size_t n)
{
	size_t len = strnlen(line, cap - 2);

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' || p[i] == '\r') {
			line[cap - 1] = 1;
			continue;
		}
		if (p[i] < 32 || p[i] > 126)
			continue;
		if (line[cap - 1])
			len = 0;
		line[cap - 1] = 0;
		if (len < cap - 2)
			line[len++] = (char)p[i];
		line[len] = '\0';
	}
}

/* How many bytes at the end of P may be the begin of PREAMBLE. */
static size_t
begun(const unsigned char *p, size_t n, const unsigned char *preamble)
{
	size_t keep = n < FRAME_PREAMBLE ? n : FRAME_PREAMBLE - 1;

	while (keep && memcmp(p + n - keep, preamble, keep) != 0)
		keep--;
	return keep;
}

int
frame_find_preamble(struct frame_reader *r, const unsigned char preamble[FRAME_PREAMBLE], size_t *seen, char *line,
                    size_t cap)
{
	const unsigned char *p = r->buf + r->at;
	size_t n = r->len - r->at;
	const unsigned char *hit = memmem(p, n, preamble, FRAME_PREAMBLE);
	size_t gone = hit ? (size_t)(hit - p) : n - begun(p, n, preamble);

	note_garbage(line, cap, p, gone);
	*seen += gone;
	r->at += gone + (hit ? FRAME_PREAMBLE : 0);
	if (*seen > FRAME_GARBAGE_MAX)
		return -EBADMSG;
	return hit ? 1 : 0;
}

/* Text for people: takes control characters out of S, C1 in UTF-8 (RFC 3629) too. */
void
frame_clean(char *s)
{
	const unsigned char *from = (const unsigned char *)s;
	char *to = s;

	for (; *from; from++) {
		if (*from < 32 || *from == 127)
			continue;
		/* Looked at in what is left: what was taken out may have stood between the two. */
		if (to > s && to[-1] == '\xc2' && *from >= 0x80 && *from < 0xa0)
			to--;
		else
			*to++ = (char)*from;
	}
	*to = '\0';
}

void
frame_begin(struct wire_writer *w, uint8_t type, unsigned char *out, size_t cap)
{
	wire_writer_init(w, out, cap);
	wire_put_u32(w, 0);
	wire_put_u8(w, type);
}

int
frame_end(struct wire_writer *w, size_t extra)
{
	size_t length = w->len - 4 + extra;

	if (w->err)
		return w->err;
	if (length > FRAME_MAX)
		return -EMSGSIZE;
	for (unsigned i = 0; i < 4; i++)
		w->buf[i] = (unsigned char)(length >> (8 * (3 - i)));
	return (int)w->len;
}

void
frame_put_line(struct wire_writer *w, const char *text)
{
	char copy[TEXT_CAP];

	if (strlen(text) >= sizeof copy) {
		w->err = -EMSGSIZE;
		return;
	}
	strcpy(copy, text);
	frame_clean(copy);
	wire_put_cstring(w, copy);
}

void
frame_get_line(struct wire_reader *r, char text[TEXT_CAP])
{
	wire_get_cstring(r, text, TEXT_CAP);
	frame_clean(text);
}

void
frame_get_bool(struct wire_reader *r, bool *v)
{
	uint8_t b;

	wire_get_u8(r, &b);
	*v = b != 0;
}

bool
frame_size_ok(uint32_t rows, uint32_t cols, uint32_t xpixel, uint32_t ypixel)
{
	return rows <= UINT16_MAX && cols <= UINT16_MAX && xpixel <= UINT16_MAX && ypixel <= UINT16_MAX;
}

int
frame_put_plain(uint8_t type, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	return frame_end(&w, 0);
}

int
frame_put_data_head(uint8_t type, const struct frame_data *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	if (type != FRAME_INPUT)
		wire_put_u8(&w, m->channel);
	wire_put_u64(&w, m->offset);
	return m->len > FRAME_MAX ? -EMSGSIZE : frame_end(&w, m->len);
}

int
frame_get_data(uint8_t type, struct frame_data *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	if (type != FRAME_INPUT)
		wire_get_u8(&r, &m->channel);
	wire_get_u64(&r, &m->offset);
	/* The last byte's offset, and one more, must be numbers. */
	if (r.err || (type == FRAME_OUTPUT && m->channel > 1) || m->offset > UINT64_MAX - r.left)
		return -EBADMSG;
	m->data = r.p;
	m->len = r.left;
	return 0;
}

int
frame_put_u64(uint8_t type, uint64_t v, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	wire_put_u64(&w, v);
	return frame_end(&w, 0);
}

int
frame_get_u64(uint64_t *v, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	wire_reader_init(&r, body, len);
	wire_get_u64(&r, v);
	return wire_reader_end(&r);
}

int
frame_put_ack(uint8_t channel, uint64_t offset, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_ACK, out, cap);
	wire_put_u8(&w, channel);
	wire_put_u64(&w, offset);
	return frame_end(&w, 0);
}

int
frame_get_ack(uint8_t *channel, uint64_t *offset, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	wire_reader_init(&r, body, len);
	wire_get_u8(&r, channel);
	wire_get_u64(&r, offset);
	return *channel > 1 ? -EBADMSG : wire_reader_end(&r);
}

int
frame_put_size(uint8_t type, const struct frame_size *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	wire_put_u32(&w, m->rows);
	wire_put_u32(&w, m->cols);
	if (type == FRAME_SIZE) {
		wire_put_u32(&w, m->xpixel);
		wire_put_u32(&w, m->ypixel);
	}
	return frame_end(&w, 0);
}

int
frame_get_size(uint8_t type, struct frame_size *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &m->rows);
	wire_get_u32(&r, &m->cols);
	if (type == FRAME_SIZE) {
		wire_get_u32(&r, &m->xpixel);
		wire_get_u32(&r, &m->ypixel);
	}
	return frame_size_ok(m->rows, m->cols, m->xpixel, m->ypixel) ? wire_reader_end(&r) : -EBADMSG;
}

int
frame_put_redraw(uint8_t what, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_REDRAW, out, cap);
	wire_put_u8(&w, what);
	return frame_end(&w, 0);
}

int
frame_get_redraw(uint8_t *what, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	wire_reader_init(&r, body, len);
	wire_get_u8(&r, what);
	return *what == FRAME_REDRAW_SCREEN || *what == FRAME_REDRAW_ALL ? wire_reader_end(&r) : -EBADMSG;
}

int
frame_put_gap(const struct frame_gap *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_GAP, out, cap);
	wire_put_u8(&w, m->channel);
	wire_put_u64(&w, m->from);
	wire_put_u64(&w, m->to);
	return frame_end(&w, 0);
}

int
frame_get_gap(struct frame_gap *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u8(&r, &m->channel);
	wire_get_u64(&r, &m->from);
	wire_get_u64(&r, &m->to);
	return m->channel > 1 || m->from > m->to ? -EBADMSG : wire_reader_end(&r);
}

int
frame_put_input_ack(const struct frame_input_ack *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_INPUT_ACK, out, cap);
	wire_put_u64(&w, m->offset);
	wire_put_u32(&w, m->window);
	return frame_end(&w, 0);
}

int
frame_get_input_ack(struct frame_input_ack *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u64(&r, &m->offset);
	wire_get_u32(&r, &m->window);
	return m->window > FRAME_INPUT_WINDOW ? -EBADMSG : wire_reader_end(&r);
}

int
frame_put_exit(const struct frame_exit *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_EXIT, out, cap);
	wire_put_u8(&w, m->signaled);
	wire_put_u32(&w, m->value);
	wire_put_cstring(&w, m->signal);
	return frame_end(&w, 0);
}

int
frame_get_exit(struct frame_exit *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	frame_get_bool(&r, &m->signaled);
	wire_get_u32(&r, &m->value);
	wire_get_cstring(&r, m->signal, sizeof m->signal);
	frame_clean(m->signal);
	return wire_reader_end(&r);
}

static bool
has_code(uint8_t type)
{
	return type == FRAME_DETACHED || type == FRAME_ERROR;
}

int
frame_put_text(uint8_t type, const struct frame_text *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	if (has_code(type))
		wire_put_u32(&w, m->code);
	frame_put_line(&w, m->text);
	return frame_end(&w, 0);
}

int
frame_get_text(uint8_t type, struct frame_text *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	if (has_code(type))
		wire_get_u32(&r, &m->code);
	frame_get_line(&r, m->text);
	return wire_reader_end(&r);
}
