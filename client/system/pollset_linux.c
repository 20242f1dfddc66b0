/* SPDX-License-Identifier: MIT */
#include "pollset.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define AT_ONCE 64

struct pollset {
	int epoll;
};

struct pollset *
pollset_new(void)
{
	struct pollset *p = malloc(sizeof *p);

	if (!p)
		return NULL;
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0) {
		free(p);
		return NULL;
	}
	return p;
}

void
pollset_free(struct pollset *p)
{
	if (!p)
		return;
	close(p->epoll);
	free(p);
}

int
pollset_fd(const struct pollset *p)
{
	return p->epoll;
}

int
pollset_add(struct pollset *p, int fd, unsigned what, void *object)
{
	struct epoll_event e = { .events = EPOLLET, .data.ptr = object };

	if (what & POLLSET_READABLE)
		e.events |= EPOLLIN | EPOLLRDHUP;
	if (what & POLLSET_WRITABLE)
		e.events |= EPOLLOUT;
	return epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

/* It is told of each change anyway. */
void
pollset_again(struct pollset *p, int fd, unsigned what)
{
	(void)p;
	(void)fd;
	(void)what;
}

/* Closing it is enough. */
void
pollset_remove(struct pollset *p, int fd)
{
	(void)p;
	(void)fd;
}

size_t
pollset_take(struct pollset *p, struct pollset_event *v, size_t cap)
{
	struct epoll_event events[AT_ONCE];
	int n = epoll_wait(p->epoll, events, cap < AT_ONCE ? (int)cap : AT_ONCE, 0);

	for (int i = 0; i < n; i++) {
		v[i] = (struct pollset_event){ .object = events[i].data.ptr };
		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))
			v[i].what |= POLLSET_READABLE;
		if (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			v[i].what |= POLLSET_WRITABLE;
	}
	return n > 0 ? (size_t)n : 0;
}
