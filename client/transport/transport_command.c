/* SPDX-License-Identifier: MIT */
/*
 * transport_command: a command carries the bytes: ssh, plink, or anything else.
 *
 * The ssh that does what libssh cannot has its questions put by us (askpass.h); a command of --transport asks for
 * itself, at the controlling terminal.  ssh's LocalCommand prints a sign into the stream when ssh has logged in; any
 * other byte tells the same, and the subsystem says something within a second anyway.  Where there is no sign (plink, a
 * shared connection, the first one of a hop), the transport is OPEN at once, and bytes wait in the socket.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "askpass.h"
#include "auth_child.h"
#include "child_asks.h"
#include "clock.h"
#include "demands.h"
#include "list.h"
#include "ssh_child.h"
#include "sshmaster.h"
#include "target.h"
#include "target_argv.h"
#include "transport_command.h"
#include "unread.h"

#define STATUS_PATIENCE_MS 2000 /* from its last byte to its end, */
#define STATUS_LOOK_MS 10       /* which is looked for so often */
#define LEAVE_LOOK_MS 1         /* how often is looked whether it has read all, */
#define LEAVE_MS 5              /* and how long ago that has to be: it has to write that, too */

struct command {
	struct transport t;
	struct child child;
	struct auth_child asked;
	bool heard;     /* bytes have come: it is connected */
	bool ended;     /* no more will come */
	bool full;      /* the socket took less than was there */
	uint64_t until; /* when its end is no longer waited for */
	uint64_t look;  /* when to look for it again, 0: its standard error tells first */
	bool refused;   /* it complained about the subsystem */
	bool spoken;    /* bytes have been read */
	bool prints;    /* it runs the person's LocalCommand, whose output is ours */
	bool shared;    /* its connection can be shared (target_master) */
	bool leaving;   /* it may be left when it has read all, */
	uint64_t empty; /* which it had at this time, 0: not yet */
	bool left;      /* it ends by itself when the host closes the channel */
};

static struct command *
mine(struct transport *t)
{
	return (struct command *)t;
}

/* The first connection can be shared; one that comes back has nothing to do with those before it. */
static char **
command_line(struct command *c, enum transport_request what, const char *run)
{
	struct transport_target *t = c->t.target;
	char path[128] = "none";

	if (!t->connections || t->master) {
		target_master(t, path, sizeof(path));
		c->shared = path[0];
	}
	return target_transport_argv(t, what == TRANSPORT_SUBSYSTEM, run, path[0] ? path : NULL);
}

/* Its environment; NULL in *OUT: ours. */
static int
environment(struct transport *t, char ***out)
{
	const struct transport_target *target = t->target;
	int r = 0;

	*out = NULL;
	if (target->askpass.dir[0] && !target->config->batch_mode && !(*out = askpass_environment(&target->askpass)))
		return -ENOMEM;
	if (!target->sends_first)
		return 0;
	if (!*out)
		r = list_add_all(out, environ);
	if (r == 0)
		r = list_add(out, t->first);
	if (r < 0)
		list_free(*out);
	t->first_told = r == 0;
	return r;
}

static int
command_start(struct transport *t, enum transport_request what, const char *run)
{
	struct transport_target *target = t->target;
	struct command *c = mine(t);
	char **argv, **env;
	int r;

	t->what = what;
	/* A hop asks nobody, and nothing comes after it that could share its connection. */
	if (target->style == STYLE_SSH && !target->asked_command && !target->hop && !target->askpass.dir[0])
		(void)askpass_open(&target->askpass);
	c->prints = target->askpass.dir[0] && target_runs_local_command(target);
	/* What an ssh of another host's sends there is that host's to read, and asks it for the command. */
	target->sends_first = t->first && what == TRANSPORT_SUBSYSTEM && target->style == STYLE_SSH &&
	                      !target_starts_programs(target);
	argv = command_line(c, what, run);
	if (!argv)
		return -ENOMEM;
	r = environment(t, &env);
	if (r < 0) {
		list_free(argv);
		return r;
	}
	r = target->style == STYLE_SSH ? ssh_child_start(&c->child, target, argv, env)
	                               : child_start(&c->child, argv, env);
	list_free(env);
	if (r < 0) {
		transport_close(t, TRANSPORT_END_REFUSED, "%s: %s", argv[0], strerror(-r));
		r = 0;
	} else {
		snprintf(t->reason, sizeof(t->reason), "connecting to %s by %s", target_name(t->target), argv[0]);
		if (!target_gives_sign(target) || target->master ||
		    (!target->connections && demands_shared(target->config)))
			t->state = TRANSPORT_OPEN;
		t->early = target->hop && t->state == TRANSPORT_OPEN;
	}
	list_free(argv);
	return r;
}

static unsigned
command_poll(struct transport *t, struct pollfd *fds, uint64_t *deadline)
{
	struct command *c = mine(t);
	short events = c->ended ? 0 : POLLIN;
	bool asks = t->target->askpass.dir[0] && !c->heard;

	if (t->state == TRANSPORT_CLOSED)
		return 0;
	if (c->full)
		events |= POLLOUT;
	/* at the end of the stream a socket is always readable: only its end is waited for then */
	fds[0] = (struct pollfd){ .fd = events ? c->child.fd : -1, .events = events };
	fds[1] = (struct pollfd){ .fd = c->child.err, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = asks ? t->target->askpass.listener : -1, .events = POLLIN };
	fds[3] = (struct pollfd){ .fd = c->prints ? t->target->askpass.out : -1, .events = POLLIN };
	if (c->until)
		clock_sooner(deadline, c->look ? c->look : c->until);
	if (c->leaving)
		clock_sooner(deadline, clock_now_ms() + LEAVE_LOOK_MS);
	if (!c->heard && !c->ended)
		clock_sooner(deadline, clock_now_ms() + CHILD_ASKS_MS);
	return 4;
}

/* What the person's LocalCommand has printed.  ssh would have it write there itself, and wait as long as this. */
static void
print(const struct command *c)
{
	char buf[4096];
	ssize_t n, done;

	/* as much as a FIFO has; more can come only from what the command has left running */
	for (unsigned i = 0; c->prints && i < 16 && (n = read(c->t.target->askpass.out, buf, sizeof(buf))) > 0; i++)
		for (ssize_t at = 0; at < n; at += done)
			if ((done = write(STDOUT_FILENO, buf + at, (size_t)(n - at))) <= 0)
				return;
}

/* The first bytes: takes the sign away, if that is what they are. */
static void
first_bytes(struct command *c)
{
	static const char sign[] = TARGET_SIGN "\n";
	char buf[sizeof(sign) - 1];
	ssize_t n = recv(c->child.fd, buf, sizeof(buf), MSG_PEEK);

	if (n <= 0)
		return;
	if (n < (ssize_t)sizeof(buf) && memcmp(buf, sign, (size_t)n) == 0)
		return; /* written at once, so it comes at once; a host that says just this has more to say */
	if (n == (ssize_t)sizeof(buf) && memcmp(buf, sign, sizeof(buf)) == 0)
		(void)recv(c->child.fd, buf, sizeof(buf), 0);
	c->heard = c->t.logged_in = true;
	c->child.group = false;
	c->t.terminal = false;
	c->t.target->connections++;
	c->t.state = TRANSPORT_OPEN;
}

/* Its complaints: what they mean, and for the person while it connects. */
static void
listen_to(struct command *c)
{
	struct transport *t = &c->t;
	char text[2048];
	size_t len;

	(void)child_listen(&c->child, text, sizeof(text));
	if (!text[0])
		return;
	if (strstr(text, "subsystem request failed") || strstr(text, "unable to start a subsystem") ||
	    strstr(text, "Server refused to start a shell/command"))
		c->refused = true;
	if (!c->heard && !c->refused && t->target->connections == 0) {
		len = strlen(text);
		text[len - (len && text[len - 1] == '\n')] = '\0';
		t->asking->say(t->asking->object, text);
	}
}

static bool
hopeless(const char *text)
{
	static const char *const signs[] = { "Permission denied", "Host key verification failed", "Bad configuration",
	                                     "Too many authentication failures", "Access denied", "Bad owner",
	                                     "Could not resolve hostname", "REMOTE HOST IDENTIFICATION" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(text, signs[i]))
			/* a name that can't be resolved is what a laptop without a line has */
			return i != 6;
	return false;
}

/*
 * An ssh that shares its connection says nothing of a subsystem that the host does not have.  A connection that was
 * lost is no longer shared.
 */
static bool
silently_refused(const struct command *c)
{
	char path[128];

	target_master(c->t.target, path, sizeof(path));
	return c->shared && c->t.what == TRANSPORT_SUBSYSTEM && c->t.exit_status == 255 && !c->spoken && path[0] &&
	       access(path, F_OK) == 0;
}

static void
finish(struct command *c)
{
	struct transport *t = &c->t;
	const char *last = c->child.last;
	int status = c->child.status;

	t->terminal = false;
	t->exit_status = c->child.pid ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (c->refused || silently_refused(c))
		transport_close(t, TRANSPORT_END_NO_SUBSYSTEM, "%s: the host has no subsystem \"resume\"", target_name(t->target));
	else if (t->exit_status == 127 && !c->heard)
		transport_close(t, TRANSPORT_END_REFUSED, "%s", last[0] ? last : "the command was not found");
	else if (t->exit_status == 255 || WIFSIGNALED(status) || (t->exit_status && !c->heard))
		transport_close(t, hopeless(last) && !c->heard ? TRANSPORT_END_REFUSED : TRANSPORT_END_LOST, "%s",
		                last[0] ? last : "the connection broke");
	else
		transport_close(t, TRANSPORT_END_EOF, "%s", last[0] ? last : "closed by the other end");
}

/* No more bytes will come: waits for its exit status, but not for ever. */
static void
await_end(struct command *c)
{
	uint64_t now = clock_now_ms();

	if (!c->until)
		c->until = now + STATUS_PATIENCE_MS;
	if (now >= c->until) {
		(void)child_ended(&c->child);
		finish(c);
		return;
	}
	/* its standard error ends with it, unless another process has it open */
	if (c->child.err >= 0)
		return;
	if (child_ended(&c->child))
		finish(c);
	else
		c->look = now + STATUS_LOOK_MS;
}

static void
command_step(struct transport *t, const struct pollfd *fds, unsigned count)
{
	struct command *c = mine(t);
	char byte;
	ssize_t n;

	if (t->state == TRANSPORT_CLOSED || count < 4)
		return;
	if (fds[3].revents)
		print(c);
	if (fds[1].revents)
		listen_to(c);
	if (fds[2].revents && auth_child_serve(&c->asked, &t->target->askpass, t->target, t->asking) < 0) {
		transport_close(t, TRANSPORT_END_REFUSED, "canceled at the question for a password");
		return;
	}
	if (fds[0].revents & POLLOUT)
		c->full = false;
	if (!c->ended && (fds[0].revents & (POLLIN | POLLHUP | POLLERR))) {
		if (!c->heard)
			first_bytes(c);
		n = recv(c->child.fd, &byte, 1, MSG_PEEK);
		c->ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	}
	t->terminal = !c->heard && !c->ended && child_asks(&c->child);
	if (c->ended)
		await_end(c);
}

static size_t
command_read(struct transport *t, void *buf, size_t cap)
{
	struct command *c = mine(t);
	ssize_t n;

	print(c);
	n = c->child.fd < 0 || t->state == TRANSPORT_CONNECTING ? 0 : recv(c->child.fd, buf, cap, 0);

	c->spoken = c->spoken || n > 0;
	return n > 0 ? (size_t)n : 0;
}

static size_t
command_write(struct transport *t, const void *buf, size_t len)
{
	struct command *c = mine(t);
	ssize_t n = t->state == TRANSPORT_CLOSED ? 0 : send(c->child.fd, buf, len, MSG_NOSIGNAL);

	c->full = n < (ssize_t)len;
	return n > 0 ? (size_t)n : 0;
}

static bool
command_writable(const struct transport *t)
{
	return t->state != TRANSPORT_CLOSED && !((const struct command *)t)->full;
}

/* An ssh that forwards ends when the last forwarded connection does, which nobody would know here. */
static bool
forwards(const struct sshconfig *c)
{
	return c->local_forward[0] || c->remote_forward[0] || c->dynamic_forward[0] || c->forward_agent ||
	       c->x11 != X11_NO;
}

/* Whether the end of this process ends others: those of its terminal, or of its container. */
static bool
takes_others_along(void)
{
	int tty = getsid(0) == getpid() ? open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;

	if (tty >= 0)
		close(tty);
	return tty >= 0 || getpid() == 1;
}

/*
 * ssh passes on what it has read, and needs a round trip more to hear that the host has closed the channel.  Of other
 * commands nobody knows whether they end.  A ProxyCommand has our end of the standard error, and would end by SIGPIPE.
 */
static bool
command_leave(struct transport *t)
{
	struct command *c = mine(t);
	uint64_t now = clock_now_ms();

	c->leaving = t->state == TRANSPORT_OPEN && t->target->style == STYLE_SSH && !c->full && !c->ended &&
	             !forwards(t->target->config) && !t->target->config->proxy_command && !takes_others_along();
	if (!c->leaving || unread(c->child.fd) > 0)
		c->empty = 0;
	else if (!c->empty)
		c->empty = now;
	c->left = c->empty && now >= c->empty + LEAVE_MS;
	return c->left;
}

/* The socket of the connection that may be shared; "": there is none. */
static void
shared_path(const struct transport_target *t, char *path, size_t cap)
{
	target_master(t, path, cap);
	if (!path[0] && t->config->control_path)
		snprintf(path, cap, "%s", t->config->control_path);
}

/* An ssh that shares a connection does not say that it is on its way; nor does any other command. */
static bool
command_reaches(const struct transport *t)
{
	char path[512];

	if (t->target->style != STYLE_SSH)
		return true;
	shared_path(t->target, path, sizeof(path));
	return path[0] && sshmaster_lives(path) == 0;
}

static void
end_master(const struct transport_target *t, enum sshmaster_end when)
{
	char path[128];

	target_master(t, path, sizeof(path));
	if (path[0] && access(path, F_OK) == 0)
		(void)sshmaster_end(path, when);
}

void
transport_command_end(struct transport_target *t)
{
	t->master = false;
	end_master(t, SSHMASTER_NOW);
}

static void
command_free(struct transport *t)
{
	struct command *c = mine(t);

	if (c->left)
		child_leave(&c->child);
	else
		child_stop(&c->child);
	if (c->shared && c->left)
		end_master(t->target, SSHMASTER_AFTER);
	else if (c->shared && t->kept)
		t->target->master = true;
	else if (c->shared)
		transport_command_end(t->target);
	free(t);
}

static const struct transport_ops ops = {
	.name = "command", .start = command_start, .poll = command_poll, .step = command_step, .read = command_read,
	.write = command_write, .writable = command_writable, .leave = command_leave,
	.reaches = command_reaches,
	.free = command_free,
};

struct transport *
transport_command_new(void)
{
	struct command *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->child = (struct child)CHILD_NONE;
	c->t.ops = &ops;
	return &c->t;
}
