/* SPDX-License-Identifier: MIT */
#include "script_quiet.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "attach_script.h"
#include "fd.h"
#include "input.h"
#include "procstat.h"

/*
 * Where a process sleeps that waits for input, as /proc/PID/wchan has it (proc(5)): in the read of a terminal, in
 * select, poll or epoll.  A shell that waits for a child, a pipe or a time sleeps elsewhere.  A kernel that hides the
 * place says "0" or nothing.
 */
static bool
may_read(const char *place)
{
	static const char *const places[] = { "wait_woken", "n_tty_read", "tty_read", "select", "poll" };

	if (!place[0] || strcmp(place, "0") == 0)
		return true;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strstr(place, places[i]))
			return true;
	return false;
}

/* Whether PID is asleep, and may be reading. */
static bool
reads(pid_t pid)
{
	char path[48], place[64] = "";
	struct procstat ps;
	ssize_t n = 0;
	int fd;

	if (procstat_read(pid, &ps) < 0 || ps.state != 'S')
		return false;
	snprintf(path, sizeof path, "/proc/%ld/wchan", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = fd_read(fd, place, sizeof place - 1);
		close(fd);
	}
	place[n > 0 ? n : 0] = '\0';
	return may_read(place);
}

/*
 * Whether input or output is on its way.  poll(2) of the slave has the kernel look at input that was written just
 * now.
 */
static bool
is_moving(const struct keeper *k)
{
	struct pollfd p[2] = { { .fd = k->slave, .events = POLLIN }, { .fd = k->master, .events = POLLIN } };
	int n = 0;

	if (input_waits(k) || poll(p, 2, 0) < 0)
		return true;
	return (ioctl(k->slave, FIONREAD, &n) == 0 && n > 0) || p[1].revents & POLLIN;
}

void
script_quiet(struct peer *peer, const unsigned char *msg, size_t len)
{
	struct keeper *k = peer->keeper;
	struct attach_quiet m = { .fed = k->fed, .offset = k->ring.head };
	unsigned char out[32];
	struct termios t;

	(void)msg;
	(void)len;
	if (!k->source->has_terminal || k->state != KEEPER_RUNNING || k->slave < 0) {
		peer_refuse(peer, ATTACH_MSG_ERROR, ATTACH_REFUSAL_NOWHERE, "its terminal is not there");
		return;
	}
	if (k->commanded)
		m.flags |= ATTACH_QUIET_COMMAND;
	else if (k->shell.pid && tcgetpgrp(k->master) == k->shell.pid)
		m.flags |= ATTACH_QUIET_SHELL | (reads(k->shell.pid) ? ATTACH_QUIET_READS : 0);
	if (tcgetattr(k->master, &t) == 0 && t.c_lflag & ICANON)
		m.flags |= ATTACH_QUIET_LINES;
	if (is_moving(k))
		m.flags |= ATTACH_QUIET_UNREAD;
	peer_send(peer, out, attach_encode_quiet(&m, out, sizeof out));
}
