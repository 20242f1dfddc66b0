/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "forward_listen.h"
#include "newfd.h"

#define BACKLOG 128

static int
add_listener(struct forwards *fs, int fd, unsigned forward)
{
	if (listen(fd, BACKLOG) < 0 || fs->listening == FORWARD_LISTENERS_MAX) {
		int r = errno ? -errno : -EMFILE;

		close(fd);
		return r;
	}
	fs->listeners[fs->listening++] = (struct forward_listener){ fd, forward };
	return 0;
}

static int
listen_path(struct forwards *fs, unsigned i, const struct sshconfig *c)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, r = 0;

	strcpy(a.sun_path, fs->v[i].path);
	fd = newfd_socket(AF_UNIX, SOCK_STREAM, true);
	if (fd < 0)
		return -errno;
	if (c->streamlocal_bind_unlink)
		(void)unlink(a.sun_path);
	before = umask((mode_t)c->streamlocal_bind_mask);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		r = -errno;
	umask(before);
	if (r < 0) {
		close(fd);
		return r;
	}
	return add_listener(fs, fd, i);
}

static int
listen_address(struct forwards *fs, unsigned i, const struct addrinfo *a)
{
	const int yes = 1;
	int fd = newfd_socket(a->ai_family, SOCK_STREAM, true), r;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(fd, a->ai_addr, a->ai_addrlen) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return add_listener(fs, fd, i);
}

/* One of the addresses is enough: a host without IPv6 has no ::1. */
static int
listen_port(struct forwards *fs, unsigned i, const struct sshconfig *c)
{
	const struct forward *f = &fs->v[i];
	struct addrinfo hints = { .ai_family = c->family, .ai_socktype = SOCK_STREAM }, *found;
	bool any = f->any_address || (!f->bind[0] && c->gateway_ports);
	unsigned before = fs->listening;
	char port[8];
	int r = -EADDRNOTAVAIL, e;

	/* Without a name these are this machine's own addresses, or all; a host need not know the name localhost. */
	hints.ai_flags = any ? AI_PASSIVE : 0;
	snprintf(port, sizeof(port), "%u", f->port);
	if (getaddrinfo(!any && f->bind[0] ? f->bind : NULL, port, &hints, &found))
		return r;
	for (const struct addrinfo *a = found; a; a = a->ai_next) {
		e = listen_address(fs, i, a);
		if (e < 0)
			r = e;
		/* in use by somebody else is a reason to complain, though the other family went well */
		if (e == -EADDRINUSE)
			break;
	}
	freeaddrinfo(found);
	return fs->listening > before && r != -EADDRINUSE ? 0 : r;
}

int
forwards_listen(struct forwards *fs, const struct sshconfig *c, char *why, size_t cap)
{
	int r, failed = 0;

	for (unsigned i = 0; i < fs->count; i++) {
		const struct forward *f = &fs->v[i];

		if (f->kind == FORWARD_REMOTE)
			continue;
		r = f->path[0] ? listen_path(fs, i, c) : listen_port(fs, i, c);
		if (r < 0) {
			failed = r;
			if (f->path[0])
				snprintf(why, cap, "cannot listen on %s: %s", f->path, strerror(-r));
			else
				snprintf(why, cap, "cannot listen on port %u: %s", f->port, strerror(-r));
		}
	}
	return failed ? failed : (int)fs->listening;
}

void
forwards_close(struct forwards *fs)
{
	for (unsigned i = 0; i < fs->listening; i++) {
		const struct forward *f = &fs->v[fs->listeners[i].forward];

		close(fs->listeners[i].fd);
		if (f->path[0])
			(void)unlink(f->path);
	}
	fs->listening = 0;
}
