/* SPDX-License-Identifier: MIT */
#include "frame_session.h"

#include <errno.h>
#include <string.h>

#include "frame_codec_private.h"

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

void
frame_mask(unsigned char *body, size_t len, const unsigned char nonce[FRAME_NONCE])
{
	/* The top bit: whatever the nonce is, no character of ASCII stays one. */
	for (size_t i = 0; i < len; i++)
		body[i] ^= (unsigned char)(nonce[i % FRAME_NONCE] | 0x80);
}

bool
frame_has_feature(const char *features, const char *name)
{
	size_t len = strlen(name), n;

	for (const char *s = features; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		if (n == len && memcmp(s, name, n) == 0)
			return true;
	}
	return false;
}

#define H struct frame_hello
static const struct field hello_fields[] = {
	FIELD_U32(H, lowest),
	FIELD_U32(H, highest),
	FIELD_LINE(H, software),
	FIELD_TEXT(H, features),
	FIELDS_END
};
static const struct field server_hello_fields[] = {
	FIELD_U32(H, highest),
	FIELD_LINE(H, software),
	FIELD_TEXT(H, features),
	FIELD_RAW(H, boot, FRAME_KEY),
	FIELDS_END
};
#undef H

static const struct field *
fields_of_hello(uint8_t type)
{
	return type == FRAME_HELLO ? hello_fields : type == FRAME_SERVER_HELLO ? server_hello_fields : NULL;
}

int
frame_put_hello(uint8_t type, const struct frame_hello *m, unsigned char *out, size_t cap)
{
	return features_ok(m->features) ? frame_encode(type, fields_of_hello(type), m, 0, out, cap) : -EMSGSIZE;
}

int
frame_get_hello(uint8_t type, struct frame_hello *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(fields_of_hello(type), m, sizeof *m, body, len);

	if (rc)
		return rc;
	if (type == FRAME_SERVER_HELLO)
		m->lowest = m->highest;
	return m->lowest < 1 || m->lowest > m->highest || !features_ok(m->features) ? -EBADMSG : 0;
}

/* ATTACH: these fields, the environment, and those behind it. */

#define A struct frame_attach
static const struct field attach_fields[] = {
	FIELD_U32_MAX(A, mode, FRAME_STREAM),
	FIELD_U32(A, flags),
	FIELD_TEXT(A, want),
	FIELD_TEXT(A, name),
	FIELD_TEXT(A, command),
	FIELD_TEXT(A, term),
	FIELD_U32_MAX(A, rows, UINT16_MAX),
	FIELD_U32_MAX(A, cols, UINT16_MAX),
	FIELD_U32_MAX(A, xpixel, UINT16_MAX),
	FIELD_U32_MAX(A, ypixel, UINT16_MAX),
	FIELDS_END
};
static const struct field attach_tail_fields[] = {
	FIELD_RAW(A, stream, FRAME_KEY),
	FIELD_RAW(A, key, FRAME_KEY),
	FIELD_U64(A, input),
	FIELD_U64(A, output),
	FIELD_U64(A, errors),
	FIELDS_END
};
#undef A

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
	fields_put(&w, attach_fields, m);
	put_environment(&w, m);
	fields_put(&w, attach_tail_fields, m);
	return frame_end(&w, 0);
}

int
frame_get_attach(struct frame_attach *m, const unsigned char *body, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, body, len);
	if (fields_get(&r, attach_fields, m))
		return -EBADMSG;
	get_environment(&r, m);
	if (fields_get(&r, attach_tail_fields, m) || m->mode < FRAME_AUTO)
		return -EBADMSG;
	return wire_reader_end(&r);
}

#define A struct frame_attached
static const struct field attached_fields[] = {
	FIELD_U32(A, version),
	FIELD_TEXT(A, features),
	FIELD_U32(A, id),
	FIELD_TEXT(A, name),
	FIELD_RAW(A, key, FRAME_KEY),
	FIELD_U32_MAX(A, kind, FRAME_COMMAND),
	FIELD_BOOL(A, is_new),
	FIELD_BOOL(A, known),
	FIELD_U64(A, input),
	FIELD_U32_MAX(A, window, FRAME_INPUT_WINDOW_MAX),
	FIELD_U64(A, output),
	FIELD_U64(A, errors),
	FIELD_U32_MAX(A, rows, UINT16_MAX),
	FIELD_U32_MAX(A, cols, UINT16_MAX),
	FIELDS_END
};
#undef A

int
frame_put_attached(const struct frame_attached *m, unsigned char *out, size_t cap)
{
	return features_ok(m->features) ? frame_encode(FRAME_ATTACHED, attached_fields, m, 0, out, cap) : -EMSGSIZE;
}

int
frame_get_attached(struct frame_attached *m, const unsigned char *body, size_t len)
{
	int rc = frame_decode(attached_fields, m, sizeof *m, body, len);

	return !rc && (m->kind < FRAME_TERMINAL || !features_ok(m->features)) ? -EBADMSG : rc;
}

/* LIST_IS: a number, and as many of these. */

#define S struct frame_session
static const struct field session_fields[] = {
	FIELD_U32(S, id),
	FIELD_LINE(S, name),
	FIELD_U32(S, state),
	FIELD_U32(S, kind),
	FIELD_U32(S, attachments),
	FIELD_U32(S, rows),
	FIELD_U32(S, cols),
	FIELD_U64(S, created_ms),
	FIELD_U64(S, changed_ms),
	FIELD_U64(S, activity_ms),
	FIELD_U64(S, away_bytes),
	FIELD_BOOL(S, same_identity),
	FIELD_LINE(S, program),
	FIELD_LINE(S, address),
	FIELDS_END
};
#undef S

int
frame_put_list(const struct frame_session *v, size_t count, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	if (count > FRAME_LIST_MAX)
		return -EMSGSIZE;
	frame_begin(&w, FRAME_LIST_IS, out, cap);
	wire_put_u32(&w, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		fields_put(&w, session_fields, &v[i]);
	return frame_end(&w, 0);
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
	for (uint32_t i = 0; i < count && !r.err; i++) {
		struct frame_session *to = i < max ? &v[i] : &spare;

		memset(to, 0, sizeof *to);
		fields_get(&r, session_fields, to);
	}
	if (wire_reader_end(&r) < 0)
		return -EBADMSG;
	return (int)(count < max ? count : max);
}
