/* SPDX-License-Identifier: MIT */
#include "netwatch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SLEPT_MS 1000
#define FAR_AWAY 4000000000 /* seconds since 1970: the timer is there to be cancelled, not to expire */

static int64_t
asleep_now(void)
{
	struct timespec boot, mono;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (int64_t)(boot.tv_sec - mono.tv_sec) * 1000 + (boot.tv_nsec - mono.tv_nsec) / 1000000;
}

/*
 * The kernel cancels such a timer when the real-time clock makes a jump, and that it does at each resume from sleep
 * too (timerfd_create(2)).  A timer of CLOCK_BOOTTIME would have to tick.
 */
static void
arm(struct netwatch *w)
{
	struct itimerspec never = { .it_value = { .tv_sec = FAR_AWAY } };

	if (timerfd_settime(w->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0)
		return;
	close(w->timer);
	w->timer = -1;
}

void
netwatch_open(struct netwatch *w)
{
	struct sockaddr_nl a = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_LINK,
	};

	w->route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->route >= 0 && bind(w->route, (struct sockaddr *)&a, sizeof a) != 0) {
		close(w->route);
		w->route = -1;
	}
	w->asleep = asleep_now();
	w->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->timer >= 0)
		arm(w);
}

void
netwatch_close(struct netwatch *w)
{
	if (w->route >= 0)
		close(w->route);
	if (w->timer >= 0)
		close(w->timer);
	w->route = w->timer = -1;
}

unsigned
netwatch_poll(const struct netwatch *w, struct pollfd *fds)
{
	unsigned n = 0;

	if (w->route >= 0)
		fds[n++] = (struct pollfd){ .fd = w->route, .events = POLLIN };
	if (w->timer >= 0)
		fds[n++] = (struct pollfd){ .fd = w->timer, .events = POLLIN };
	return n;
}

/* A route of the local or a broadcast table comes with each address; a cloned one with each new peer. */
static bool
route_matters(const struct nlmsghdr *h)
{
	const struct rtmsg *r = NLMSG_DATA(h);

	return h->nlmsg_len >= NLMSG_LENGTH(sizeof *r) && r->rtm_type == RTN_UNICAST && !(r->rtm_flags & RTM_F_CLONED);
}

/* A link says much that is of no interest: statistics, wireless events.  One that goes down or comes up counts. */
static bool
link_matters(const struct nlmsghdr *h)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);

	return h->nlmsg_len >= NLMSG_LENGTH(sizeof *i) && (i->ifi_change & 0x10043); /* UP, RUNNING, LOWER_UP */
}

bool
netwatch_matters(const void *messages, size_t len)
{
	const struct nlmsghdr *h = messages;
	bool matters = false;

	for (; len >= sizeof *h && NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		switch (h->nlmsg_type) {
		case RTM_NEWADDR:
		case RTM_DELADDR:
			matters = true;
			break;
		case RTM_NEWROUTE:
		case RTM_DELROUTE:
			matters = matters || route_matters(h);
			break;
		case RTM_NEWLINK:
		case RTM_DELLINK:
			matters = matters || link_matters(h);
			break;
		}
	}
	return matters;
}

bool
netwatch_slept(struct netwatch *w, int64_t asleep)
{
	bool slept = asleep - w->asleep >= SLEPT_MS;

	w->asleep = asleep;
	return slept;
}

static bool
read_route(int fd)
{
	union {
		struct nlmsghdr aligned;
		unsigned char bytes[16384];
	} u;
	bool matters = false;

	for (;;) {
		ssize_t n = recv(fd, &u, sizeof u, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return matters || errno == ENOBUFS; /* so much has changed that some of it was lost */
		if (n == 0)
			return matters;
		matters = netwatch_matters(&u, (size_t)n) || matters;
	}
}

static bool
read_timer(struct netwatch *w)
{
	uint64_t times;

	if (read(w->timer, &times, sizeof times) < 0 && errno == ECANCELED)
		arm(w);
	return netwatch_slept(w, asleep_now());
}

bool
netwatch_step(struct netwatch *w, const struct pollfd *fds, unsigned count)
{
	bool changed = false;

	for (unsigned i = 0; i < count; i++) {
		if (!fds[i].revents)
			continue;
		if (fds[i].fd == w->route)
			changed = read_route(w->route) || changed;
		else if (fds[i].fd == w->timer)
			changed = read_timer(w) || changed;
	}
	return changed;
}
