/* SPDX-License-Identifier: MIT */
/* framed_world: a framed client of a keeper in the test's process (keeper_world.h). */
#ifndef HOLDFAST_FRAMED_WORLD_H
#define HOLDFAST_FRAMED_WORLD_H

#include "keeper_world.h"

#include "frame.h"
#include "frame_session.h"

static struct frame_reader reader; /* of the latest client */
static struct frame_attached attached;
static unsigned char sent[FRAME_MAX + 64];
static struct frame_input_ack ack; /* the latest */

/* The next frame to C; fails when none comes. */
static inline struct frame
next_frame(struct caller *c)
{
	struct frame f;
	int rc;

	while ((rc = frame_next(&reader, &f)) == 0) {
		size_t room;
		unsigned char *to = frame_room(&reader, &room);
		ssize_t n;

		turn_until((n = read(c->out, to, room)) >= 0);
		assert_true(n > 0);
		frame_filled(&reader, (size_t)n);
	}
	assert_int_equal(rc, 1);
	return f;
}

/* The next frame of TYPE; INPUT_ACK and PING may come before it, and nothing else. */
static inline struct frame
expect(struct caller *c, uint8_t type)
{
	struct frame f = next_frame(c);

	while (f.type != type && (f.type == FRAME_INPUT_ACK || f.type == FRAME_SERVER_PING)) {
		if (f.type == FRAME_INPUT_ACK)
			assert_int_equal(frame_get_input_ack(&ack, f.body, f.len), 0);
		f = next_frame(c);
	}
	assert_int_equal(f.type, type);
	return f;
}

static inline void
say(struct caller *c, int len)
{
	assert_true(len > 0);
	assert_int_equal(write(c->screen, sent, (size_t)len), len);
}

static inline void
say_input(struct caller *c, uint64_t offset, const char *text)
{
	struct frame_data m = { .offset = offset, .len = strlen(text) };
	int head = frame_put_data_head(FRAME_INPUT, &m, sent, sizeof sent);

	memcpy(sent + head, text, m.len);
	say(c, head + (int)m.len);
}

/* ERROR, and the end. */
static inline void
is_thrown_out(struct caller *c)
{
	struct frame_text m;
	struct frame f = expect(c, FRAME_ERROR);

	assert_int_equal(frame_get_text(FRAME_ERROR, &m, f.body, f.len), 0);
	assert_int_equal(m.code, FRAME_E_PROTOCOL);
	turn_until(!k.peers.count);
}

/* A client with the stream NAME: CLAIM to ATTACHED.  OUTPUT, INPUT: where it goes on, for STREAM. */
static inline void
attach_framed(struct caller *c, enum attach_mode mode, char name, uint64_t output, uint64_t input)
{
	struct attach_claim m = claim_of(mode, ATTACH_FLAG_PIPES | ATTACH_FLAG_FRAMED);
	struct frame f;
	size_t len;

	m.framed = (struct attach_framed){ .lowest = 1, .highest = FRAME_VERSION, .output = output, .input = input };
	m.framed.stream[0] = (unsigned char)name;
	memcpy(m.framed.key, k.session_key, sizeof m.framed.key);
	caller_connect(c);
	caller_claim(c, &m);
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	memset(&reader, 0, sizeof reader);
	f = expect(c, FRAME_ATTACHED);
	assert_int_equal(frame_get_attached(&attached, f.body, f.len), 0);
	assert_int_equal(attached.id, 3);
}

static inline void
set_command(const char *line)
{
	snprintf(world_command, sizeof world_command, "%s", line);
}

/* Reads OUTPUT of CHANNEL from *AT on until TEXT has come, each frame where the last one ended. */
static inline void
read_output(struct caller *c, unsigned channel, uint64_t *at, const char *text)
{
	static char all[65536];
	size_t len = 0;

	while (!memmem(all, len, text, strlen(text))) {
		struct frame f = expect(c, FRAME_OUTPUT);
		struct frame_data m;

		assert_int_equal(frame_get_data(FRAME_OUTPUT, &m, f.body, f.len), 0);
		assert_int_equal(m.channel, channel);
		assert_int_equal(m.offset, *at);
		assert_true(len + m.len <= sizeof all);
		memcpy(all + len, m.data, m.len);
		len += m.len;
		*at += m.len;
	}
}

#endif
