/* SPDX-License-Identifier: MIT */
#include "local_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "newfd.h"
#include "outpace.h"

#define KEEP (32u << 10) /* a buffer that has grown over this is given back when it is empty */

void
local_sink_open(struct local_sink *s, int fd)
{
	struct stat st;

	*s = (struct local_sink){ .fd = fd, .way = SINK_CAREFUL };
	if (fstat(fd, &st) != 0)
		return;
	if (S_ISREG(st.st_mode)) {
		s->way = SINK_FILE;
	} else if (S_ISSOCK(st.st_mode)) {
		s->way = SINK_SOCKET;
	} else if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)) {
		/* flags that are set then are ours alone */
		int own = newfd_again(fd, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (own >= 0) {
			s->fd = own;
			s->way = SINK_OWN;
		}
	}
}

void
local_sink_pace(struct local_sink *s)
{
	outpace_begin(s->fd);
	s->paced = true;
}

uint64_t
local_sink_until(const struct local_sink *s)
{
	return s->paced && s->full ? outpace_until() : 0;
}

void
local_sink_close(struct local_sink *s)
{
	if (s->way == SINK_OWN && s->fd > 2)
		close(s->fd);
	free(s->buf);
	memset(s, 0, sizeof *s);
}

/*
 * poll(2) says that a pipe takes PIPE_BUF bytes without blocking; a terminal promises less, and gets it in crumbs.
 */
static ssize_t
write_careful(int fd, const void *data, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (poll(&p, 1, 0) != 1 || !(p.revents & (POLLOUT | POLLERR))) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, data, len < 512 ? len : 512);
}

static ssize_t
write_some(struct local_sink *s, const void *data, size_t len)
{
	switch (s->way) {
	case SINK_SOCKET:
		return send(s->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	case SINK_CAREFUL:
		return write_careful(s->fd, data, len);
	default:
		return write(s->fd, data, len);
	}
}

/* How much of it was taken.  What took only some of it takes no more just now, and is not asked again. */
static size_t
write_now(struct local_sink *s, const unsigned char *data, size_t len)
{
	bool whole = s->way == SINK_OWN || s->way == SINK_SOCKET;
	size_t done = 0;

	s->full = false;
	while (done < len && !s->error && !s->full) {
		size_t may = s->paced ? outpace_allow(len - done) : len - done;
		ssize_t n = may ? write_some(s, data + done, may) : 0;

		if (n > 0) {
			done += (size_t)n;
			s->full = whole && (size_t)n < may;
			if (s->paced)
				outpace_wrote((size_t)n);
		} else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != ENOBUFS) {
			s->error = errno;
		} else {
			s->full = n == 0 || errno != EINTR;
		}
	}
	return done;
}

static int
reserve(struct local_sink *s, size_t len)
{
	size_t cap = s->cap ? s->cap : 4096;
	unsigned char *bigger;

	if (s->at && s->len + len > s->cap) {
		memmove(s->buf, s->buf + s->at, s->len - s->at);
		s->len -= s->at;
		s->at = 0;
	}
	if (s->len + len <= s->cap)
		return 0;
	while (cap < s->len + len)
		cap *= 2;
	bigger = realloc(s->buf, cap);
	if (!bigger)
		return -ENOMEM;
	s->buf = bigger;
	s->cap = cap;
	return 0;
}

static void
give_back(struct local_sink *s)
{
	s->at = s->len = s->own = 0;
	if (s->cap > KEEP) {
		free(s->buf);
		s->buf = NULL;
		s->cap = 0;
	}
}

static int
append(struct local_sink *s, const unsigned char *data, size_t len)
{
	if (!len)
		return 0;
	if (reserve(s, len) != 0)
		return -ENOMEM;
	memcpy(s->buf + s->len, data, len);
	s->len += len;
	return 0;
}

int
local_sink_write(struct local_sink *s, const void *data, size_t len)
{
	size_t done = 0;

	if (s->len == s->at)
		done = write_now(s, data, len);
	if (s->error) {
		give_back(s);
		return 0;
	}
	return append(s, (const unsigned char *)data + done, len - done);
}

int
local_sink_gather(struct local_sink *s, const void *data, size_t len)
{
	int rc = s->error ? 0 : append(s, data, len);

	if (len)
		s->own = 0;
	if (local_sink_waiting(s) >= SINK_PIECE)
		local_sink_push(s);
	return rc;
}

int
local_sink_own(struct local_sink *s, const void *data, size_t len)
{
	size_t own = s->own;
	int rc = local_sink_gather(s, data, len);

	if (rc == 0)
		s->own = own + len;
	return rc;
}

size_t
local_sink_waiting_host(const struct local_sink *s)
{
	size_t waiting = local_sink_waiting(s);

	return waiting > s->own ? waiting - s->own : 0;
}

void
local_sink_push(struct local_sink *s)
{
	if (!s->full && s->len > s->at)
		local_sink_flush(s);
}

void
local_sink_flush(struct local_sink *s)
{
	s->at += write_now(s, s->buf + s->at, s->len - s->at);
	if (s->at == s->len || s->error)
		give_back(s);
}

size_t
local_sink_waiting(const struct local_sink *s)
{
	return s->len - s->at;
}

void
local_sink_drain(struct local_sink *s, int ms)
{
	uint64_t until = clock_now_ms() + (uint64_t)(ms < 0 ? 0 : ms);

	s->paced = false;
	while (local_sink_waiting(s)) {
		struct pollfd p = { .fd = s->fd, .events = POLLOUT };
		uint64_t now = clock_now_ms();

		if (ms >= 0 && now >= until)
			return;
		poll(&p, 1, ms < 0 ? -1 : (int)(until - now));
		local_sink_flush(s);
	}
}
