/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "auth_agent.h"
#include "base64.h"
#include "newfd.h"

#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER 12
#define SIGN_REQUEST 13

int
auth_agent_path(const struct sshconfig *c, char *path, size_t cap)
{
	const char *from = c->identity_agent ? c->identity_agent : "SSH_AUTH_SOCK";

	if (strcmp(from, "none") == 0)
		return -ENOENT;
	if (strcmp(from, "SSH_AUTH_SOCK") == 0)
		from = getenv("SSH_AUTH_SOCK");
	else if (from[0] == '$')
		from = getenv(from + 1);
	if (!from || !from[0] || strlen(from) >= cap)
		return -ENOENT;
	strcpy(path, from);
	return 0;
}

int
auth_agent_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	strcpy(a.sun_path, path);
	fd = newfd_socket(AF_UNIX, SOCK_STREAM, false);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

static int
read_all(int fd, unsigned char *buf, size_t len, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (len) {
		if (timeout_ms >= 0 && poll(&p, 1, timeout_ms) == 0)
			return -ETIMEDOUT;
		n = recv(fd, buf, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
write_all(int fd, const unsigned char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = send(fd, buf, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (24 - 8 * i));
}

/* A whole message with its length in front; the caller frees it. */
static int
read_message(int fd, unsigned char **message, size_t *len, int timeout_ms)
{
	unsigned char head[4], *buf;
	uint32_t n;
	int r = read_all(fd, head, 4, timeout_ms);

	if (r < 0)
		return r;
	n = get32(head);
	if (n < 1 || n > AGENT_MESSAGE_MAX)
		return -EBADMSG;
	if (!(buf = malloc(4 + (size_t)n)))
		return -ENOMEM;
	memcpy(buf, head, 4);
	r = read_all(fd, buf + 4, n, timeout_ms);
	if (r < 0) {
		free(buf);
		return r;
	}
	*message = buf;
	*len = 4 + (size_t)n;
	return 0;
}

/* The string at *AT. */
static bool
take_string(const unsigned char *m, size_t len, size_t *at, const unsigned char **s, size_t *n)
{
	if (len - *at < 4)
		return false;
	*n = get32(m + *at);
	if (len - *at - 4 < *n)
		return false;
	*s = m + *at + 4;
	*at += 4 + *n;
	return true;
}

static bool
add_key(struct agent_keys *keys, const unsigned char *blob, size_t len, const unsigned char *comment, size_t comment_len)
{
	struct agent_key *k = &keys->v[keys->count];

	*k = (struct agent_key){ .blob = malloc(len + 1), .len = len, .text = malloc(BASE64_LEN(len) + 1),
	                         .comment = strndup((const char *)comment, comment_len), .wanted = true };
	keys->count++;
	if (!k->blob || !k->text || !k->comment)
		return false;
	memcpy(k->blob, blob, len);
	base64_encode(blob, len, k->text);
	return true;
}

static int
parse_keys(const unsigned char *m, size_t len, struct agent_keys *keys)
{
	const unsigned char *blob, *comment;
	size_t at = 9, blob_len, comment_len;
	uint32_t count;

	if (len < 9 || m[4] != IDENTITIES_ANSWER || (count = get32(m + 5)) > AGENT_KEYS_MAX)
		return -EBADMSG;
	if (!(keys->v = calloc(count ? count : 1, sizeof(*keys->v))))
		return -ENOMEM;
	while (keys->count < count) {
		if (!take_string(m, len, &at, &blob, &blob_len) || !take_string(m, len, &at, &comment, &comment_len))
			return -EBADMSG;
		if (!add_key(keys, blob, blob_len, comment, comment_len))
			return -ENOMEM;
	}
	return at == len ? 0 : -EBADMSG;
}

int
auth_agent_ask(int fd, const unsigned char *request, size_t len, unsigned char **answer, size_t *answer_len,
               int timeout_ms)
{
	int r = write_all(fd, request, len);

	return r == 0 ? read_message(fd, answer, answer_len, timeout_ms) : r;
}

int
auth_agent_list(int fd, struct agent_keys *keys, int timeout_ms)
{
	static const unsigned char request[] = { 0, 0, 0, 1, REQUEST_IDENTITIES };
	unsigned char *m = NULL;
	size_t len;
	int r = auth_agent_ask(fd, request, sizeof(request), &m, &len, timeout_ms);

	*keys = (struct agent_keys){ NULL, 0 };
	if (r == 0)
		r = parse_keys(m, len, keys);
	free(m);
	if (r < 0)
		auth_agent_keys_free(keys);
	return r;
}

void
auth_agent_keys_free(struct agent_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++) {
		free(keys->v[i].blob);
		free(keys->v[i].text);
		free(keys->v[i].comment);
	}
	free(keys->v);
	*keys = (struct agent_keys){ NULL, 0 };
}

struct agent_filter {
	pthread_t thread;
	int agent, near; /* the real one; our end of what libssh has */
	unsigned char *answer;
	size_t answer_len;
	char *signed_with; /* base64 of the key that was asked for a signature last */
};

static int
make_answer(struct agent_filter *f, const struct agent_keys *keys)
{
	size_t len = 9;
	uint32_t count = 0;
	unsigned char *p;

	for (unsigned i = 0; i < keys->count; i++)
		if (keys->v[i].wanted)
			len += 8 + keys->v[i].len + strlen(keys->v[i].comment);
	if (!(f->answer = p = malloc(len)))
		return -ENOMEM;
	p += 9;
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < keys->count; i++) {
			const struct agent_key *k = &keys->v[i];

			if (!k->wanted || k->named != (pass == 0))
				continue;
			put32(p, (uint32_t)k->len);
			memcpy(p + 4, k->blob, k->len);
			p += 4 + k->len;
			put32(p, (uint32_t)strlen(k->comment));
			memcpy(p + 4, k->comment, strlen(k->comment));
			p += 4 + strlen(k->comment);
			count++;
		}
	put32(f->answer, (uint32_t)(len - 4));
	f->answer[4] = IDENTITIES_ANSWER;
	put32(f->answer + 5, count);
	f->answer_len = len;
	return 0;
}

/* Notes the key of a request for a signature. */
static void
note_key(struct agent_filter *f, const unsigned char *m, size_t len)
{
	const unsigned char *blob;
	size_t at = 5, blob_len;

	if (len <= at || m[4] != SIGN_REQUEST || !take_string(m, len, &at, &blob, &blob_len))
		return;
	free(f->signed_with);
	f->signed_with = malloc(BASE64_LEN(blob_len) + 1);
	if (f->signed_with)
		base64_encode(blob, blob_len, f->signed_with);
}

static int
serve_one(struct agent_filter *f)
{
	unsigned char *m = NULL, *reply = NULL;
	size_t len, reply_len;
	int r = read_message(f->near, &m, &len, -1);

	if (r == 0 && len == 5 && m[4] == REQUEST_IDENTITIES) {
		r = write_all(f->near, f->answer, f->answer_len);
	} else if (r == 0) {
		note_key(f, m, len);
		r = write_all(f->agent, m, len);
		if (r == 0)
			r = read_message(f->agent, &reply, &reply_len, -1);
		if (r == 0)
			r = write_all(f->near, reply, reply_len);
	}
	free(m);
	free(reply);
	return r;
}

static void *
filter_run(void *object)
{
	struct agent_filter *f = object;

	while (serve_one(f) == 0)
		;
	shutdown(f->near, SHUT_RDWR);
	return NULL;
}

struct agent_filter *
auth_agent_filter_new(int fd, const struct agent_keys *keys, int *end)
{
	struct agent_filter *f = calloc(1, sizeof(*f));
	int pair[2] = { -1, -1 };

	if (!f || make_answer(f, keys) < 0 || newfd_pair(pair) < 0)
		goto fail;
	f->agent = fd;
	f->near = pair[0];
	if (pthread_create(&f->thread, NULL, filter_run, f))
		goto fail;
	*end = pair[1];
	return f;
fail:
	if (pair[0] >= 0) {
		close(pair[0]);
		close(pair[1]);
	}
	if (f)
		free(f->answer);
	free(f);
	close(fd);
	return NULL;
}

void
auth_agent_filter_break(struct agent_filter *f)
{
	shutdown(f->agent, SHUT_RDWR);
	shutdown(f->near, SHUT_RDWR);
}

const char *
auth_agent_filter_signed(const struct agent_filter *f)
{
	return f->signed_with;
}

void
auth_agent_filter_free(struct agent_filter *f)
{
	if (!f)
		return;
	auth_agent_filter_break(f);
	pthread_join(f->thread, NULL);
	close(f->agent);
	close(f->near);
	free(f->answer);
	free(f->signed_with);
	free(f);
}
