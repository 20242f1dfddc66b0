/* SPDX-License-Identifier: MIT */
/* script_world: a session (keeper_world.h), and connections that ask as scripts do (attach_script.h). */
#ifndef HOLDFAST_SCRIPT_WORLD_H
#define HOLDFAST_SCRIPT_WORLD_H

#include "keeper_world.h"

#include "attach_script.h"
#include "script.h"
#include "script_state.h"

static unsigned char buf[MESSAGE_MAX];

static inline void
begin(struct caller *a, const char *command)
{
	snprintf(world_command, sizeof world_command, "%s", command);
	world_open(false, false);
	caller_attach(a, ATTACH_MODE_FIRST, 0);
	turn_until(strstr(caller_seen(a), "ready"));
}

static inline void
end(struct caller *a, struct caller *b)
{
	caller_hang_up(a);
	caller_hang_up(b);
	world_close();
}

static inline void
send_text(struct caller *c, const void *bytes, size_t len)
{
	int n = attach_encode_send(bytes, len, buf, sizeof buf);

	caller_send(c, buf, (size_t)n, NULL, 0);
}

static inline uint32_t
sent(struct caller *c)
{
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_SENT, &len);
	uint32_t taken;

	assert_int_equal(attach_decode_sent(&taken, msg, len), 0);
	return taken;
}

static inline void
is_refused(struct caller *c, enum attach_refusal code)
{
	struct attach_refused m;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_ERROR, &len);

	assert_int_equal(attach_decode_refused(&m, msg, len), 0);
	assert_int_equal(m.code, code);
}

#endif
