/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "auth_agent_bind.h"
#include "forward_relay.h"
#include "newfd.h"

#define TURNS 4 /* of one relay in a step: the others want something too */

struct relay *
relay_new(ssh_session session, struct pollset *set)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (r) {
		r->session = session;
		r->set = set;
		r->fd = -1;
	}
	return r;
}

static void
watch(struct relay *r, int fd, unsigned what)
{
	if (pollset_add(r->set, fd, what, r) < 0)
		r->state = RELAY_DEAD;
}

void
relay_event(struct relay *r, unsigned what)
{
	if (what & POLLSET_READABLE)
		r->readable = true;
	if (what & POLLSET_WRITABLE)
		r->writable = true;
}

static void
close_fd(struct relay *r)
{
	if (r->fd < 0)
		return;
	pollset_remove(r->set, r->fd);
	close(r->fd);
	r->fd = -1;
}

void
relay_free(struct relay *r)
{
	if (r->channel)
		ssh_channel_free(r->channel);
	close_fd(r);
	if (r->lookup)
		pollset_remove(r->set, lookup_fd(r->lookup));
	lookup_leave(r->lookup);
	free(r);
}

/* Both flags begin as true: the first try tells. */
static void
take_fd(struct relay *r, int fd)
{
	r->fd = fd;
	r->readable = r->writable = true;
	watch(r, fd, POLLSET_READABLE | POLLSET_WRITABLE);
}

void
relay_flow(struct relay *r, int fd)
{
	r->state = r->channel ? RELAY_FLOW : RELAY_DEAD;
	take_fd(r, fd);
}

static void
open_channel(struct relay *r)
{
	r->state = RELAY_OPEN;
	if (!r->channel && !(r->channel = ssh_channel_new(r->session)))
		r->state = RELAY_DEAD;
}

void
relay_accepted(struct relay *r, int fd, const struct forward *spec)
{
	r->spec = spec;
	r->use_socks = spec->socks;
	r->state = RELAY_SOCKS;
	if (!spec->socks)
		open_channel(r);
	take_fd(r, fd);
}

/* ---- making a connection here ---- */

static void
connect_path(struct relay *r, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = newfd_socket(AF_UNIX, SOCK_STREAM, true);

	strcpy(a.sun_path, path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		if (fd >= 0)
			close(fd);
		r->state = RELAY_DEAD;
		return;
	}
	relay_flow(r, fd);
}

static void
look_up(struct relay *r, const char *host, unsigned port)
{
	r->readable = false;
	r->state = RELAY_LOOKUP;
	r->lookup = lookup_start(host, port, AF_UNSPEC);
	if (r->lookup)
		watch(r, lookup_fd(r->lookup), POLLSET_READABLE);
	else
		r->state = RELAY_DEAD;
}

void
relay_connect(struct relay *r, const struct forward *spec, char *const *permits)
{
	r->spec = spec;
	r->permits = permits;
	r->remote = true;
	r->use_socks = spec->socks;
	r->state = RELAY_SOCKS;
	if (!r->channel)
		r->state = RELAY_DEAD;
	else if (spec->host_path[0])
		connect_path(r, spec->host_path);
	else if (!spec->socks)
		look_up(r, spec->host, spec->host_port);
}

void
relay_connect_x11(struct relay *r, const struct x11 *x)
{
	r->x11 = x;
	relay_connect(r, &x->display, NULL);
}

static void
try_next(struct relay *r)
{
	for (; r->address; r->address = r->address->ai_next) {
		int fd = newfd_socket(r->address->ai_family, SOCK_STREAM, true);

		if (fd < 0)
			continue;
		if (connect(fd, r->address->ai_addr, r->address->ai_addrlen) == 0 || errno == EINPROGRESS) {
			r->state = RELAY_CONNECT;
			take_fd(r, fd);
			r->readable = r->writable = false;
			return;
		}
		close(fd);
	}
	r->state = RELAY_DEAD;
}

static void
append(struct relay_buffer *b, const void *data, size_t len)
{
	if (b->at + b->len + len > sizeof(b->data)) {
		memmove(b->data, b->data + b->at, b->len);
		b->at = 0;
	}
	if (b->len + len > sizeof(b->data))
		return; /* replies of ten bytes: there is always room */
	memcpy(b->data + b->at + b->len, data, len);
	b->len += len;
}

static void
take(struct relay_buffer *b, size_t n)
{
	b->at += n;
	b->len -= n;
	if (!b->len)
		b->at = 0;
}

/* What goes back to who asked by SOCKS. */
static struct relay_buffer *
answers(struct relay *r)
{
	return r->remote ? &r->in : &r->out;
}

static void
tell_socks(struct relay *r, bool connected)
{
	uint8_t reply[SOCKS_REPLY_MAX];
	size_t n;

	if (!r->use_socks)
		return;
	n = socks_result(&r->socks, connected, reply);
	append(answers(r), reply, n);
	if (!connected && !r->remote)
		(void)!send(r->fd, reply, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
look_connected(struct relay *r)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (!r->readable && !r->writable)
		return;
	if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && !error) {
		r->state = RELAY_FLOW;
		r->readable = r->writable = true;
		tell_socks(r, true);
		return;
	}
	close_fd(r);
	r->address = r->address->ai_next;
	try_next(r);
}

static void
look_found(struct relay *r)
{
	char why[200];

	if (!r->readable)
		return;
	r->address = lookup_result(r->lookup, why, sizeof(why));
	try_next(r);
}

/* ---- bytes ---- */

/* What may be written to the channel now. */
static size_t
room(const struct relay *r)
{
	if (ssh_get_poll_flags(r->session) & SSH_WRITE_PENDING)
		return 0;
	return ssh_channel_window_size(r->channel);
}

/* A call has failed with EAGAIN or EINTR. */
static void
wait_for(struct relay *r, bool *flag, unsigned what)
{
	*flag = errno == EINTR;
	if (!*flag)
		pollset_again(r->set, r->fd, what);
}

static bool
from_fd(struct relay *r)
{
	struct relay_buffer *b = &r->in;
	ssize_t n;

	if (!r->readable || r->fd_eof || b->at + b->len == sizeof(b->data))
		return false;
	n = read(r->fd, b->data + b->at + b->len, sizeof(b->data) - b->at - b->len);
	if (n > 0) {
		b->len += (size_t)n;
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		wait_for(r, &r->readable, POLLSET_READABLE);
	else if (n < 0 && r->state == RELAY_FLOW && errno != ECONNRESET)
		r->state = RELAY_DEAD;
	else
		r->fd_eof = true;
	return false;
}

static bool
to_channel(struct relay *r)
{
	size_t most = r->in.len ? room(r) : 0;
	int n;

	if (!most)
		return false;
	n = ssh_channel_write(r->channel, r->in.data + r->in.at, (uint32_t)(r->in.len < most ? r->in.len : most));
	if (n <= 0)
		return false;
	take(&r->in, (size_t)n);
	r->sent += (size_t)n;
	return true;
}

static bool
from_channel(struct relay *r)
{
	struct relay_buffer *b = &r->out;
	size_t space = sizeof(b->data) - b->at - b->len;
	int n;

	if (r->channel_eof || !space)
		return false;
	n = ssh_channel_read_nonblocking(r->channel, b->data + b->at + b->len, (uint32_t)space, 0);
	if (n > 0) {
		b->len += (size_t)n;
		return true;
	}
	r->channel_eof = n < 0 || ssh_channel_is_eof(r->channel) || ssh_channel_is_closed(r->channel);
	return false;
}

static bool
to_fd(struct relay *r)
{
	ssize_t n;

	if (!r->out.len || !r->writable)
		return false;
	n = send(r->fd, r->out.data + r->out.at, r->out.len, MSG_NOSIGNAL);
	if (n > 0) {
		take(&r->out, (size_t)n);
		return true;
	}
	if (errno == EAGAIN || errno == EINTR)
		wait_for(r, &r->writable, POLLSET_WRITABLE);
	else
		r->state = RELAY_DEAD;
	return false;
}

/* Ends of streams, each passed on when everything before it has been. */
static void
ends(struct relay *r)
{
	if (r->fd_eof && !r->in.len && !r->eof_sent && ssh_channel_is_open(r->channel)) {
		(void)ssh_channel_send_eof(r->channel);
		r->eof_sent = true;
	}
	if (r->channel_eof && !r->out.len && !r->fd_shut) {
		(void)shutdown(r->fd, SHUT_WR);
		r->fd_shut = true;
	}
	if (r->fd_shut && (r->eof_sent || ssh_channel_is_closed(r->channel)))
		r->state = RELAY_DEAD;
}

/* Nothing of a program reaches the display before it has shown the cookie. */
static void
admit(struct relay *r)
{
	switch (x11_admit(r->x11, r->out.data + r->out.at, r->out.len)) {
	case X11_GOOD:
		r->x11 = NULL;
		break;
	case X11_MORE:
		if (r->channel_eof)
			r->state = RELAY_DEAD;
		break;
	case X11_BAD:
		r->state = RELAY_DEAD;
		break;
	}
}

/* The agent's answer to our own message is not for the host. */
static void
drop_answer(struct relay *r)
{
	int n = auth_agent_bind_answer(r->in.data + r->in.at, r->in.len);

	if (n < 0 || (n == 0 && r->fd_eof))
		r->state = RELAY_DEAD;
	if (n > 0) {
		take(&r->in, (size_t)n);
		r->answer_due = false;
	}
}

static bool
flow(struct relay *r)
{
	bool moved = false;

	for (int turn = 0; turn < TURNS && r->state == RELAY_FLOW; turn++) {
		moved = false;
		if (!r->in.len || r->answer_due)
			moved |= from_fd(r);
		if (r->answer_due)
			drop_answer(r);
		if (r->state == RELAY_FLOW && !r->answer_due)
			moved |= to_channel(r);
		if (r->state == RELAY_FLOW && (!r->out.len || r->x11))
			moved |= from_channel(r);
		if (r->state == RELAY_FLOW && r->x11)
			admit(r);
		if (r->state == RELAY_FLOW && !r->x11)
			moved |= to_fd(r);
		if (r->state == RELAY_FLOW)
			ends(r);
		if (!moved)
			break;
	}
	return moved;
}

/* ---- opening ---- */

static bool
step_socks(struct relay *r)
{
	struct relay_buffer *b = r->remote ? &r->out : &r->in;
	uint8_t reply[SOCKS_REPLY_MAX];
	size_t used, reply_len;
	enum socks_said said;
	bool moved = r->remote ? from_channel(r) : from_fd(r);

	said = socks_read(&r->socks, b->data + b->at, b->len, &used, reply, &reply_len);
	take(b, used);
	append(answers(r), reply, reply_len);
	if (r->remote)
		to_channel(r);
	else
		to_fd(r);
	if (said == SOCKS_BAD || (said == SOCKS_MORE && (r->fd_eof || r->channel_eof)))
		r->state = RELAY_DEAD;
	else if (said == SOCKS_CONNECT && r->remote && !forward_permits(r->permits, r->socks.host, r->socks.port))
		r->state = RELAY_DEAD;
	else if (said == SOCKS_CONNECT && r->remote)
		look_up(r, r->socks.host, r->socks.port);
	else if (said == SOCKS_CONNECT)
		open_channel(r);
	return moved || said != SOCKS_MORE;
}

static bool
step_open(struct relay *r)
{
	const char *host = r->use_socks ? r->socks.host : r->spec->host;
	unsigned port = r->use_socks ? r->socks.port : r->spec->host_port;
	int rc;

	if (!r->use_socks && r->spec->host_path[0])
		rc = ssh_channel_open_forward_unix(r->channel, r->spec->host_path, "localhost", 0);
	else
		rc = ssh_channel_open_forward(r->channel, host, (int)port, "127.0.0.1", 0);
	if (rc == SSH_AGAIN)
		return false;
	if (rc == SSH_OK) {
		tell_socks(r, true);
		r->state = RELAY_FLOW;
		return true;
	}
	tell_socks(r, false);
	r->state = RELAY_DEAD;
	return false;
}

bool
relay_blocked(const struct relay *r)
{
	return r->state == RELAY_FLOW && r->in.len && ssh_channel_window_size(r->channel) > 0;
}

bool
relay_step(struct relay *r)
{
	switch (r->state) {
	case RELAY_SOCKS:
		return step_socks(r);
	case RELAY_LOOKUP:
		look_found(r);
		return r->state != RELAY_LOOKUP;
	case RELAY_CONNECT:
		look_connected(r);
		return r->state == RELAY_FLOW;
	case RELAY_OPEN:
		return step_open(r);
	case RELAY_FLOW:
		return flow(r);
	case RELAY_DEAD:
		break;
	}
	return false;
}
