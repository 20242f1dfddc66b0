/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <errno.h>
#include <string.h>

#include "frame_parts.h"

#define FEATURES_MAX 16    /* names in a name-list */
#define FEATURE_NAME_MAX 64

static bool
features_ok(const char *s)
{
	size_t names = 0, len;

	for (; *s; s += len) {
		if (names && *s++ != ',')
			return false;
		len = strcspn(s, ",");
		if (len < 1 || len > FEATURE_NAME_MAX || ++names > FEATURES_MAX)
			return false;
		for (size_t i = 0; i < len; i++)
			if (s[i] < 33 || s[i] > 126)
				return false;
	}
	return true;
}

int
frame_put_hello(uint8_t type, const struct frame_hello *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, type, out, cap);
	if (type == FRAME_HELLO)
		wire_put_u32(&w, m->lowest);
	wire_put_u32(&w, m->highest);
	frame_put_line(&w, m->software);
	wire_put_cstring(&w, m->features);
	if (type == FRAME_SERVER_HELLO)
		wire_put_raw(&w, m->boot, FRAME_KEY);
	return features_ok(m->features) ? frame_end(&w, 0) : -EMSGSIZE;
}

int
frame_get_hello(uint8_t type, struct frame_hello *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &m->lowest);
	m->highest = m->lowest;
	if (type == FRAME_HELLO)
		wire_get_u32(&r, &m->highest);
	frame_get_line(&r, m->software);
	wire_get_cstring(&r, m->features, sizeof m->features);
	if (type == FRAME_SERVER_HELLO)
		wire_get_raw(&r, m->boot, FRAME_KEY);
	if (m->lowest < 1 || m->lowest > m->highest || !features_ok(m->features))
		return -EBADMSG;
	return wire_reader_end(&r);
}

/* NAME=value, without a NUL. */
static bool
variable_ok(const struct wire_bytes *v)
{
	return v->len && v->data[0] != '=' && memchr(v->data, '=', v->len) && !memchr(v->data, 0, v->len);
}

static void
put_environment(struct wire_writer *w, const struct frame_attach *m)
{
	size_t bytes = 0;

	wire_put_u32(w, m->env_count);
	for (uint32_t i = 0; i < m->env_count && i < FRAME_ENV_COUNT; i++) {
		bytes += m->env[i].len;
		wire_put_string(w, m->env[i].data, m->env[i].len);
	}
	if (m->env_count > FRAME_ENV_COUNT || bytes > FRAME_ENV_BYTES)
		w->err = -EMSGSIZE;
}

static void
get_environment(struct wire_reader *r, struct frame_attach *m)
{
	size_t bytes = 0;

	wire_get_u32(r, &m->env_count);
	if (m->env_count > FRAME_ENV_COUNT)
		r->err = -EBADMSG;
	for (uint32_t i = 0; i < m->env_count && !r->err; i++) {
		wire_get_string(r, &m->env[i], FRAME_ENV_BYTES);
		bytes += m->env[i].len;
		if (bytes > FRAME_ENV_BYTES || !variable_ok(&m->env[i]))
			r->err = -EBADMSG;
	}
}

int
frame_put_attach(const struct frame_attach *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_ATTACH, out, cap);
	wire_put_u32(&w, m->mode);
	wire_put_u32(&w, m->flags);
	wire_put_cstring(&w, m->want);
	wire_put_cstring(&w, m->name);
	wire_put_cstring(&w, m->command);
	wire_put_cstring(&w, m->term);
	wire_put_u32(&w, m->rows);
	wire_put_u32(&w, m->cols);
	wire_put_u32(&w, m->xpixel);
	wire_put_u32(&w, m->ypixel);
	put_environment(&w, m);
	wire_put_raw(&w, m->stream, FRAME_KEY);
	wire_put_raw(&w, m->key, FRAME_KEY);
	wire_put_u64(&w, m->input);
	wire_put_u64(&w, m->output);
	wire_put_u64(&w, m->errors);
	return frame_end(&w, 0);
}

int
frame_get_attach(struct frame_attach *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &m->mode);
	wire_get_u32(&r, &m->flags);
	wire_get_cstring(&r, m->want, sizeof m->want);
	wire_get_cstring(&r, m->name, sizeof m->name);
	wire_get_cstring(&r, m->command, sizeof m->command);
	wire_get_cstring(&r, m->term, sizeof m->term);
	wire_get_u32(&r, &m->rows);
	wire_get_u32(&r, &m->cols);
	wire_get_u32(&r, &m->xpixel);
	wire_get_u32(&r, &m->ypixel);
	get_environment(&r, m);
	wire_get_raw(&r, m->stream, FRAME_KEY);
	wire_get_raw(&r, m->key, FRAME_KEY);
	wire_get_u64(&r, &m->input);
	wire_get_u64(&r, &m->output);
	wire_get_u64(&r, &m->errors);
	if (m->mode < FRAME_AUTO || m->mode > FRAME_STREAM || !frame_size_ok(m->rows, m->cols, m->xpixel, m->ypixel))
		return -EBADMSG;
	return wire_reader_end(&r);
}

int
frame_put_attached(const struct frame_attached *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	frame_begin(&w, FRAME_ATTACHED, out, cap);
	wire_put_u32(&w, m->version);
	wire_put_cstring(&w, m->features);
	wire_put_u32(&w, m->id);
	wire_put_cstring(&w, m->name);
	wire_put_raw(&w, m->key, FRAME_KEY);
	wire_put_u32(&w, m->kind);
	wire_put_u8(&w, m->is_new);
	wire_put_u8(&w, m->known);
	wire_put_u64(&w, m->input);
	wire_put_u32(&w, m->window);
	wire_put_u64(&w, m->output);
	wire_put_u64(&w, m->errors);
	wire_put_u32(&w, m->rows);
	wire_put_u32(&w, m->cols);
	return features_ok(m->features) ? frame_end(&w, 0) : -EMSGSIZE;
}

int
frame_get_attached(struct frame_attached *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &m->version);
	wire_get_cstring(&r, m->features, sizeof m->features);
	wire_get_u32(&r, &m->id);
	wire_get_cstring(&r, m->name, sizeof m->name);
	wire_get_raw(&r, m->key, FRAME_KEY);
	wire_get_u32(&r, &m->kind);
	frame_get_bool(&r, &m->is_new);
	frame_get_bool(&r, &m->known);
	wire_get_u64(&r, &m->input);
	wire_get_u32(&r, &m->window);
	wire_get_u64(&r, &m->output);
	wire_get_u64(&r, &m->errors);
	wire_get_u32(&r, &m->rows);
	wire_get_u32(&r, &m->cols);
	if ((m->kind != FRAME_TERMINAL && m->kind != FRAME_COMMAND) || m->window > FRAME_INPUT_WINDOW ||
	    !frame_size_ok(m->rows, m->cols, 0, 0) || !features_ok(m->features))
		return -EBADMSG;
	return wire_reader_end(&r);
}

int
frame_put_list(const struct frame_session *v, size_t count, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (count > FRAME_LIST_MAX)
		return -EMSGSIZE;
	frame_begin(&w, FRAME_LIST_IS, out, cap);
	wire_put_u32(&w, (uint32_t)count);
	for (; count; count--, v++) {
		wire_put_u32(&w, v->id);
		wire_put_cstring(&w, v->name);
		wire_put_u32(&w, v->state);
		wire_put_u32(&w, v->kind);
		wire_put_u32(&w, v->attachments);
		wire_put_u32(&w, v->rows);
		wire_put_u32(&w, v->cols);
		wire_put_u64(&w, v->created_ms);
		wire_put_u64(&w, v->changed_ms);
		wire_put_u64(&w, v->activity_ms);
		wire_put_u64(&w, v->away_bytes);
		wire_put_u8(&w, v->same_identity);
		frame_put_line(&w, v->program);
		frame_put_line(&w, v->address);
	}
	return frame_end(&w, 0);
}

static void
get_session(struct wire_reader *r, struct frame_session *v)
{
	memset(v, 0, sizeof *v);
	wire_get_u32(r, &v->id);
	wire_get_cstring(r, v->name, sizeof v->name);
	wire_get_u32(r, &v->state);
	wire_get_u32(r, &v->kind);
	wire_get_u32(r, &v->attachments);
	wire_get_u32(r, &v->rows);
	wire_get_u32(r, &v->cols);
	wire_get_u64(r, &v->created_ms);
	wire_get_u64(r, &v->changed_ms);
	wire_get_u64(r, &v->activity_ms);
	wire_get_u64(r, &v->away_bytes);
	frame_get_bool(r, &v->same_identity);
	wire_get_cstring(r, v->program, sizeof v->program);
	wire_get_cstring(r, v->address, sizeof v->address);
	frame_clean(v->name);
	frame_clean(v->program);
	frame_clean(v->address);
}

int
frame_get_list(struct frame_session *v, size_t max, const unsigned char *body, size_t len)
{
	struct wire_reader r;
	struct frame_session spare;
	uint32_t count;

	wire_reader_init(&r, body, len);
	wire_get_u32(&r, &count);
	if (count > FRAME_LIST_MAX)
		return -EBADMSG;
	for (uint32_t i = 0; i < count && !r.err; i++)
		get_session(&r, i < max ? &v[i] : &spare);
	if (wire_reader_end(&r) < 0)
		return -EBADMSG;
	return (int)(count < max ? count : max);
}
