/* SPDX-License-Identifier: MIT */
#include "leadermsg.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "fields.h"

#define NAME_FIELD 36 /* of a report */

void
leadermsg_set_policy(struct leadermsg_init *m, const struct config_policy *p)
{
	m->ring_bytes = p->ring_bytes;
	m->input_bytes = p->input_bytes;
	m->stall_ms = p->stall_timeout_ms;
	m->scrollback = p->scrollback;
	m->banner = p->banner;
	m->detached_s = p->detached_s;
	m->idle_shell_s = p->idle_shell_s;
	m->elevated_s = p->elevated_s;
	m->take_over = p->take_over;
	m->size_policy = p->size_policy;
	memcpy(m->accept_env, p->accept_env, sizeof m->accept_env);
}

#define I struct leadermsg_init
static const struct field init_fields[] = {
	FIELD_TEXT(I, user),
	FIELD_TEXT(I, home),
	FIELD_TEXT(I, shell),
	FIELD_TEXT(I, tty),
	FIELD_TEXT(I, address),
	FIELD_TEXT(I, who),
	FIELD_RAW(I, identity, IDENTITY_BYTES),
	FIELD_RAW(I, ticket, TICKET_BYTES),
	FIELD_U64(I, ring_bytes),
	FIELD_U32(I, stall_ms),
	FIELD_U32(I, detached_s),
	FIELD_U32(I, idle_shell_s),
	FIELD_U32(I, elevated_s),
	FIELD_U32(I, take_over),
	FIELD_TEXT(I, accept_env),
	FIELD_U32(I, scrollback),
	FIELD_U32(I, banner),
	FIELD_U32(I, session),
	FIELD_TEXT(I, dir),
	FIELD_TEXT(I, agent_path),
	FIELD_ENV(I, env),
	FIELD_OLDER_END,
	FIELD_U32_MAX(I, shell_pid, INT32_MAX),
	FIELD_U32(I, again),
	FIELD_U64(I, rchar),
	FIELD_U64(I, wchar),
	FIELD_OLDER_END,
	FIELD_U64(I, input_bytes),
	FIELDS_END
};
static const struct field size_fields[] = { FIELD_U32(I, size_policy), FIELDS_END };
#undef I
static const struct message init = { sizeof(struct leadermsg_init), { LEADERMSG_INIT }, init_fields };

int
leadermsg_encode_init(const struct leadermsg_init *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, LEADERMSG_INIT);
	fields_put(&w, init_fields, m);
	/* A keeper of a version that does not have that refuses the message with it. */
	if (m->size_policy != CONFIG_SIZE_LATEST)
		fields_put(&w, size_fields, m);
	return w.err ? w.err : (int)w.len;
}

int
leadermsg_decode_init(struct leadermsg_init *m, const void *buf, size_t len)
{
	struct wire_reader r;
	int rc;

	memset(m, 0, sizeof *m);
	if (!message_is(&init, buf, len))
		return -EBADMSG;
	wire_reader_init(&r, (const unsigned char *)buf + 1, len - 1);
	rc = fields_get(&r, init_fields, m);
	if (rc || !r.left)
		return rc;
	rc = fields_get(&r, size_fields, m);
	if (rc)
		fields_free(init_fields, m);
	return rc;
}

#define V struct leadermsg_vouched
static const struct field vouched_fields[] = {
	FIELD_U32(V, serial),
	FIELD_U32(V, ok),
	FIELD_RAW(V, identity, IDENTITY_BYTES),
	FIELD_TEXT(V, address),
	FIELD_TEXT(V, who),
	FIELD_TEXT(V, local_address),
	FIELD_U16(V, port),
	FIELD_U16(V, local_port),
	FIELDS_END
};
#undef V
static const struct message vouched = { sizeof(struct leadermsg_vouched), { LEADERMSG_VOUCHED }, vouched_fields };

int
leadermsg_encode_vouched(const struct leadermsg_vouched *m, unsigned char *out, size_t cap)
{
	return message_encode(&vouched, LEADERMSG_VOUCHED, m, out, cap);
}

int
leadermsg_decode_vouched(struct leadermsg_vouched *m, const void *buf, size_t len)
{
	return message_decode(&vouched, m, buf, len);
}

static const struct field sockets_fields[] = {
	FIELD_U32(struct leadermsg_sockets, session),
	FIELD_TEXT(struct leadermsg_sockets, dir),
	FIELD_TEXT(struct leadermsg_sockets, agent_path),
	FIELDS_END
};
static const struct message sockets = { sizeof(struct leadermsg_sockets), { LEADERMSG_SOCKETS }, sockets_fields };

int
leadermsg_encode_sockets(const struct leadermsg_sockets *m, unsigned char *out, size_t cap)
{
	return message_encode(&sockets, LEADERMSG_SOCKETS, m, out, cap);
}

int
leadermsg_decode_sockets(struct leadermsg_sockets *m, const void *buf, size_t len)
{
	return message_decode(&sockets, m, buf, len);
}

static const struct field peer_is_fields[] = {
	FIELD_U32(struct leadermsg_peer_is, serial),
	FIELD_U32(struct leadermsg_peer_is, ok),
	FIELDS_END
};
static const struct message peer_is = { sizeof(struct leadermsg_peer_is), { LEADERMSG_PEER_IS }, peer_is_fields };

int
leadermsg_encode_peer_is(const struct leadermsg_peer_is *m, unsigned char *out, size_t cap)
{
	return message_encode(&peer_is, LEADERMSG_PEER_IS, m, out, cap);
}

int
leadermsg_decode_peer_is(struct leadermsg_peer_is *m, const void *buf, size_t len)
{
	return message_decode(&peer_is, m, buf, len);
}

static const struct field idle_fields[] = {
	FIELD_U32(struct leadermsg_idle, detach_s),
	FIELD_U32(struct leadermsg_idle, logind_s),
	FIELDS_END
};
static const struct message idle = { sizeof(struct leadermsg_idle), { LEADERMSG_IDLE }, idle_fields };

int
leadermsg_encode_idle(const struct leadermsg_idle *m, unsigned char *out, size_t cap)
{
	return message_encode(&idle, LEADERMSG_IDLE, m, out, cap);
}

int
leadermsg_decode_idle(struct leadermsg_idle *m, const void *buf, size_t len)
{
	return message_decode(&idle, m, buf, len);
}

static const struct field shell_ended_fields[] = {
	FIELD_U32(struct leadermsg_shell_ended, status),
	FIELDS_END
};
static const struct message shell_ended = { sizeof(struct leadermsg_shell_ended), { LEADERMSG_SHELL_ENDED },
	                                    shell_ended_fields };

int
leadermsg_encode_shell_ended(const struct leadermsg_shell_ended *m, unsigned char *out, size_t cap)
{
	return message_encode(&shell_ended, LEADERMSG_SHELL_ENDED, m, out, cap);
}

int
leadermsg_decode_shell_ended(struct leadermsg_shell_ended *m, const void *buf, size_t len)
{
	return message_decode(&shell_ended, m, buf, len);
}

static const struct field cause_fields[] = { FIELD_LINE(struct leadermsg_cause, text), FIELDS_END };
static const struct message cause = { sizeof(struct leadermsg_cause), { LEADERMSG_CAUSE }, cause_fields };

int
leadermsg_encode_cause(const struct leadermsg_cause *m, unsigned char *out, size_t cap)
{
	return message_encode(&cause, LEADERMSG_CAUSE, m, out, cap);
}

int
leadermsg_decode_cause(struct leadermsg_cause *m, const void *buf, size_t len)
{
	return message_decode(&cause, m, buf, len);
}

static const struct field keep_fields[] = {
	FIELD_TEXT(struct leadermsg_keep, unique),
	FIELD_U32_MAX(struct leadermsg_keep, keep, CONFIG_KEEP_SCROLLBACK),
	FIELDS_END
};
static const struct message keep = { sizeof(struct leadermsg_keep), { LEADERMSG_KEEP }, keep_fields };

int
leadermsg_encode_keep(const struct leadermsg_keep *m, unsigned char *out, size_t cap)
{
	return message_encode(&keep, LEADERMSG_KEEP, m, out, cap);
}

int
leadermsg_decode_keep(struct leadermsg_keep *m, const void *buf, size_t len)
{
	struct leadermsg_keep got;

	if (message_decode(&keep, &got, buf, len) || !uniqueid_ok_or_none(got.unique))
		return -EBADMSG;
	*m = got;
	return 0;
}

static const struct field words_fields[] = {
	FIELD_LINE(struct leadermsg_words, program),
	FIELD_LINE(struct leadermsg_words, line),
	FIELDS_END
};
static const struct message words = { sizeof(struct leadermsg_words), { LEADERMSG_WORDS }, words_fields };

int
leadermsg_encode_words(const struct leadermsg_words *m, unsigned char *out, size_t cap)
{
	return message_encode(&words, LEADERMSG_WORDS, m, out, cap);
}

int
leadermsg_decode_words(struct leadermsg_words *m, const void *buf, size_t len)
{
	return message_decode(&words, m, buf, len);
}

static const struct field tell_fields[] = { FIELD_BOOL(struct leadermsg_tell, programs), FIELDS_END };
static const struct message tell = { sizeof(struct leadermsg_tell), { LEADERMSG_TELL }, tell_fields };

int
leadermsg_encode_tell(const struct leadermsg_tell *m, unsigned char *out, size_t cap)
{
	return message_encode(&tell, LEADERMSG_TELL, m, out, cap);
}

int
leadermsg_decode_tell(struct leadermsg_tell *m, const void *buf, size_t len)
{
	return message_decode(&tell, m, buf, len);
}

#define F struct leadermsg_facts
static const struct field facts_fields[] = {
	FIELD_U32(F, state),
	FIELD_U32(F, kind),
	FIELD_BOOL(F, apart),
	FIELD_U32(F, rows),
	FIELD_U32(F, cols),
	FIELD_U64(F, created_ms),
	FIELD_U64(F, changed_ms),
	FIELD_U64(F, activity_ms),
	FIELD_U64(F, lost_ms),
	FIELD_U64(F, lost_heard_ms),
	FIELD_U64(F, lost_used_ms),
	FIELD_TEXT(F, name),
	FIELD_TEXT(F, term),
	FIELD_LINE(F, program),
	FIELDS_END
};
#undef F
static const struct message facts = { sizeof(struct leadermsg_facts), { LEADERMSG_FACTS }, facts_fields };

int
leadermsg_encode_facts(const struct leadermsg_facts *m, unsigned char *out, size_t cap)
{
	return message_encode(&facts, LEADERMSG_FACTS, m, out, cap);
}

int
leadermsg_decode_facts(struct leadermsg_facts *m, const void *buf, size_t len)
{
	struct leadermsg_facts got;

	if (message_decode(&facts, &got, buf, len) || (got.name[0] && !attach_name_ok(got.name)) ||
	    (got.state != ATTACH_STATE_ATTACHED && got.state != ATTACH_STATE_DROPPED))
		return -EBADMSG;
	*m = got;
	return 0;
}

int
leadermsg_type_of(const void *buf, size_t len)
{
	return len ? *(const unsigned char *)buf : -EBADMSG;
}

#define R struct leadermsg_report
static const struct field report_fields[] = {
	FIELD_U32_MAX(R, type, UINT8_MAX),
	FIELD_U32(R, number),
	FIELD_U32(R, kind),
	FIELD_RAW(R, ticket, TICKET_BYTES),
	FIELD_U32(R, pts),
	FIELD_U32(R, pid),
	FIELD_PADDED(R, name, NAME_FIELD),
	FIELDS_END
};
#undef R
_Static_assert(5 * 4 + TICKET_BYTES + NAME_FIELD == LEADERMSG_REPORT_BYTES, "a report is full");

void
leadermsg_encode_report(const struct leadermsg_report *m, unsigned char out[LEADERMSG_REPORT_BYTES])
{
	memset(out, 0, LEADERMSG_REPORT_BYTES);
	fields_encode(report_fields, m, out, LEADERMSG_REPORT_BYTES);
}

int
leadermsg_decode_report(struct leadermsg_report *m, const void *buf, size_t len)
{
	struct leadermsg_report got;

	if (fields_decode(report_fields, &got, sizeof got, buf, len) || got.type < LEADERMSG_READY ||
	    (got.type > LEADERMSG_LAST && got.type < LEADERMSG_OPTIONAL) || (got.name[0] && !attach_name_ok(got.name)))
		return -EBADMSG;
	*m = got;
	return 0;
}
