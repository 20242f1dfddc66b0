/* SPDX-License-Identifier: MIT */
#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "uniqueid.h"

#define TARGET_MARK 0xffffffffu /* no length of a string */
#define UNIQUE_MARK 0xfffffffeu /* the same */

int
attach_type_of(const void *buf, size_t len)
{
	return len ? *(const unsigned char *)buf : -EBADMSG;
}

int
attach_encode_plain(uint8_t type, unsigned char *out, size_t cap)
{
	static const struct field none[] = { FIELDS_END };
	static const struct message plain = { .fields = none };

	return message_encode(&plain, type, NULL, out, cap);
}

/* STATUS_IS */

#define S struct attach_status
static const struct field status_fields[] = {
	FIELD_U32(S, id),
	FIELD_U32(S, state),
	FIELD_U32(S, attachments),
	FIELD_U32(S, vouched),
	FIELD_U32(S, rows),
	FIELD_U32(S, cols),
	FIELD_U32(S, keeper_pid),
	FIELD_U32(S, shell_pid),
	FIELD_U64(S, created_ms),
	FIELD_U64(S, changed_ms),
	FIELD_U64(S, activity_ms),
	FIELD_U64(S, offset),
	FIELD_U64(S, away_bytes),
	FIELD_RAW(S, identity, IDENTITY_BYTES),
	FIELD_TEXT(S, name),
	FIELD_TEXT(S, program),
	FIELD_TEXT(S, address),
	FIELD_TEXT(S, term),
	FIELD_U64(S, lost_ms),
	FIELD_U64(S, lost_heard_ms),
	FIELD_U64(S, lost_used_ms),
	FIELD_OLDER_END,
	FIELD_U32(S, kind),
	FIELD_OLDER_END,
	FIELD_TEXT(S, user),
	FIELD_U64(S, home_born),
	FIELD_OLDER_END,
	FIELD_TEXT(S, version),
	FIELD_TEXT(S, build),
	FIELD_OLDER_END,
	FIELD_U64(S, ends_ms),
	FIELD_U32(S, ends_why),
	FIELD_U64(S, idle_ends_ms),
	FIELD_U64(S, put_out_ms),
	FIELD_U32(S, put_out_why),
	FIELDS_END
};
#undef S
static const struct message status = { sizeof(struct attach_status), { ATTACH_MSG_STATUS_IS }, status_fields };

int
attach_encode_status(const struct attach_status *m, unsigned char *out, size_t cap)
{
	return message_encode(&status, ATTACH_MSG_STATUS_IS, m, out, cap);
}

/*
 * Later versions add fields at the end.  This version ignores unknown bytes, so that an old holdfastctl can list the
 * sessions of a new keeper.
 */
int
attach_decode_status(struct attach_status *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	if (!message_is(&status, buf, len))
		return -EBADMSG;
	m->kind = ATTACH_KIND_TERMINAL;
	wire_reader_init(&r, (const unsigned char *)buf + 1, len - 1);
	return fields_get(&r, status.fields, m);
}

/*
 * CLAIM: these fields, then by its flags a framed client's fields and the typed bytes, then with AGAIN the token, then
 * the target, if it is known, and the session's own id, if there is one, each behind a mark that is no length of a
 * command, then the command, if any.
 */

#define C struct attach_claim
static const struct field claim_fields[] = {
	FIELD_U32(C, mode),
	FIELD_U32(C, flags),
	FIELD_U16(C, rows),
	FIELD_U16(C, cols),
	FIELD_U16(C, xpixel),
	FIELD_U16(C, ypixel),
	FIELD_RAW(C, ticket, TICKET_BYTES),
	FIELD_RAW(C, identity, IDENTITY_BYTES),
	FIELD_TEXT(C, term),
	FIELD_TEXT(C, name),
	FIELD_ENV(C, env),
	FIELDS_END
};
static const struct field token_fields[] = { FIELD_RAW(C, token, ATTACH_TOKEN), FIELDS_END };
#undef C
static const struct message claim = { sizeof(struct attach_claim), { ATTACH_MSG_CLAIM }, claim_fields };

#define F struct attach_framed
static const struct field framed_fields[] = {
	FIELD_U32(F, lowest),
	FIELD_U32(F, highest),
	FIELD_RAW(F, stream, 16),
	FIELD_RAW(F, key, 16),
	FIELD_U64(F, input),
	FIELD_U64(F, output),
	FIELD_U64(F, errors),
	/* A keeper of an older version skips it. */
	FIELD_TEXT(F, features),
	FIELDS_END
};
#undef F

static void
put_target(struct wire_writer *w, const struct termcan *target)
{
	unsigned char bytes[TERMCAN_BYTES];

	termcan_put(target, bytes);
	wire_put_u32(w, TARGET_MARK);
	wire_put_raw(w, bytes, sizeof bytes);
}

/* Whether the claim goes on with MARK, which is taken then. */
static bool
take_mark(struct wire_reader *r, uint32_t mark)
{
	struct wire_reader look = *r;
	uint32_t got;

	wire_get_u32(&look, &got);
	if (look.err || got != mark)
		return false;
	*r = look;
	return true;
}

/* The target of a claim, if it has one.  Errors stick in R. */
static void
get_target(struct wire_reader *r, struct termcan *target)
{
	unsigned char bytes[TERMCAN_BYTES];

	if (!take_mark(r, TARGET_MARK))
		return;
	wire_get_raw(r, bytes, sizeof bytes);
	if (!r->err)
		termcan_get(target, bytes);
	if (!r->err && !termcan_known(target))
		r->err = -EBADMSG;
}

/* The session's own id, if the claim has one: as get_target. */
static void
get_unique(struct wire_reader *r, char unique[FRAME_HOP_UNIQUE])
{
	if (!take_mark(r, UNIQUE_MARK))
		return;
	wire_get_raw(r, unique, FRAME_HOP_UNIQUE - 1);
	if (!r->err && !uniqueid_ok(unique))
		r->err = -EBADMSG;
}

int
attach_encode_claim(const struct attach_claim *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_MSG_CLAIM);
	fields_put(&w, claim.fields, m);
	if (m->flags & ATTACH_FLAG_FRAMED)
		fields_put(&w, framed_fields, &m->framed);
	if (m->flags & ATTACH_FLAG_TYPED)
		wire_put_string(&w, m->typed, m->typed_len);
	if (m->mode == ATTACH_MODE_AGAIN)
		fields_put(&w, token_fields, m);
	if (termcan_known(&m->target))
		put_target(&w, &m->target);
	if (m->unique[0]) {
		wire_put_u32(&w, UNIQUE_MARK);
		wire_put_raw(&w, m->unique, FRAME_HOP_UNIQUE - 1);
	}
	/* No field for no command: a keeper of an older version refuses a longer claim than it knows. */
	if (m->command)
		wire_put_cstring(&w, m->command);
	return w.err ? w.err : (int)w.len;
}

static void
get_typed(struct wire_reader *r, struct attach_claim *m)
{
	struct wire_bytes typed;

	wire_get_string(r, &typed, sizeof m->typed);
	m->typed_len = typed.len;
	if (typed.len)
		memcpy(m->typed, typed.data, typed.len);
}

/* The command line at the end of a claim, if there is one: 0, -EBADMSG or -ENOMEM. */
static int
get_command(struct wire_reader *r, char **command)
{
	struct wire_bytes line;

	if (!r->left)
		return 0;
	wire_get_string(r, &line, ATTACH_COMMAND_MAX);
	if (r->err || !line.len || memchr(line.data, '\0', line.len))
		return -EBADMSG;
	*command = strndup((const char *)line.data, line.len);
	return *command ? 0 : -ENOMEM;
}

int
attach_decode_claim(struct attach_claim *m, const void *buf, size_t len)
{
	struct wire_reader r;
	int rc;

	memset(m, 0, sizeof *m);
	if (!message_is(&claim, buf, len))
		return -EBADMSG;
	wire_reader_init(&r, (const unsigned char *)buf + 1, len - 1);
	rc = fields_get(&r, claim.fields, m);
	if (!rc && (m->flags & ATTACH_FLAG_FRAMED))
		rc = fields_get(&r, framed_fields, &m->framed);
	if (!rc && (m->flags & ATTACH_FLAG_TYPED))
		get_typed(&r, m);
	if (!rc && m->mode == ATTACH_MODE_AGAIN)
		rc = fields_get(&r, token_fields, m);
	if (!rc)
		get_target(&r, &m->target);
	if (!rc)
		get_unique(&r, m->unique);
	if (!rc)
		rc = get_command(&r, &m->command);
	if (!rc)
		rc = wire_reader_end(&r);
	if (rc) {
		envlist_free(&m->env);
		free(m->command);
		m->command = NULL;
	}
	return rc;
}

/* The small ones.  Where several messages have the same fields, their receivers tell them apart by their types. */

struct number { uint32_t v; };
static const struct field number_fields[] = { FIELD_U32(struct number, v), FIELDS_END };
static const struct message number_message = {
	sizeof(struct number),
	{ ATTACH_MSG_CLAIMED, ATTACH_MSG_KILL, ATTACH_MSG_DETACH, ATTACH_MSG_EXPIRE },
	number_fields,
};

int
attach_encode_number(uint8_t type, uint32_t number, unsigned char *out, size_t cap)
{
	return message_encode(&number_message, type, &number, out, cap);
}

int
attach_decode_number(uint32_t *number, const void *buf, size_t len)
{
	return message_decode(&number_message, number, buf, len);
}

static const struct field granted_fields[] = {
	FIELD_U32(struct attach_granted, session),
	FIELD_RAW(struct attach_granted, token, ATTACH_TOKEN),
	FIELDS_END
};
static const struct message granted = { sizeof(struct attach_granted), { ATTACH_MSG_GRANTED }, granted_fields };

int
attach_encode_granted(const struct attach_granted *m, unsigned char *out, size_t cap)
{
	return message_encode(&granted, ATTACH_MSG_GRANTED, m, out, cap);
}

int
attach_decode_granted(struct attach_granted *m, const void *buf, size_t len)
{
	return message_decode(&granted, m, buf, len);
}

static const struct field refused_fields[] = {
	FIELD_U32(struct attach_refused, code),
	FIELD_TEXT(struct attach_refused, text),
	FIELDS_END
};
static const struct message refused = {
	sizeof(struct attach_refused), { ATTACH_MSG_REFUSED, ATTACH_MSG_ERROR }, refused_fields,
};

int
attach_encode_refused(uint8_t type, const struct attach_refused *m, unsigned char *out, size_t cap)
{
	return message_encode(&refused, type, m, out, cap);
}

int
attach_decode_refused(struct attach_refused *m, const void *buf, size_t len)
{
	return message_decode(&refused, m, buf, len);
}

static const struct field verdict_fields[] = {
	FIELD_U32_MAX(struct attach_verdict, verdict, ATTACH_VERDICT_UNKNOWN),
	FIELD_U64(struct attach_verdict, heard_ms),
	FIELDS_END
};
static const struct message verdict = { sizeof(struct attach_verdict), { ATTACH_MSG_VERDICT }, verdict_fields };

int
attach_encode_verdict(const struct attach_verdict *m, unsigned char *out, size_t cap)
{
	return message_encode(&verdict, ATTACH_MSG_VERDICT, m, out, cap);
}

int
attach_decode_verdict(struct attach_verdict *m, const void *buf, size_t len)
{
	int rc = message_decode(&verdict, m, buf, len);

	return !rc && m->verdict < ATTACH_VERDICT_ALIVE ? -EBADMSG : rc;
}

static const struct field exit_fields[] = {
	FIELD_U32(struct attach_exit, signaled),
	FIELD_U32(struct attach_exit, value),
	FIELDS_END
};
static const struct message exit_message = { sizeof(struct attach_exit), { ATTACH_MSG_EXIT }, exit_fields };

int
attach_encode_exit(const struct attach_exit *m, unsigned char *out, size_t cap)
{
	return message_encode(&exit_message, ATTACH_MSG_EXIT, m, out, cap);
}

int
attach_decode_exit(struct attach_exit *m, const void *buf, size_t len)
{
	return message_decode(&exit_message, m, buf, len);
}

static const struct field detached_fields[] = {
	FIELD_U32(struct attach_detached, reason),
	FIELD_TEXT(struct attach_detached, target),
	FIELDS_END
};
static const struct message detached = {
	sizeof(struct attach_detached), { ATTACH_MSG_DETACHED, ATTACH_MSG_SWITCH }, detached_fields,
};

int
attach_encode_detached(uint8_t type, const struct attach_detached *m, unsigned char *out, size_t cap)
{
	return message_encode(&detached, type, m, out, cap);
}

int
attach_decode_detached(struct attach_detached *m, const void *buf, size_t len)
{
	return message_decode(&detached, m, buf, len);
}

struct text { char v[TEXT_CAP]; };
static const struct field text_fields[] = { FIELD_TEXT(struct text, v), FIELDS_END };
static const struct message text_message = {
	sizeof(struct text), { ATTACH_MSG_MESSAGE, ATTACH_MSG_LAST_IS, ATTACH_MSG_CAUSE, ATTACH_MSG_TOLD }, text_fields,
};

int
attach_encode_text(uint8_t type, const char *text, unsigned char *out, size_t cap)
{
	struct text cut = { "" };

	memcpy(cut.v, text, strnlen(text, sizeof cut.v - 1));
	return message_encode(&text_message, type, &cut, out, cap);
}

int
attach_decode_text(char text[TEXT_CAP], const void *buf, size_t len)
{
	return message_decode(&text_message, text, buf, len);
}

struct name { char v[NAME_CAP]; };
static const struct field name_fields[] = { FIELD_TEXT(struct name, v), FIELDS_END };
static const struct message name_message = { sizeof(struct name), { ATTACH_MSG_RENAME }, name_fields };

/* NAME may be longer than a name can be: the keeper is to say so. */
int
attach_encode_name(const char *name, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_MSG_RENAME);
	wire_put_cstring(&w, name);
	return w.err ? w.err : (int)w.len;
}

int
attach_decode_name(char name[NAME_CAP], const void *buf, size_t len)
{
	return message_decode(&name_message, name, buf, len);
}

struct env { struct envlist v; };
static const struct field env_fields[] = { FIELD_ENV(struct env, v), FIELDS_END };
static const struct message env_message = { sizeof(struct env), { ATTACH_MSG_ENV_IS }, env_fields };

int
attach_encode_env(const struct envlist *e, unsigned char *out, size_t cap)
{
	return message_encode(&env_message, ATTACH_MSG_ENV_IS, e, out, cap);
}

int
attach_decode_env(struct envlist *e, const void *buf, size_t len)
{
	return message_decode(&env_message, e, buf, len);
}

int
attach_name_ok(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	return len > 0 && len < NAME_CAP && name[0] != '-' && name[0] != '.' && strspn(name, allowed) == len &&
	       strspn(name, "0123456789") < len && strcmp(name, "off") != 0 && strcmp(name, "new") != 0;
}

uint32_t
attach_id(const char *text)
{
	size_t len = text ? strspn(text, "0123456789") : 0;

	return len && len < 10 && text[0] != '0' && !text[len] ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

const char *
attach_chose_word(uint32_t flags)
{
	static const char *const words[] = {
		[0] = "", [ATTACH_CHOSE_ONLY] = "only", [ATTACH_CHOSE_WINDOW] = "window", [ATTACH_CHOSE_LATEST] = "latest",
		[ATTACH_CHOSE_NEXT] = "next", [ATTACH_CHOSE_NAME] = "name", [ATTACH_CHOSE_PICKED] = "picked",
		[ATTACH_CHOSE_STREAM] = "stream", [ATTACH_CHOSE_POOL] = "pool",
	};
	uint32_t chose = (flags & ATTACH_CHOSE_MASK) >> ATTACH_CHOSE_SHIFT;

	return chose < sizeof words / sizeof *words ? words[chose] : "";
}

bool
attach_state_silent(uint32_t state)
{
	return state == ATTACH_STATE_SILENT || state == ATTACH_STATE_PARKED;
}

const char *
attach_state_word(uint32_t state)
{
	static const char *const words[] = {
		[ATTACH_STATE_NEW] = "new", [ATTACH_STATE_CLAIMING] = "claiming", [ATTACH_STATE_ATTACHED] = "attached",
		[ATTACH_STATE_DROPPED] = "dropped", [ATTACH_STATE_ENDING] = "ending", [ATTACH_STATE_SILENT] = "silent",
		[ATTACH_STATE_PARKED] = "parked", [ATTACH_STATE_STALE] = "stale",
	};

	return state < sizeof words / sizeof *words && words[state] ? words[state] : "unknown";
}
