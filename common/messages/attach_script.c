/* SPDX-License-Identifier: MIT */
#include "attach_script.h"

#include <errno.h>
#include <string.h>

#include "fields.h"

int
attach_encode_send(const void *bytes, size_t len, unsigned char *out, size_t cap)
{
	if (!len || len > ATTACH_SEND_MAX || cap < len + 1)
		return -EMSGSIZE;
	out[0] = ATTACH_MSG_SEND;
	memcpy(out + 1, bytes, len);
	return (int)(len + 1);
}

int
attach_decode_send(const unsigned char **bytes, size_t *len, const void *buf, size_t buf_len)
{
	if (attach_type_of(buf, buf_len) != ATTACH_MSG_SEND || buf_len < 2 || buf_len - 1 > ATTACH_SEND_MAX)
		return -EBADMSG;
	*bytes = (const unsigned char *)buf + 1;
	*len = buf_len - 1;
	return 0;
}

struct sent { uint32_t taken; };
static const struct field sent_fields[] = { FIELD_U32_MAX(struct sent, taken, ATTACH_SEND_MAX), FIELDS_END };
static const struct message sent_message = { sizeof(struct sent), { ATTACH_MSG_SENT }, sent_fields };

int
attach_encode_sent(uint32_t taken, unsigned char *out, size_t cap)
{
	return message_encode(&sent_message, ATTACH_MSG_SENT, &taken, out, cap);
}

int
attach_decode_sent(uint32_t *taken, const void *buf, size_t len)
{
	return message_decode(&sent_message, taken, buf, len);
}

static const struct field print_fields[] = {
	FIELD_U32_MAX(struct attach_print, what, ATTACH_PRINT_ALL),
	FIELD_U32_MAX(struct attach_print, form, ATTACH_FORM_RENDERING),
	FIELDS_END
};
static const struct message print_message = { sizeof(struct attach_print), { ATTACH_MSG_PRINT }, print_fields };

int
attach_encode_print(const struct attach_print *m, unsigned char *out, size_t cap)
{
	return message_encode(&print_message, ATTACH_MSG_PRINT, m, out, cap);
}

int
attach_decode_print(struct attach_print *m, const void *buf, size_t len)
{
	int rc = message_decode(&print_message, m, buf, len);

	return !rc && (m->what < ATTACH_PRINT_SCREEN || m->form < ATTACH_FORM_TEXT) ? -EBADMSG : rc;
}

static const struct field printed_fields[] = {
	FIELD_U64(struct attach_printed, offset),
	FIELD_U32_MAX(struct attach_printed, rows, UINT16_MAX),
	FIELD_U32_MAX(struct attach_printed, cols, UINT16_MAX),
	FIELD_U64(struct attach_printed, length),
	FIELDS_END
};
static const struct message printed_message = {
	sizeof(struct attach_printed), { ATTACH_MSG_PRINTED }, printed_fields,
};

int
attach_encode_printed(const struct attach_printed *m, unsigned char *out, size_t cap)
{
	return message_encode(&printed_message, ATTACH_MSG_PRINTED, m, out, cap);
}

int
attach_decode_printed(struct attach_printed *m, const void *buf, size_t len)
{
	return message_decode(&printed_message, m, buf, len);
}

static const struct field follow_fields[] = {
	FIELD_U32_MAX(struct attach_follow, from, ATTACH_FOLLOW_OLDEST),
	FIELD_U32_MAX(struct attach_follow, channel, 1),
	FIELD_U64(struct attach_follow, offset),
	FIELDS_END
};
static const struct message follow_message = { sizeof(struct attach_follow), { ATTACH_MSG_FOLLOW }, follow_fields };

int
attach_encode_follow(const struct attach_follow *m, unsigned char *out, size_t cap)
{
	return message_encode(&follow_message, ATTACH_MSG_FOLLOW, m, out, cap);
}

int
attach_decode_follow(struct attach_follow *m, const void *buf, size_t len)
{
	int rc = message_decode(&follow_message, m, buf, len);

	return !rc && m->from < ATTACH_FOLLOW_OFFSET ? -EBADMSG : rc;
}

int
attach_encode_followed(uint64_t offset, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_MSG_FOLLOWED);
	wire_put_u64(&w, offset);
	return w.err ? w.err : (int)w.len;
}

int
attach_decode_followed(struct attach_followed *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;

	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	wire_get_u64(&r, &m->offset);
	m->bytes = r.p;
	m->len = r.left;
	return r.err || type != ATTACH_MSG_FOLLOWED || !m->len || m->len > ATTACH_FOLLOWED_MAX ? -EBADMSG : 0;
}

static const struct field sized_fields[] = {
	FIELD_U64(struct attach_sized, offset),
	FIELD_U32_MAX(struct attach_sized, rows, UINT16_MAX),
	FIELD_U32_MAX(struct attach_sized, cols, UINT16_MAX),
	FIELDS_END
};
static const struct message sized_message = { sizeof(struct attach_sized), { ATTACH_MSG_SIZED }, sized_fields };

int
attach_encode_sized(const struct attach_sized *m, unsigned char *out, size_t cap)
{
	return message_encode(&sized_message, ATTACH_MSG_SIZED, m, out, cap);
}

int
attach_decode_sized(struct attach_sized *m, const void *buf, size_t len)
{
	return message_decode(&sized_message, m, buf, len);
}

static const struct field gap_fields[] = {
	FIELD_U64(struct attach_gap, from),
	FIELD_U64(struct attach_gap, to),
	FIELDS_END
};
static const struct message gap_message = { sizeof(struct attach_gap), { ATTACH_MSG_GAP }, gap_fields };

int
attach_encode_gap(const struct attach_gap *m, unsigned char *out, size_t cap)
{
	return message_encode(&gap_message, ATTACH_MSG_GAP, m, out, cap);
}

int
attach_decode_gap(struct attach_gap *m, const void *buf, size_t len)
{
	int rc = message_decode(&gap_message, m, buf, len);

	return !rc && m->from > m->to ? -EBADMSG : rc;
}

static const struct field quiet_fields[] = {
	FIELD_U32(struct attach_quiet, flags),
	FIELD_U32(struct attach_quiet, fed),
	FIELD_U64(struct attach_quiet, offset),
	FIELDS_END
};
static const struct message quiet_message = { sizeof(struct attach_quiet), { ATTACH_MSG_QUIET_IS }, quiet_fields };

int
attach_encode_quiet(const struct attach_quiet *m, unsigned char *out, size_t cap)
{
	return message_encode(&quiet_message, ATTACH_MSG_QUIET_IS, m, out, cap);
}

int
attach_decode_quiet(struct attach_quiet *m, const void *buf, size_t len)
{
	return message_decode(&quiet_message, m, buf, len);
}
