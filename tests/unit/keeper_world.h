/* SPDX-License-Identifier: MIT */
/*
 * keeper_world: a whole keeper in the test's process, turn by turn: a pty or pipes, a leader that is the test, and
 * connections to its socket, as holdfast-login and holdfast-resume make them.
 */
#ifndef HOLDFAST_KEEPER_WORLD_H
#define HOLDFAST_KEEPER_WORLD_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "attach.h"
#include "clock.h"
#include "keeper.h"
#include "leadermsg.h"
#include "peers.h"

#define PATIENCE_MS 10000

static struct keeper k;
static int leader = -1;           /* the leader's end; -1: there is none */
static char world_socket[108];    /* the path of the keeper's */
static char world_command[256] = "stty -echo; echo ready; exec cat"; /* what the session runs; "": k.init.shell */
static void (*world_shell)(bool command); /* called before the keeper begins: the shell is another process's child */
static struct leadermsg_report latest; /* the last report that world_report() has taken */

/* A login at the keeper's socket. */
struct caller {
	int fd;
	int screen; /* what its terminal shows is read here, and its keys are written here; -1: it has none yet */
	int out;    /* PIPES: what it gets is read here */
};

static const struct identity alice = { { 1 } }, mallory = { { 2 } };
static const struct ticket first_ticket = { { 7 } }, second_ticket = { { 8 } };

/* A turn of the keeper's loop that does not wait for long. */
static inline void
turn(void)
{
	keeper_turn(&k, clock_now_ms() + 10);
}

/* Turns until WHAT says yes; fails after PATIENCE_MS. */
#define turn_until(what)                                                                                              \
	do {                                                                                                          \
		uint64_t end_ = clock_now_ms() + PATIENCE_MS;                                                         \
		while (!(what)) {                                                                                     \
			if (clock_now_ms() > end_)                                                                    \
				fail_msg("never came: %s", #what);                                                    \
			turn();                                                                                       \
		}                                                                                                     \
	} while (0)

static inline void
world_listen(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(world_socket, sizeof world_socket, "keeper-%ld.sock", (long)getpid());
	unlink(world_socket);
	snprintf(a.sun_path, sizeof a.sun_path, "%s", world_socket);
	k.dir.sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(k.dir.sock >= 0);
	assert_int_equal(bind(k.dir.sock, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(k.dir.sock, 16), 0);
}

/* COMMAND: the session is a command on pipes.  LED: it has a leader. */
static inline void
world_open(bool command, bool led)
{
	int pair[2] = { -1, -1 };

	memset(&k, 0, sizeof k);
	k.dir = (struct sessiondir)SESSIONDIR_INIT;
	k.dir.id = 3;
	k.memory = k.io = -1;
	world_listen();
	if (led)
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	leader = pair[0];
	k.leader = pair[1];
	k.init.identity = alice;
	k.init.ticket = first_ticket;
	k.init.ring_bytes = 65536;
	k.init.stall_ms = 60000;
	k.init.detached_s = k.init.idle_shell_s = k.init.elevated_s = CONFIG_NONE;
	k.init.take_over = CONFIG_TAKE_YES;
	k.init.scrollback = 100;
	k.umask = 022;
	snprintf(k.init.shell, sizeof k.init.shell, "/bin/sh");
	snprintf(k.init.home, sizeof k.init.home, "/");
	snprintf(k.init.user, sizeof k.init.user, "alice");
	k.master = command ? open("/dev/null", O_RDWR | O_CLOEXEC) : posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(k.master >= 0);
	if (!command) {
		assert_true(grantpt(k.master) == 0 && unlockpt(k.master) == 0);
		snprintf(k.init.tty, sizeof k.init.tty, "%s", ptsname(k.master));
	}
	if (world_shell)
		world_shell(command);
	assert_int_equal(keeper_open(&k), 0);
}

static inline void
world_close(void)
{
	if (k.shell.pid && !k.shell.parent) {
		shell_signal(&k.shell, SIGKILL);
		turn_until(!k.shell.pid);
	}
	keeper_close(&k);
	unlink(world_socket);
	if (leader >= 0)
		close(leader);
	close(k.signals);
	close(k.master);
	sigprocmask(SIG_SETMASK, &(sigset_t){ 0 }, NULL);
}

/* The next report of TYPE to the leader is in `latest`, whatever came before it. */
static inline bool
world_report(uint32_t type)
{
	unsigned char buf[LEADERMSG_REPORT_BYTES];

	while (recv(leader, buf, sizeof buf, MSG_DONTWAIT) == sizeof buf) {
		assert_int_equal(leadermsg_decode_report(&latest, buf, sizeof buf), 0);
		if (latest.type == type)
			return true;
	}
	return false;
}

/* The leader's word about the claim that it was asked about last. */
static inline void
world_vouch(bool ok, const struct identity *who)
{
	struct leadermsg_vouched m = { .serial = latest.number, .ok = ok, .identity = *who };
	unsigned char buf[1024];
	int len = leadermsg_encode_vouched(&m, buf, sizeof buf);

	assert_true(len > 0);
	assert_int_equal(send(leader, buf, (size_t)len, 0), len);
}

static inline void
caller_connect(struct caller *c)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	*c = (struct caller){ .screen = -1, .out = -1 };
	snprintf(a.sun_path, sizeof a.sun_path, "%s", world_socket);
	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof a), 0);
}

static inline void
caller_hang_up(struct caller *c)
{
	close(c->fd);
	if (c->screen >= 0)
		close(c->screen);
	if (c->out >= 0)
		close(c->out);
	*c = (struct caller){ -1, -1, -1 };
}

/* Sends a message with COUNT descriptors, which are closed here. */
static inline void
caller_send(struct caller *c, const void *msg, size_t len, const int *fds, unsigned count)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(3 * sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { (void *)msg, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (count) {
		struct cmsghdr *cm;

		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(count * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, count * sizeof(int));
	}
	assert_int_equal(sendmsg(c->fd, &mh, MSG_NOSIGNAL), len);
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

static inline void
caller_say(struct caller *c, uint8_t type)
{
	caller_send(c, &type, 1, NULL, 0);
}

/* A terminal of its own (a pty), raw, in FDS; or, with PIPES, two pipes. */
static inline unsigned
caller_open_terminal(struct caller *c, bool pipes, int fds[2])
{
	struct termios t;
	int in[2], out[2];

	if (pipes) {
		assert_int_equal(pipe2(in, O_CLOEXEC), 0);
		assert_int_equal(pipe2(out, O_CLOEXEC), 0);
		c->screen = in[1];
		c->out = out[0];
		fds[0] = in[0];
		fds[1] = out[1];
		fcntl(c->out, F_SETFL, O_NONBLOCK);
		return 2;
	}
	c->screen = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(c->screen >= 0 && grantpt(c->screen) == 0 && unlockpt(c->screen) == 0);
	fds[0] = open(ptsname(c->screen), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fds[0] >= 0 && tcgetattr(fds[0], &t) == 0);
	return 1;
}

/* CLAIM, with a terminal, or with pipes when the flags say so. */
static inline void
caller_claim(struct caller *c, struct attach_claim *m)
{
	static unsigned char buf[MESSAGE_MAX];
	int fds[2], len = attach_encode_claim(m, buf, sizeof buf);
	unsigned count = caller_open_terminal(c, m->flags & ATTACH_FLAG_PIPES, fds);

	assert_true(len > 0);
	caller_send(c, buf, (size_t)len, fds, count);
}

static inline struct attach_claim
claim_of(enum attach_mode mode, uint32_t flags)
{
	struct attach_claim m = { .mode = mode, .flags = flags | ATTACH_FLAG_QUIET, .rows = 24, .cols = 80,
		                  .ticket = mode == ATTACH_MODE_FIRST ? first_ticket : second_ticket,
		                  .identity = alice, .term = "xterm" };

	/* Not the login shell: that would read what this machine has in /etc/profile. */
	if (mode == ATTACH_MODE_FIRST && world_command[0])
		m.command = world_command;
	return m;
}

/* A message that has come for C: its length, 0 when there is none, -1 when the keeper has closed the connection. */
static inline int
caller_receive(struct caller *c, unsigned char *buf, size_t cap)
{
	ssize_t n = recv(c->fd, buf, cap, MSG_DONTWAIT);

	return n > 0 ? (int)n : n == 0 || errno != EAGAIN ? -1 : 0;
}

/* The next message is of TYPE: its bytes. */
static inline const unsigned char *
caller_expect(struct caller *c, uint8_t type, size_t *len)
{
	static unsigned char buf[MESSAGE_MAX];
	int n;

	turn_until((n = caller_receive(c, buf, sizeof buf)) != 0);
	assert_true(n > 0);
	assert_int_equal(attach_type_of(buf, (size_t)n), type);
	*len = (size_t)n;
	return buf;
}

static inline void
caller_is_closed(struct caller *c)
{
	unsigned char buf[64];
	int n;

	turn_until((n = caller_receive(c, buf, sizeof buf)) != 0);
	assert_int_equal(n, -1);
}

/* REFUSED, with CODE, and then the end. */
static inline void
caller_is_refused(struct caller *c, enum attach_refusal code)
{
	struct attach_refused m;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_REFUSED, &len);

	assert_int_equal(attach_decode_refused(&m, msg, len), 0);
	assert_int_equal(m.code, code);
	caller_is_closed(c);
}

/* From nothing to attached; the leader, where there is one, vouches for alice. */
static inline void
caller_attach(struct caller *c, enum attach_mode mode, uint32_t flags)
{
	struct attach_claim m = claim_of(mode, flags);
	unsigned before = peers_attached(&k);
	size_t len;

	caller_connect(c);
	caller_claim(c, &m);
	if (k.leader >= 0) {
		turn_until(world_report(LEADERMSG_TICKET));
		world_vouch(true, &alice);
	}
	caller_expect(c, ATTACH_MSG_CLAIMED, &len);
	caller_say(c, ATTACH_MSG_CONFIRM);
	turn_until(mode == ATTACH_MODE_TAKE ? k.peers.count : peers_attached(&k) > before);
}

/* What C's terminal, or pipe, has got since the last call, as a string. */
static inline const char *
caller_seen(struct caller *c)
{
	static char text[131072];
	size_t at = 0;
	ssize_t n;

	while (at < sizeof text - 1 && (n = read(c->out >= 0 ? c->out : c->screen, text + at, sizeof text - 1 - at)) > 0)
		at += (size_t)n;
	text[at] = '\0';
	return text;
}

/* The last message is DETACHED because of WHY, and the keeper closes. */
static inline void
caller_is_detached(struct caller *c, enum attach_reason why)
{
	struct attach_detached m;
	size_t len;
	const unsigned char *msg = caller_expect(c, ATTACH_MSG_DETACHED, &len);

	assert_int_equal(attach_decode_detached(&m, msg, len), 0);
	assert_int_equal(m.reason, why);
	caller_is_closed(c);
}

#endif
