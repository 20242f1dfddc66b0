/* SPDX-License-Identifier: MIT */
#include "lead.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "wire.h"

#define NAME_FIELD 36 /* of a report */

void
lead_set_policy(struct lead_init *m, const struct config_policy *p)
{
	m->ring_bytes = p->ring_bytes;
	m->stall_ms = p->stall_timeout_ms;
	m->scrollback = p->scrollback;
	m->banner = p->banner;
	m->detached_s = p->detached_s;
	m->idle_shell_s = p->idle_shell_s;
	m->elevated_s = p->elevated_s;
	m->take_over = p->take_over;
	memcpy(m->accept_env, p->accept_env, sizeof m->accept_env);
}

int
lead_encode_init(const struct lead_init *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, LEAD_INIT);
	wire_put_cstring(&w, m->user);
	wire_put_cstring(&w, m->home);
	wire_put_cstring(&w, m->shell);
	wire_put_cstring(&w, m->tty);
	wire_put_cstring(&w, m->address);
	wire_put_cstring(&w, m->who);
	wire_put_raw(&w, m->identity.bytes, IDENTITY_BYTES);
	wire_put_raw(&w, m->ticket.bytes, TICKET_BYTES);
	wire_put_u64(&w, m->ring_bytes);
	wire_put_u32(&w, m->stall_ms);
	wire_put_u32(&w, m->detached_s);
	wire_put_u32(&w, m->idle_shell_s);
	wire_put_u32(&w, m->elevated_s);
	wire_put_u32(&w, m->take_over);
	wire_put_cstring(&w, m->accept_env);
	wire_put_u32(&w, m->scrollback);
	wire_put_u32(&w, m->banner);
	wire_put_u32(&w, m->session);
	wire_put_cstring(&w, m->place);
	wire_put_cstring(&w, m->agent_path);
	envlist_put(&w, &m->env);
	return w.err ? w.err : (int)w.len;
}

int
lead_decode_init(struct lead_init *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;
	int rc;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	if (type != LEAD_INIT)
		return -EBADMSG;
	wire_get_cstring(&r, m->user, sizeof m->user);
	wire_get_cstring(&r, m->home, sizeof m->home);
	wire_get_cstring(&r, m->shell, sizeof m->shell);
	wire_get_cstring(&r, m->tty, sizeof m->tty);
	wire_get_cstring(&r, m->address, sizeof m->address);
	wire_get_cstring(&r, m->who, sizeof m->who);
	wire_get_raw(&r, m->identity.bytes, IDENTITY_BYTES);
	wire_get_raw(&r, m->ticket.bytes, TICKET_BYTES);
	wire_get_u64(&r, &m->ring_bytes);
	wire_get_u32(&r, &m->stall_ms);
	wire_get_u32(&r, &m->detached_s);
	wire_get_u32(&r, &m->idle_shell_s);
	wire_get_u32(&r, &m->elevated_s);
	wire_get_u32(&r, &m->take_over);
	wire_get_cstring(&r, m->accept_env, sizeof m->accept_env);
	wire_get_u32(&r, &m->scrollback);
	wire_get_u32(&r, &m->banner);
	wire_get_u32(&r, &m->session);
	wire_get_cstring(&r, m->place, sizeof m->place);
	wire_get_cstring(&r, m->agent_path, sizeof m->agent_path);
	rc = envlist_get_from(&r, &m->env);
	if (!rc && (rc = wire_reader_end(&r)))
		envlist_free(&m->env);
	return rc;
}

int
lead_encode_vouched(const struct lead_vouched *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, LEAD_VOUCHED);
	wire_put_u32(&w, m->serial);
	wire_put_u32(&w, m->ok);
	wire_put_raw(&w, m->identity.bytes, IDENTITY_BYTES);
	wire_put_cstring(&w, m->address);
	wire_put_cstring(&w, m->who);
	wire_put_cstring(&w, m->local_address);
	wire_put_u16(&w, m->port);
	wire_put_u16(&w, m->local_port);
	return w.err ? w.err : (int)w.len;
}

int
lead_decode_vouched(struct lead_vouched *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	wire_get_u32(&r, &m->serial);
	wire_get_u32(&r, &m->ok);
	wire_get_raw(&r, m->identity.bytes, IDENTITY_BYTES);
	wire_get_cstring(&r, m->address, sizeof m->address);
	wire_get_cstring(&r, m->who, sizeof m->who);
	wire_get_cstring(&r, m->local_address, sizeof m->local_address);
	wire_get_u16(&r, &m->port);
	wire_get_u16(&r, &m->local_port);
	return type == LEAD_VOUCHED ? wire_reader_end(&r) : -EBADMSG;
}

int
lead_encode_sockets(const struct lead_sockets *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, LEAD_SOCKETS);
	wire_put_u32(&w, m->session);
	wire_put_cstring(&w, m->place);
	wire_put_cstring(&w, m->agent_path);
	return w.err ? w.err : (int)w.len;
}

int
lead_decode_sockets(struct lead_sockets *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	wire_get_u32(&r, &m->session);
	wire_get_cstring(&r, m->place, sizeof m->place);
	wire_get_cstring(&r, m->agent_path, sizeof m->agent_path);
	return type == LEAD_SOCKETS ? wire_reader_end(&r) : -EBADMSG;
}

int
lead_encode_peer_is(const struct lead_peer_is *m, unsigned char *out, size_t cap)
{
	struct wire_writer w;

	wire_writer_init(&w, out, cap);
	wire_put_u8(&w, LEAD_PEER_IS);
	wire_put_u32(&w, m->serial);
	wire_put_u32(&w, m->ok);
	return w.err ? w.err : (int)w.len;
}

int
lead_decode_peer_is(struct lead_peer_is *m, const void *buf, size_t len)
{
	struct wire_reader r;
	uint8_t type;

	memset(m, 0, sizeof *m);
	wire_reader_init(&r, buf, len);
	wire_get_u8(&r, &type);
	wire_get_u32(&r, &m->serial);
	wire_get_u32(&r, &m->ok);
	return type == LEAD_PEER_IS ? wire_reader_end(&r) : -EBADMSG;
}

int
lead_type_of(const void *buf, size_t len)
{
	return len ? *(const unsigned char *)buf : -EBADMSG;
}

void
lead_encode_report(const struct lead_report *m, unsigned char out[LEAD_REPORT_BYTES])
{
	unsigned char name[NAME_FIELD] = {0};
	struct wire_writer w;

	_Static_assert(5 * 4 + TICKET_BYTES + NAME_FIELD == LEAD_REPORT_BYTES && NAME_CAP <= NAME_FIELD,
	               "a report is full");
	memcpy(name, m->name, strnlen(m->name, sizeof m->name - 1));
	memset(out, 0, LEAD_REPORT_BYTES);
	wire_writer_init(&w, out, LEAD_REPORT_BYTES);
	wire_put_u32(&w, m->type);
	wire_put_u32(&w, m->number);
	wire_put_u32(&w, m->kind);
	wire_put_raw(&w, m->ticket.bytes, TICKET_BYTES);
	wire_put_u32(&w, m->pts);
	wire_put_u32(&w, m->pid);
	wire_put_raw(&w, name, sizeof name);
}

/* Takes the name out of its FIELD: 0 or -EBADMSG. */
static int
take_name(char name[NAME_CAP], const unsigned char field[NAME_FIELD])
{
	static const unsigned char zero[NAME_FIELD];
	size_t len = strnlen((const char *)field, NAME_FIELD);

	if (len >= NAME_CAP || memcmp(field + len, zero, NAME_FIELD - len) != 0)
		return -EBADMSG;
	memcpy(name, field, NAME_CAP);
	return len && !attach_name_ok(name) ? -EBADMSG : 0;
}

int
lead_decode_report(struct lead_report *m, const void *buf, size_t len)
{
	unsigned char name[NAME_FIELD];
	struct lead_report got;
	struct wire_reader r;

	if (len != LEAD_REPORT_BYTES)
		return -EBADMSG;
	wire_reader_init(&r, buf, len);
	wire_get_u32(&r, &got.type);
	wire_get_u32(&r, &got.number);
	wire_get_u32(&r, &got.kind);
	wire_get_raw(&r, got.ticket.bytes, TICKET_BYTES);
	wire_get_u32(&r, &got.pts);
	wire_get_u32(&r, &got.pid);
	wire_get_raw(&r, name, sizeof name);
	if (wire_reader_end(&r) || got.type < LEAD_READY || got.type > LEAD_PEER || take_name(got.name, name))
		return -EBADMSG;
	*m = got;
	return 0;
}
