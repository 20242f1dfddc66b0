/* SPDX-License-Identifier: MIT */
#include "poolmsg.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "config_pool.h"
#include "fields.h"

#define SIDE_MAX 10000 /* rows or columns of a terminal */

#define E struct pool_entry
static const struct field entry_fields[] = {
	FIELD_TEXT(E, unique),
	FIELD_TEXT(E, user),
	FIELD_TEXT(E, node),
	FIELD_TEXT(E, address),
	FIELD_RAW(E, boot, POOL_BOOT),
	FIELD_U32(E, id),
	FIELD_TEXT(E, name),
	FIELD_RAW(E, identity, IDENTITY_BYTES),
	FIELD_U32(E, state),
	FIELD_U32(E, kind),
	FIELD_U64(E, created_ms),
	FIELD_U64(E, changed_ms),
	FIELD_U64(E, activity_ms),
	FIELD_U64(E, lost_ms),
	FIELD_U64(E, lost_heard_ms),
	FIELD_U64(E, lost_used_ms),
	FIELD_U32_MAX(E, rows, SIDE_MAX),
	FIELD_U32_MAX(E, cols, SIDE_MAX),
	FIELD_TEXT(E, term),
	FIELD_LINE(E, program),
	FIELD_U32(E, hops),
	FIELDS_END
};
#undef E
static const struct field gone_fields[] = {
	FIELD_TEXT(struct pool_gone, unique),
	FIELD_TEXT(struct pool_gone, user),
	FIELDS_END
};
static const struct field node_fields[] = { FIELD_U8_MAX(struct pool_node, drained, 1), FIELDS_END };
static const struct field ask_fields[] = {
	FIELD_U8_MAX(struct pool_ask, what, POOL_WHAT_MEMBERS),
	FIELD_TEXT(struct pool_ask, user),
	FIELDS_END
};
#define M struct pool_member
static const struct field member_fields[] = {
	FIELD_TEXT(M, node),
	FIELD_TEXT(M, address),
	FIELD_RAW(M, boot, POOL_BOOT),
	FIELD_LINE(M, version),
	FIELD_U8_MAX(M, drained, 1),
	FIELD_U32(M, sessions),
	FIELD_U64(M, seen_ms),
	FIELDS_END
};
#undef M
#define H struct pool_health
static const struct field health_fields[] = {
	FIELD_U32_MAX(H, store, POOL_STORE_AWAY),
	FIELD_U64(H, since_ms),
	FIELD_U64(H, revision),
	FIELD_LINE(H, text),
	FIELD_U32(H, entries),
	FIELD_U32(H, skipped),
	FIELD_U8_MAX(H, more, 1),
	FIELD_LINE(H, node),
	FIELD_LINE(H, pool),
	FIELDS_END
};
#undef H

static const struct message entry = { sizeof(struct pool_entry), { POOL_TELL, POOL_ENTRY }, entry_fields };
static const struct message gone = { sizeof(struct pool_gone), { POOL_GONE }, gone_fields };
static const struct message node = { sizeof(struct pool_node), { POOL_NODE }, node_fields };
static const struct message ask = { sizeof(struct pool_ask), { POOL_ASK }, ask_fields };
static const struct message member = { sizeof(struct pool_member), { POOL_MEMBER }, member_fields };
static const struct message health = { sizeof(struct pool_health), { POOL_HEALTH }, health_fields };

/* Whether a text has nothing but visible ASCII characters. */
static bool
visible(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

bool
pool_user_ok(const char *text)
{
	size_t len = strlen(text);

	if (!len || len >= USER_CAP)
		return false;
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f || *text == '/' || *text == ':')
			return false;
	return true;
}

bool
pool_entry_ok(const struct pool_entry *m)
{
	return uniqueid_ok(m->unique) && pool_user_ok(m->user) && config_pool_node_ok(m->node) &&
	       config_pool_host_ok(m->address) && m->id && (!m->name[0] || attach_name_ok(m->name)) &&
	       (m->state == ATTACH_STATE_ATTACHED || m->state == ATTACH_STATE_DROPPED) &&
	       (m->kind == ATTACH_KIND_TERMINAL || m->kind == ATTACH_KIND_COMMAND) && m->rows <= SIDE_MAX &&
	       m->cols <= SIDE_MAX && visible(m->term) && m->hops <= 1;
}

bool
pool_member_ok(const struct pool_member *m)
{
	return config_pool_node_ok(m->node) && config_pool_host_ok(m->address) && m->drained <= 1;
}

/* Reads what D has and passes over what newer versions have behind that. */
static int
decode(const struct message *d, void *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, d->size);
	if (!message_is(d, buf, len))
		return -EBADMSG;
	wire_reader_init(&r, (const unsigned char *)buf + 1, len - 1);
	return fields_get(&r, d->fields, m);
}

/* RC is that of a decoder; OK: whether the values in *m are valid. */
static int
checked(int rc, bool ok, void *m, size_t size)
{
	if (!rc && ok)
		return 0;
	memset(m, 0, size);
	return -EBADMSG;
}

int
pool_encode_entry(uint8_t type, const struct pool_entry *m, unsigned char *out, size_t cap)
{
	return message_encode(&entry, type, m, out, cap);
}

int
pool_decode_entry(struct pool_entry *m, const void *buf, size_t len)
{
	int rc = decode(&entry, m, buf, len);

	return checked(rc, !rc && pool_entry_ok(m), m, sizeof *m);
}

int
pool_encode_gone(const struct pool_gone *m, unsigned char *out, size_t cap)
{
	return message_encode(&gone, POOL_GONE, m, out, cap);
}

int
pool_decode_gone(struct pool_gone *m, const void *buf, size_t len)
{
	int rc = decode(&gone, m, buf, len);

	return checked(rc, !rc && uniqueid_ok(m->unique) && pool_user_ok(m->user), m, sizeof *m);
}

int
pool_encode_node(const struct pool_node *m, unsigned char *out, size_t cap)
{
	return message_encode(&node, POOL_NODE, m, out, cap);
}

int
pool_decode_node(struct pool_node *m, const void *buf, size_t len)
{
	return checked(decode(&node, m, buf, len), true, m, sizeof *m);
}

int
pool_encode_ask(const struct pool_ask *m, unsigned char *out, size_t cap)
{
	return message_encode(&ask, POOL_ASK, m, out, cap);
}

int
pool_decode_ask(struct pool_ask *m, const void *buf, size_t len)
{
	int rc = decode(&ask, m, buf, len);
	bool ok = m->what == POOL_WHAT_USER ? pool_user_ok(m->user) : m->what == POOL_WHAT_MEMBERS && !m->user[0];

	return checked(rc, ok, m, sizeof *m);
}

int
pool_encode_member(const struct pool_member *m, unsigned char *out, size_t cap)
{
	return message_encode(&member, POOL_MEMBER, m, out, cap);
}

int
pool_decode_member(struct pool_member *m, const void *buf, size_t len)
{
	int rc = decode(&member, m, buf, len);

	return checked(rc, !rc && pool_member_ok(m), m, sizeof *m);
}

int
pool_encode_health(const struct pool_health *m, unsigned char *out, size_t cap)
{
	return message_encode(&health, POOL_HEALTH, m, out, cap);
}

int
pool_decode_health(struct pool_health *m, const void *buf, size_t len)
{
	return checked(decode(&health, m, buf, len), true, m, sizeof *m);
}

int
pool_type_of(const void *buf, size_t len)
{
	return len ? *(const uint8_t *)buf : -EBADMSG;
}
