/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "socks.h"

/* A name for somebody who looks it up later: no NUL and nothing unprintable in it. */
static bool
take_host(struct socks *s, const uint8_t *name, size_t len)
{
	if (!len || len >= sizeof(s->host))
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] >= 127)
			return false;
	memcpy(s->host, name, len);
	s->host[len] = '\0';
	return true;
}

static enum socks_said
read4(struct socks *s, const uint8_t *in, size_t len, size_t *used)
{
	const uint8_t *end, *name;
	size_t at;

	if (len < 9)
		return SOCKS_MORE;
	if (in[1] != 1)
		return SOCKS_BAD;
	s->port = (unsigned)in[2] << 8 | in[3];
	if (!(end = memchr(in + 8, '\0', len - 8)))
		return SOCKS_MORE;
	at = (size_t)(end - in) + 1;
	if (in[4] || in[5] || in[6] || !in[7]) {
		snprintf(s->host, sizeof(s->host), "%u.%u.%u.%u", in[4], in[5], in[6], in[7]);
	} else {
		name = in + at;
		if (at == len || !(end = memchr(name, '\0', len - at)))
			return SOCKS_MORE;
		if (!take_host(s, name, (size_t)(end - name)))
			return SOCKS_BAD;
		at = (size_t)(end - in) + 1;
	}
	*used = at;
	return SOCKS_CONNECT;
}

static enum socks_said
greet5(struct socks *s, const uint8_t *in, size_t len, size_t *used, uint8_t *reply, size_t *reply_len)
{
	bool none;

	if (len < 2 || len < 2 + (size_t)in[1])
		return SOCKS_MORE;
	none = memchr(in + 2, 0, in[1]) != NULL;
	*used = 2 + (size_t)in[1];
	reply[0] = 5;
	reply[1] = none ? 0 : 0xff;
	*reply_len = 2;
	s->greeted = true;
	return none ? SOCKS_ANSWER : SOCKS_BAD;
}

static enum socks_said
refuse5(uint8_t code, uint8_t *reply, size_t *reply_len)
{
	memcpy(reply, (const uint8_t[10]){ 5, code, 0, 1 }, 10);
	*reply_len = 10;
	return SOCKS_BAD;
}

static enum socks_said
read5(struct socks *s, const uint8_t *in, size_t len, size_t *used, uint8_t *reply, size_t *reply_len)
{
	size_t need, name;

	if (!s->greeted)
		return greet5(s, in, len, used, reply, reply_len);
	if (len < 5)
		return SOCKS_MORE;
	if (in[0] != 5)
		return SOCKS_BAD;
	if (in[1] != 1)
		return refuse5(7, reply, reply_len);
	name = in[3] == 3 ? 5 : 4;
	need = in[3] == 1 ? 4 : in[3] == 4 ? 16 : in[3] == 3 ? in[4] : 0;
	if (!need)
		return refuse5(8, reply, reply_len);
	if (len < name + need + 2)
		return SOCKS_MORE;
	if (in[3] == 3 && !take_host(s, in + name, need))
		return refuse5(1, reply, reply_len);
	if (in[3] != 3)
		inet_ntop(in[3] == 1 ? AF_INET : AF_INET6, in + name, s->host, sizeof(s->host));
	s->port = (unsigned)in[name + need] << 8 | in[name + need + 1];
	*used = name + need + 2;
	return SOCKS_CONNECT;
}

enum socks_said
socks_read(struct socks *s, const uint8_t *in, size_t len, size_t *used, uint8_t reply[SOCKS_REPLY_MAX],
           size_t *reply_len)
{
	enum socks_said said;

	*used = *reply_len = 0;
	if (!len)
		return SOCKS_MORE;
	if (!s->version)
		s->version = in[0];
	if (s->version == 4)
		said = read4(s, in, len, used);
	else if (s->version == 5)
		said = read5(s, in, len, used, reply, reply_len);
	else
		return SOCKS_BAD;
	return said == SOCKS_MORE && len >= SOCKS_REQUEST_MAX ? SOCKS_BAD : said;
}

size_t
socks_result(const struct socks *s, bool connected, uint8_t reply[SOCKS_REPLY_MAX])
{
	memset(reply, 0, SOCKS_REPLY_MAX);
	if (s->version == 4) {
		reply[1] = connected ? 90 : 91;
		return 8;
	}
	reply[0] = 5;
	reply[1] = connected ? 0 : 5; /* connection refused */
	reply[3] = 1;
	return 10;
}
