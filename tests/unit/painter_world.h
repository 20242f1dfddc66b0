/* SPDX-License-Identifier: MIT */
/* painter_world: a keeper without leader or peers: a ring, a pty with somebody in front, room for a painter. */
#ifndef HOLDFAST_PAINTER_WORLD_H
#define HOLDFAST_PAINTER_WORLD_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "attachments.h"
#include "clock.h"
#include "answers.h"
#include "controlmode.h"
#include "input.h"
#include "painter_sandbox.h"
#include "picture.h"
#include "picture_orders.h"
#include "picture_private.h"
#include "picture_replies.h"
#include "plain.h"
#include "redraw.h"
#include "session.h"
#include "source_pty.h"

static struct keeper k;
static pid_t in_front;  /* the leader of the pty's session */
static struct peer world_peer; /* who is attached, */
static int world_screen = -1;      /* and what his terminal gets */

/* Something in front of the pty that does nothing. */
static pid_t
world_front(const char *tty)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int fd;

		setsid();
		fd = open(tty, O_RDWR);
		signal(SIGHUP, SIG_DFL);
		if (ioctl(fd, TIOCSCTTY, 0) == 0 && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static inline void
world_raw(void)
{
	struct termios t;

	assert_int_equal(tcgetattr(k.slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(k.slave, TCSANOW, &t), 0);
}

static inline int
world_open(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	memset(&k, 0, sizeof k);
	k.source = &source_pty;
	assert_int_equal(redraw_open(&k), 0);
	assert_int_equal(answers_open(&k), 0);
	assert_int_equal(controlmode_open(&k), 0);
	k.dir = (struct sessiondir)SESSIONDIR_INIT;
	k.leader = k.signals = -1;
	k.kill_at = k.nudge_until = k.quiet_until = CLOCK_NEVER;
	k.state = KEEPER_RUNNING;
	k.init.scrollback = 2000;
	k.init.banner = 1;
	assert_int_equal(ring_open(&k.ring, 65536), 0);
	k.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(k.master >= 0 && grantpt(k.master) == 0 && unlockpt(k.master) == 0);
	k.slave = open(ptsname(k.master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(k.slave >= 0);
	in_front = world_front(ptsname(k.master));
	k.size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	picture_size(&k);
	front_follow(&k.front, k.master, k.shell.pid, 0, 0);
	assert_int_equal(k.front.group, in_front);
	return 0;
}

static inline int
world_close(void **state)
{
	(void)state;
	picture_close(&k);
	answers_close(&k);
	controlmode_close(&k);
	kill(in_front, SIGKILL);
	waitpid(in_front, NULL, 0);
	close(k.master);
	close(k.slave);
	ring_close(&k.ring);
	return 0;
}

/* TEXT is the pty's output. */
static inline void
world_print(const char *text)
{
	size_t len = strlen(text);

	memcpy(ring_space(&k.ring), text, len);
	ring_advance(&k.ring, len);
	picture_output(&k);
}

/* A turn of the keeper's loop as far as painting goes. */
static inline void
world_turn(int ms)
{
	struct pollfd fd = { .fd = k.picture->proc.fd, .events = POLLIN };

	if (fd.fd >= 0 && poll(&fd, 1, ms) > 0)
		picture_receive(&k);
	picture_turn(&k);
	answers_turn(&k);
}

/* A terminal is there. */
static inline void
world_attach(void)
{
	int out[2];

	assert_int_equal(pipe2(out, O_NONBLOCK | O_CLOEXEC), 0);
	fcntl(out[1], F_SETPIPE_SZ, 1 << 20);
	memset(&world_peer, 0, sizeof world_peer);
	world_peer.keeper = &k;
	world_peer.ops = &plain_ops;
	world_peer.fd = -1;
	world_peer.phase = PEER_ATTACHED;
	world_peer.t = (struct terminal){ .in = open("/dev/null", O_RDONLY | O_CLOEXEC), .out = out[1], .pipes = true,
		                 .size = k.size, .offset = k.ring.head };
	world_screen = out[0];
	k.peers.v[0] = &world_peer;
	k.peers.count = 1;
	picture_attend(&k);
}

static inline void
world_drop(void)
{
	k.peers.count = 0;
	terminal_close(&world_peer.t);
	close(world_screen);
	picture_attend(&k);
}

/* Sends SIGNAL to the painter that there must be: kill(0, ...) would reach make(1) as well. */
static inline void
world_kill_painter(int signal)
{
	assert_true(k.picture->proc.pid > 0);
	assert_int_equal(kill(k.picture->proc.pid, signal), 0);
}

static inline void
world_catch_up(void)
{
	for (int i = 0; i < 400 && k.picture->proc.pid && k.picture->at < k.ring.head; i++)
		world_turn(10);
}

/* What was typed into the pty, as a string; "" when there is none. */
static inline const char *
world_typed(void)
{
	static char text[8192];
	ssize_t n;

	/* Who is in front may not sleep yet. */
	for (int i = 0; i < 50 && k.answers->len; i++) {
		usleep(2000);
		world_turn(0);
	}
	n = read(k.slave, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

#endif
