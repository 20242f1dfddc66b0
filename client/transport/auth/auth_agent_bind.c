/* SPDX-License-Identifier: MIT */
/*
 * auth_agent_bind: tells an agent that a connection to it is not of this machine's own making.
 *
 * The agent wants a signature of the host over the session's id (session-bind@openssh.com, PROTOCOL.agent of OpenSSH),
 * and libssh hands out neither.  So it gets those of a host that does not exist: the key, the id and the signature
 * below belong together, and the private key was thrown away.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth_agent.h"
#include "auth_agent_bind.h"

#define EXTENSION 27
#define ANSWER_MAX 1024
#define NAME "session-bind@openssh.com"
#define TYPE "ssh-ed25519"
#define SESSION "holdfast: a host without a key..."

static const unsigned char public_key[32] = {
	0x80, 0xcd, 0x8d, 0x43, 0x57, 0x5b, 0xf2, 0x58, 0x04, 0x97, 0x2d, 0x3d, 0xed, 0x6f, 0x61, 0x14,
	0x93, 0x97, 0xad, 0x42, 0xbb, 0xb4, 0x88, 0xf6, 0xe5, 0xc2, 0x53, 0xb0, 0x19, 0x9d, 0xe6, 0x80,
};
static const unsigned char signature[64] = {
	0x3a, 0x26, 0x4e, 0x2d, 0xa0, 0x89, 0x24, 0x89, 0x8e, 0x9b, 0x2d, 0xa6, 0x39, 0x98, 0x5c, 0xb1,
	0xe5, 0x05, 0xff, 0x4c, 0xff, 0x32, 0x1b, 0x7e, 0xe9, 0x47, 0x33, 0xb7, 0xd4, 0x76, 0xc7, 0x20,
	0x42, 0x47, 0xf6, 0x81, 0x3d, 0xf7, 0x27, 0x75, 0xf4, 0x8d, 0x9b, 0xe3, 0x21, 0x19, 0x1d, 0x56,
	0x31, 0xe9, 0x70, 0x2f, 0x96, 0xd3, 0x5a, 0x24, 0x55, 0xd4, 0xc9, 0x54, 0x59, 0x25, 0x41, 0x04,
};

struct message {
	unsigned char *data;
	size_t len;
};

static void
put_length(struct message *m, size_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		m->data[m->len++] = (unsigned char)(n >> shift);
}

static void
put(struct message *m, const void *data, size_t n)
{
	put_length(m, n);
	memcpy(m->data + m->len, data, n);
	m->len += n;
}

/* A string that has the type and DATA as strings. */
static void
put_typed(struct message *m, const void *data, size_t n)
{
	put_length(m, 4 + strlen(TYPE) + 4 + n);
	put(m, TYPE, strlen(TYPE));
	put(m, data, n);
}

size_t
auth_agent_bind_message(bool forwarded, unsigned char out[AGENT_BIND_MAX])
{
	struct message m = { .data = out, .len = 4 };
	size_t len;

	out[m.len++] = EXTENSION;
	put(&m, NAME, strlen(NAME));
	put_typed(&m, public_key, sizeof(public_key));
	put(&m, SESSION, strlen(SESSION));
	put_typed(&m, signature, sizeof(signature));
	out[m.len++] = forwarded;
	len = m.len;
	m.len = 0;
	put_length(&m, len - 4);
	return len;
}

int
auth_agent_bind_answer(const unsigned char *data, size_t len)
{
	size_t n;

	if (len < 4)
		return 0;
	n = (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
	if (n < 1 || n > ANSWER_MAX)
		return -1;
	return len < 4 + n ? 0 : (int)(4 + n);
}

static int
bind_to_nowhere(int fd, int timeout_ms)
{
	unsigned char request[AGENT_BIND_MAX], *answer = NULL;
	size_t len = auth_agent_bind_message(false, request);
	int r = auth_agent_ask(fd, request, len, &answer, &len, timeout_ms);

	free(answer);
	return r;
}

/* How many keys it shows: to this machine itself, or BOUND, to a host; -1: it does not say. */
static int
shown(const char *path, bool bound, int timeout_ms)
{
	struct agent_keys keys;
	int fd = auth_agent_connect(path), n = -1;

	if (fd < 0)
		return -1;
	if ((!bound || bind_to_nowhere(fd, timeout_ms) == 0) && auth_agent_list(fd, &keys, timeout_ms) == 0) {
		n = (int)keys.count;
		auth_agent_keys_free(&keys);
	}
	close(fd);
	return n;
}

/* One that does not know the extension, or gives up the connection at it, has tied no key to a host. */
bool
auth_agent_restricts(const char *path, int timeout_ms)
{
	int all = shown(path, false, timeout_ms), bound = all > 0 ? shown(path, true, timeout_ms) : -1;

	return bound >= 0 && bound < all;
}
