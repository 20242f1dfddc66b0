/* SPDX-License-Identifier: MIT */
#include "leadctl.h"

#include <errno.h>
#include <string.h>

#include "attach.h"
#include "wire.h"

#define MAGIC 0x68666c31 /* "hfl1": a protocol of another kind, or version, is not mistaken for this one */
#define NAME_FIELD 40

void
leadctl_encode_request(enum leadctl_op op, unsigned char out[LEADCTL_REQUEST_BYTES])
{
	struct wire_writer w;

	memset(out, 0, LEADCTL_REQUEST_BYTES);
	wire_writer_init(&w, out, LEADCTL_REQUEST_BYTES);
	wire_put_u32(&w, MAGIC);
	wire_put_u32(&w, op);
}

int
leadctl_decode_request(enum leadctl_op *op, const void *buf, size_t len)
{
	static const unsigned char zero[8];
	unsigned char rest[sizeof zero];
	struct wire_reader r;
	uint32_t magic, got;

	if (len != LEADCTL_REQUEST_BYTES)
		return -EBADMSG;
	wire_reader_init(&r, buf, len);
	wire_get_u32(&r, &magic);
	wire_get_u32(&r, &got);
	wire_get_raw(&r, rest, sizeof rest);
	if (wire_reader_end(&r) || magic != MAGIC || memcmp(rest, zero, sizeof zero) != 0 ||
	    (got != LEADCTL_WHO && got != LEADCTL_KILL))
		return -EBADMSG;
	*op = (enum leadctl_op)got;
	return 0;
}

void
leadctl_encode_reply(const struct leadctl_reply *m, unsigned char out[LEADCTL_REPLY_BYTES])
{
	unsigned char name[NAME_FIELD] = {0};
	struct wire_writer w;

	memcpy(name, m->name, strnlen(m->name, sizeof m->name - 1));
	memset(out, 0, LEADCTL_REPLY_BYTES);
	wire_writer_init(&w, out, LEADCTL_REPLY_BYTES);
	wire_put_u32(&w, MAGIC);
	wire_put_u32(&w, m->op);
	wire_put_u32(&w, m->result);
	wire_put_u32(&w, m->session);
	wire_put_u32(&w, m->state);
	wire_put_u32(&w, m->keeper_pid);
	wire_put_u32(&w, m->shell_session);
	wire_put_u64(&w, m->keeper_start);
	wire_put_u64(&w, m->created_ms);
	wire_put_u32(&w, m->attachments);
	wire_put_u32(&w, m->killed);
	wire_put_raw(&w, name, sizeof name);
}

/* Whether the fields of M have values that they can have. */
static int
check_reply(const struct leadctl_reply *m, const unsigned char name[NAME_FIELD])
{
	static const unsigned char zero[NAME_FIELD];
	size_t len = strnlen((const char *)name, NAME_FIELD);

	if (m->op < LEADCTL_WHO || m->op > LEADCTL_KILL || m->result < LEADCTL_DONE || m->result > LEADCTL_DENIED ||
	    m->state < LEADCTL_STARTING || m->state > LEADCTL_ENDING || m->keeper_pid > INT32_MAX)
		return -EBADMSG;
	if (len >= NAME_CAP || memcmp(name + len, zero, NAME_FIELD - len) != 0)
		return -EBADMSG;
	return 0;
}

int
leadctl_decode_reply(struct leadctl_reply *m, const void *buf, size_t len)
{
	struct leadctl_reply got;
	unsigned char name[NAME_FIELD];
	struct wire_reader r;
	uint32_t magic;

	if (len != LEADCTL_REPLY_BYTES)
		return -EBADMSG;
	memset(&got, 0, sizeof got);
	wire_reader_init(&r, buf, len);
	wire_get_u32(&r, &magic);
	wire_get_u32(&r, &got.op);
	wire_get_u32(&r, &got.result);
	wire_get_u32(&r, &got.session);
	wire_get_u32(&r, &got.state);
	wire_get_u32(&r, &got.keeper_pid);
	wire_get_u32(&r, &got.shell_session);
	wire_get_u64(&r, &got.keeper_start);
	wire_get_u64(&r, &got.created_ms);
	wire_get_u32(&r, &got.attachments);
	wire_get_u32(&r, &got.killed);
	wire_get_raw(&r, name, sizeof name);
	if (wire_reader_end(&r) || magic != MAGIC || check_reply(&got, name))
		return -EBADMSG;
	memcpy(got.name, name, sizeof got.name);
	if (got.name[0] && !attach_name_ok(got.name))
		return -EBADMSG;
	*m = got;
	return 0;
}
