/* SPDX-License-Identifier: MIT */
#include "attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

/* The bytes written, or what went wrong. */
static int
written(const struct wire_writer *w)
{
	return w->err ? w->err : (int)w->len;
}

/* Starts reading a message and takes its type byte off. */
static int
begin(struct wire_reader *r, const void *buf, size_t len)
{
	uint8_t type;

	wire_reader_init(r, buf, len);
	wire_get_u8(r, &type);
	return type;
}

int
attach_type_of(const void *buf, size_t len)
{
	return len ? *(const unsigned char *)buf : -EBADMSG;
}

int
attach_encode_plain(uint8_t type, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	return written(&w);
}

int
attach_encode_status(const struct attach_status *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_STATUS_IS);
	wire_put_u32(&w, m->id);
	wire_put_u32(&w, m->state);
	wire_put_u32(&w, m->attachments);
	wire_put_u32(&w, m->vouched);
	wire_put_u32(&w, m->rows);
	wire_put_u32(&w, m->cols);
	wire_put_u32(&w, m->keeper_pid);
	wire_put_u32(&w, m->shell_pid);
	wire_put_u64(&w, m->created_ms);
	wire_put_u64(&w, m->changed_ms);
	wire_put_u64(&w, m->activity_ms);
	wire_put_u64(&w, m->offset);
	wire_put_u64(&w, m->away_bytes);
	wire_put_raw(&w, m->identity.bytes, IDENTITY_BYTES);
	wire_put_cstring(&w, m->name);
	wire_put_cstring(&w, m->program);
	wire_put_cstring(&w, m->address);
	wire_put_cstring(&w, m->term);
	wire_put_u64(&w, m->lost_ms);
	wire_put_u64(&w, m->lost_heard_ms);
	wire_put_u64(&w, m->lost_used_ms);
	wire_put_u32(&w, m->kind);
	wire_put_cstring(&w, m->user);
	wire_put_u64(&w, m->home_born);
	return written(&w);
}

/*
 * Later versions add fields at the end; what this version does not know is passed over, so that an old holdfastctl
 * can list the sessions of a new keeper.
 */
int
attach_decode_status(struct attach_status *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	if (begin(&r, buf, len) != ATTACH_STATUS_IS)
		return -EBADMSG;
	wire_get_u32(&r, &m->id);
	wire_get_u32(&r, &m->state);
	wire_get_u32(&r, &m->attachments);
	wire_get_u32(&r, &m->vouched);
	wire_get_u32(&r, &m->rows);
	wire_get_u32(&r, &m->cols);
	wire_get_u32(&r, &m->keeper_pid);
	wire_get_u32(&r, &m->shell_pid);
	wire_get_u64(&r, &m->created_ms);
	wire_get_u64(&r, &m->changed_ms);
	wire_get_u64(&r, &m->activity_ms);
	wire_get_u64(&r, &m->offset);
	wire_get_u64(&r, &m->away_bytes);
	wire_get_raw(&r, m->identity.bytes, IDENTITY_BYTES);
	wire_get_cstring(&r, m->name, sizeof m->name);
	wire_get_cstring(&r, m->program, sizeof m->program);
	wire_get_cstring(&r, m->address, sizeof m->address);
	wire_get_cstring(&r, m->term, sizeof m->term);
	wire_get_u64(&r, &m->lost_ms);
	wire_get_u64(&r, &m->lost_heard_ms);
	wire_get_u64(&r, &m->lost_used_ms);
	m->kind = ATTACH_TERMINAL;
	if (r.left)
		wire_get_u32(&r, &m->kind);
	if (r.left) {
		wire_get_cstring(&r, m->user, sizeof m->user);
		wire_get_u64(&r, &m->home_born);
	}
	return r.err;
}

static void
put_framed(struct wire_writer *w, const struct attach_framed *m)
{
	wire_put_u32(w, m->lowest);
	wire_put_u32(w, m->highest);
	wire_put_raw(w, m->stream, sizeof m->stream);
	wire_put_raw(w, m->key, sizeof m->key);
	wire_put_u64(w, m->input);
	wire_put_u64(w, m->output);
	wire_put_u64(w, m->errors);
	wire_put_u32(w, 0); /* room for what later versions add: as many bytes follow */
}

static void
get_framed(struct wire_reader *r, struct attach_framed *m)
{
	struct wire_bytes later;

	wire_get_u32(r, &m->lowest);
	wire_get_u32(r, &m->highest);
	wire_get_raw(r, m->stream, sizeof m->stream);
	wire_get_raw(r, m->key, sizeof m->key);
	wire_get_u64(r, &m->input);
	wire_get_u64(r, &m->output);
	wire_get_u64(r, &m->errors);
	wire_get_string(r, &later, ENV_BYTES_MAX);
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

int
attach_encode_claim(const struct attach_claim *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_CLAIM);
	wire_put_u32(&w, m->mode);
	wire_put_u32(&w, m->flags);
	wire_put_u16(&w, m->rows);
	wire_put_u16(&w, m->cols);
	wire_put_u16(&w, m->xpixel);
	wire_put_u16(&w, m->ypixel);
	wire_put_raw(&w, m->ticket.bytes, TICKET_BYTES);
	wire_put_raw(&w, m->identity.bytes, IDENTITY_BYTES);
	wire_put_cstring(&w, m->term);
	wire_put_cstring(&w, m->name);
	envlist_put(&w, &m->env);
	if (m->flags & ATTACH_FLAG_FRAMED)
		put_framed(&w, &m->framed);
	if (m->flags & ATTACH_FLAG_TYPED)
		wire_put_string(&w, m->typed, m->typed_len);
	/* Only where there is one: a keeper from before an update takes no claim that is longer than it knows. */
	if (m->command)
		wire_put_cstring(&w, m->command);
	return written(&w);
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
	if (begin(&r, buf, len) != ATTACH_CLAIM)
		return -EBADMSG;
	wire_get_u32(&r, &m->mode);
	wire_get_u32(&r, &m->flags);
	wire_get_u16(&r, &m->rows);
	wire_get_u16(&r, &m->cols);
	wire_get_u16(&r, &m->xpixel);
	wire_get_u16(&r, &m->ypixel);
	wire_get_raw(&r, m->ticket.bytes, TICKET_BYTES);
	wire_get_raw(&r, m->identity.bytes, IDENTITY_BYTES);
	wire_get_cstring(&r, m->term, sizeof m->term);
	wire_get_cstring(&r, m->name, sizeof m->name);
	rc = envlist_get_from(&r, &m->env);
	if (rc)
		return rc;
	if (m->flags & ATTACH_FLAG_FRAMED)
		get_framed(&r, &m->framed);
	if (m->flags & ATTACH_FLAG_TYPED)
		get_typed(&r, m);
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

int
attach_encode_number(uint8_t type, uint32_t number, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	wire_put_u32(&w, number);
	return written(&w);
}

int
attach_decode_number(uint32_t *number, const void *buf, size_t len)
{
	struct wire_reader r;

	begin(&r, buf, len);
	wire_get_u32(&r, number);
	return wire_reader_end(&r);
}

int
attach_encode_refused(uint8_t type, const struct attach_refused *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	wire_put_u32(&w, m->code);
	wire_put_cstring(&w, m->text);
	return written(&w);
}

int
attach_decode_refused(struct attach_refused *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	begin(&r, buf, len);
	wire_get_u32(&r, &m->code);
	wire_get_cstring(&r, m->text, sizeof m->text);
	return wire_reader_end(&r);
}

int
attach_encode_verdict(const struct attach_verdict *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_VERDICT);
	wire_put_u32(&w, m->verdict);
	wire_put_u64(&w, m->heard_ms);
	return written(&w);
}

int
attach_decode_verdict(struct attach_verdict *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	if (begin(&r, buf, len) != ATTACH_VERDICT)
		return -EBADMSG;
	wire_get_u32(&r, &m->verdict);
	wire_get_u64(&r, &m->heard_ms);
	if (m->verdict < ATTACH_IS_ALIVE || m->verdict > ATTACH_IS_UNKNOWN)
		return -EBADMSG;
	return wire_reader_end(&r);
}

int
attach_encode_exit(const struct attach_exit *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_EXIT);
	wire_put_u32(&w, m->signaled);
	wire_put_u32(&w, m->value);
	return written(&w);
}

int
attach_decode_exit(struct attach_exit *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	begin(&r, buf, len);
	wire_get_u32(&r, &m->signaled);
	wire_get_u32(&r, &m->value);
	return wire_reader_end(&r);
}

int
attach_encode_detached(uint8_t type, const struct attach_detached *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	wire_put_u32(&w, m->reason);
	wire_put_cstring(&w, m->target);
	return written(&w);
}

int
attach_decode_detached(struct attach_detached *m, const void *buf, size_t len)
{
	struct wire_reader r;

	memset(m, 0, sizeof *m);
	begin(&r, buf, len);
	wire_get_u32(&r, &m->reason);
	wire_get_cstring(&r, m->target, sizeof m->target);
	return wire_reader_end(&r);
}

int
attach_encode_text(uint8_t type, const char *text, unsigned char *out, size_t cap)
{
	struct wire_writer w;
	char cut[TEXT_CAP];
	size_t len = strnlen(text, sizeof cut - 1);

	memcpy(cut, text, len);
	cut[len] = '\0';
	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, type);
	wire_put_cstring(&w, cut);
	return written(&w);
}

int
attach_decode_text(char text[TEXT_CAP], const void *buf, size_t len)
{
	struct wire_reader r;

	begin(&r, buf, len);
	wire_get_cstring(&r, text, TEXT_CAP);
	return wire_reader_end(&r);
}

int
attach_encode_name(const char *name, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_RENAME);
	wire_put_cstring(&w, name);
	return written(&w);
}

int
attach_decode_name(char name[NAME_CAP], const void *buf, size_t len)
{
	struct wire_reader r;

	begin(&r, buf, len);
	wire_get_cstring(&r, name, NAME_CAP);
	return wire_reader_end(&r);
}

int
attach_encode_env(const struct envlist *e, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, ATTACH_ENV_IS);
	envlist_put(&w, e);
	return written(&w);
}

int
attach_decode_env(struct envlist *e, const void *buf, size_t len)
{
	struct wire_reader r;
	int rc;

	*e = (struct envlist)ENVLIST_INIT;
	if (begin(&r, buf, len) != ATTACH_ENV_IS)
		return -EBADMSG;
	rc = envlist_get_from(&r, e);
	if (!rc && (rc = wire_reader_end(&r)))
		envlist_free(e);
	return rc;
}

int
attach_name_ok(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	return len > 0 && len < NAME_CAP && name[0] != '-' && name[0] != '.' && strspn(name, allowed) == len &&
	       strspn(name, "0123456789") < len && strcmp(name, "off") != 0 && strcmp(name, "new") != 0;
}
