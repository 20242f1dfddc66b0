/* SPDX-License-Identifier: MIT */
/*
 * transport_libssh: bytes through libssh.  A connector makes the session in a thread; from then on it belongs to
 * the loop and never waits.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "child_asks.h"
#include "clock.h"
#include "connector.h"
#include "dial.h"
#include "forward_libssh.h"
#include "forward_listen.h"
#include "proxy.h"
#include "target.h"
#include "target_state.h"
#include "transport_libssh.h"

#define CLOSE_PATIENCE_MS 1000 /* from the end of its output to its exit status */
#define GIVEN_UP_MAX 3
#define STUCK_LOOK_MS 500      /* how often an attempt is looked at */
#define WRITE_MAX 32768        /* at a time: one packet */
#define PIECE 4096             /* libssh reads no more of the socket at once; after so much it is asked again, */
#define PIECES 4               /* so often */

#define WINDOW (4u << 20)      /* of the channel: as much as a keeper lets be on the way */
#define WINDOW_STEP (WINDOW / 8)

enum { FD_SESSION, FD_CONNECTOR = FD_SESSION, FD_FORWARDS, FD_PROXY_ERRORS, FDS };

struct libssh {
	struct transport t;
	struct connector *connector; /* while it connects */
	struct child proxy;
	ssh_session session;
	ssh_channel channel;
	ssh_event event;
	struct ssh_channel_callbacks_struct callbacks;
	struct forwarding *forwarding;
	struct ssh_counter_struct counter, packets; /* the first: bytes of the socket */
	/* How many bytes had come at a look: libssh asks the socket at each one, which is felt at each key. */
	uint64_t served;  /* when the forwards had their turn */
	uint64_t widened; /* when its window was last opened to WINDOW */
	uint64_t emptied; /* when the channel's output was found to be empty */
	bool blocked;    /* a write was refused */
	bool eof;
	bool leaves;     /* without a farewell */
	uint64_t until; /* how long its exit status is waited for */
};

static struct libssh *
mine(struct transport *t)
{
	return (struct libssh *)t;
}

/* ---- connecting ---- */

static int
libssh_start(struct transport *t, enum transport_request what, const char *command)
{
	struct libssh *l = mine(t);
	const struct sshconfig *c = t->target->config;
	bool proxy = c->proxy_command || c->proxy_jump;
	int r = proxy ? proxy_start(&l->proxy, t->target, t->reason, sizeof(t->reason)) : 0;

	if (r == 0)
		l->connector = connector_start(t->target, t->asking, what, command, proxy ? &l->proxy : NULL, &r);
	return l->connector ? 0 : r;
}

/* As with ssh, a host whose key is wrong gets none; -1: that must not be. */
static int
without_forwards(struct libssh *l)
{
	const struct sshconfig *c = l->t.target->config;

	if (!c->local_forward[0] && !c->remote_forward[0] && !c->dynamic_forward[0])
		return 0;
	if (c->exit_on_forward_failure) {
		transport_close(&l->t, TRANSPORT_END_REFUSED, "no forwards through a host whose key has changed");
		return -1;
	}
	l->t.asking->say(l->t.asking->object, "No forwards through a host whose key has changed.");
	return 0;
}

/* -1: it is closed instead. */
static int
start_forwarding(struct libssh *l, bool weak)
{
	struct transport_target *target = l->t.target;
	char why[300] = "";
	bool first = !target->forwards;

	if (weak)
		return without_forwards(l);
	if (first) {
		target->forwards = calloc(1, sizeof(*target->forwards));
		if (!target->forwards)
			return -1;
		if (forwards_read(target->forwards, target->config, why, sizeof(why)) < 0 ||
		    (forwards_listen(target->forwards, target->config, why, sizeof(why)) < 0 &&
		     target->config->exit_on_forward_failure)) {
			transport_close(&l->t, TRANSPORT_END_REFUSED, "%s", why);
			return -1;
		}
		if (why[0])
			l->t.asking->say(l->t.asking->object, why);
	}
	if (!target->forwards->count && !target->config->forward_agent && !target->x11)
		return 0;
	l->forwarding = forwarding_new(l->session, target->forwards, target->config, l->t.asking, first);
	if (l->forwarding)
		forwarding_x11(l->forwarding, target->x11);
	return l->forwarding ? 0 : -1;
}

static void
exit_status(ssh_session session, ssh_channel channel, int status, void *object)
{
	struct libssh *l = object;

	(void)session, (void)channel;
	l->t.exit_status = status;
}

/* Standard error of the subsystem is read and dropped: unread, it would fill the window. */
static int
take_errors(ssh_session session, ssh_channel channel, void *data, uint32_t len, int is_stderr, void *object)
{
	(void)session, (void)channel, (void)data, (void)object;
	return is_stderr ? (int)len : 0;
}

/* The same of what came before anybody listened. */
static void
drop_errors(struct libssh *l)
{
	char buf[4096];

	while (ssh_channel_read_nonblocking(l->channel, buf, sizeof(buf), 1) > 0)
		;
}

static int
take_session(struct libssh *l, const struct connector_result *result)
{
	l->session = result->session;
	l->channel = result->channel;
	ssh_set_blocking(l->session, 0);
	l->event = ssh_event_new();
	if (!l->event || ssh_event_add_session(l->event, l->session) != SSH_OK)
		return -1;
	l->callbacks.userdata = l;
	l->callbacks.channel_exit_status_function = exit_status;
	l->callbacks.channel_data_function = take_errors;
	ssh_callbacks_init(&l->callbacks);
	ssh_set_channel_callbacks(l->channel, &l->callbacks);
	ssh_set_counters(l->session, &l->counter, &l->packets);
	l->served = l->emptied = UINT64_MAX; /* what came before has not been looked at */
	l->t.target->connections++;
	l->t.target->given_up = 0;
	l->t.terminal = false;
	l->t.logged_in = true;
	l->t.state = TRANSPORT_OPEN;
	snprintf(l->t.reason, sizeof(l->t.reason), "connected to %s", target_name(l->t.target));
	if (start_forwarding(l, result->weak) < 0)
		return -1;
	/* After start_forwarding: libssh takes in packets for the forwards as well. */
	drop_errors(l);
	return 0;
}

static void
connected(struct libssh *l)
{
	struct connector_result result;

	connector_finish(l->connector, &result);
	l->connector = NULL;
	l->t.what = result.what;
	if (!result.session)
		transport_close(&l->t, result.end, "%s", result.why);
	else if (take_session(l, &result) < 0 && l->t.state != TRANSPORT_CLOSED)
		transport_close(&l->t, TRANSPORT_END_LOST, "out of memory");
	if (l->t.state == TRANSPORT_CLOSED && l->proxy.last[0] && l->t.end == TRANSPORT_END_LOST && !result.session)
		snprintf(l->t.reason, sizeof(l->t.reason), "%s", l->proxy.last);
}

static void
step_connector(struct libssh *l)
{
	struct connector_result result;
	uint64_t deadline;

	if (connector_step(l->connector, l->t.reason, sizeof(l->t.reason))) {
		connected(l);
		return;
	}
	deadline = connector_deadline(l->connector);
	l->t.reached = connector_line(l->connector) >= 0;
	l->t.stuck = connector_stuck(l->connector);
	l->t.terminal = child_asks(&l->proxy);
	if (l->t.terminal || clock_now_ms() < deadline)
		return;
	connector_finish(l->connector, &result);
	l->connector = NULL;
	if (result.session) { /* it was made in this very moment */
		ssh_channel_free(result.channel);
		ssh_free(result.session);
	}
	transport_close(&l->t, TRANSPORT_END_LOST, "%s does not answer", l->t.target->config->hostname);
}

/* ---- open ---- */

static bool
libssh_writable(const struct transport *t)
{
	const struct libssh *l = (const struct libssh *)t;

	return t->state == TRANSPORT_OPEN && ssh_channel_window_size(l->channel) > 0 &&
	       !(ssh_get_poll_flags(l->session) & SSH_WRITE_PENDING);
}

static bool
libssh_moved(const struct transport *t)
{
	const struct libssh *l = (const struct libssh *)t;

	return dial_moved(l->session ? ssh_get_fd(l->session) : l->connector ? connector_line(l->connector) : -1);
}

static unsigned
libssh_poll(struct transport *t, struct pollfd *fds, uint64_t *deadline)
{
	struct libssh *l = mine(t);
	uint64_t until = UINT64_MAX;

	if (t->state == TRANSPORT_CLOSED)
		return 0;
	fds[FD_FORWARDS] = (struct pollfd){ .fd = l->forwarding ? forwarding_fd(l->forwarding) : -1, .events = POLLIN };
	fds[FD_PROXY_ERRORS] = (struct pollfd){ .fd = l->proxy.err, .events = POLLIN };
	if (l->connector) {
		fds[FD_CONNECTOR] = (struct pollfd){ .fd = connector_fd(l->connector), .events = POLLIN };
		until = connector_deadline(l->connector);
		if (l->proxy.pid)
			clock_sooner(&until, clock_now_ms() + CHILD_ASKS_MS);
		else if (l->t.reached && t->target->connections)
			clock_sooner(&until, clock_now_ms() + STUCK_LOOK_MS);
	} else {
		fds[FD_SESSION] = (struct pollfd){ .fd = ssh_get_fd(l->session), .events = POLLIN };
		if (ssh_get_poll_flags(l->session) & SSH_WRITE_PENDING)
			fds[FD_SESSION].events |= POLLOUT;
		if (l->until)
			until = l->until;
		if (l->forwarding && (forwarding_busy(l->forwarding) || l->counter.in_bytes != l->served))
			until = 0;
		if (l->blocked && libssh_writable(t))
			until = 0;
		/* The read that took the last bytes may have met the end, too; then no descriptor is left that would tell. */
		if (t->state == TRANSPORT_OPEN && !ssh_is_connected(l->session))
			until = 0;
	}
	if (until < *deadline)
		*deadline = until;
	return FDS;
}

/* Sends and receives packets. */
static void
exchange(struct libssh *l)
{
	uint64_t before;
	unsigned n = 0;

	do {
		before = l->counter.in_bytes;
		(void)ssh_event_dopoll(l->event, 0);
	} while (l->counter.in_bytes - before >= PIECE && ++n < PIECES);
}

/*
 * The exit status may have come with the answer that opened the channel, before anybody listened for it: libssh has
 * kept it.  The session does not block, so this does not wait.
 */
static int
kept_status(ssh_channel channel)
{
#if LIBSSH_VERSION_INT >= SSH_VERSION_INT(0, 11, 0)
	uint32_t status;

	return ssh_channel_get_exit_state(channel, &status, NULL, NULL) == SSH_OK && status <= 255 ? (int)status : -1;
#else
	return ssh_channel_get_exit_status(channel);
#endif
}

/* What keeps the subsystem's line alive is over: by the other end, or for good. */
static void
look_for_end(struct libssh *l)
{
	struct transport *t = &l->t;

	if (t->exit_status < 0 && (ssh_channel_is_eof(l->channel) || ssh_channel_is_closed(l->channel)))
		t->exit_status = kept_status(l->channel);
	if (!ssh_is_connected(l->session)) {
		const char *text = ssh_get_error(l->session);

		if (l->eof)
			transport_close(t, TRANSPORT_END_EOF, "closed by the other end");
		else
			transport_close(t, TRANSPORT_END_LOST, "the connection broke%s%.200s", text[0] ? ": " : "", text);
	} else if (ssh_channel_is_closed(l->channel)) {
		transport_close(t, TRANSPORT_END_EOF, "closed by the other end");
	} else if (ssh_channel_is_eof(l->channel)) {
		l->eof = true;
		if (!l->until)
			l->until = clock_now_ms() + CLOSE_PATIENCE_MS;
		else if (clock_now_ms() >= l->until)
			transport_close(t, TRANSPORT_END_EOF, "closed by the other end");
	}
}

static void
serve(struct libssh *l, const struct pollfd *fds)
{
	if (fds[FD_SESSION].revents || (ssh_get_poll_flags(l->session) & SSH_WRITE_PENDING))
		exchange(l);
	l->blocked = false;
	/* every read of any channel takes packets of all of them in: then it is their turn again */
	l->served = l->counter.in_bytes;
	if (l->forwarding && ssh_is_connected(l->session) && forwarding_step(l->forwarding) < 0) {
		transport_close(&l->t, TRANSPORT_END_REFUSED, "the host refuses a remote forward");
		return;
	}
	look_for_end(l);
}

static void
libssh_step(struct transport *t, const struct pollfd *fds, unsigned count)
{
	struct libssh *l = mine(t);
	char text[2048];

	if (t->state == TRANSPORT_CLOSED || count < FDS)
		return;
	if (fds[FD_PROXY_ERRORS].revents) {
		(void)child_listen(&l->proxy, text, sizeof(text));
		if (text[0] && l->connector && !t->target->connections) {
			text[strlen(text) - 1] = '\0';
			t->asking->say(t->asking->object, text);
		}
	}
	if (l->connector)
		step_connector(l);
	else
		serve(l, fds);
	t->received = l->counter.in_bytes;
	t->forwarded = l->forwarding ? forwarding_sent(l->forwarding) : 0;
}

/*
 * Before 0.11 libssh lets 1.2 MB be on the way, and half of that when it has taken the other half; from then on 2 MB.
 * It opens the window as far as a read asks for.  Standard error is always empty (take_errors), so a read of that asks
 * for as much and takes nothing.
 */
static void
open_window(struct libssh *l)
{
#if LIBSSH_VERSION_INT < SSH_VERSION_INT(0, 11, 0)
	static unsigned char nothing[WINDOW]; /* never touched: no memory */

	if (l->widened && l->counter.in_bytes - l->widened < WINDOW_STEP)
		return;
	l->widened = l->counter.in_bytes + !l->counter.in_bytes;
	(void)ssh_channel_read_timeout(l->channel, nothing, sizeof(nothing), 1, 0);
#else
	(void)l;
#endif
}

static size_t
libssh_read(struct transport *t, void *buf, size_t cap)
{
	struct libssh *l = mine(t);
	size_t have = 0, room;
	int n;

	if (!l->channel || t->state == TRANSPORT_CONNECTING)
		return 0;
	if (cap > INT32_MAX)
		cap = INT32_MAX;
	if (t->state == TRANSPORT_OPEN)
		open_window(l);
	while (have < cap && (t->state == TRANSPORT_CLOSED || l->emptied != l->counter.in_bytes)) {
		room = cap - have;
		n = ssh_channel_read_nonblocking(l->channel, (char *)buf + have, (uint32_t)room, 0);
		have += n > 0 ? (size_t)n : 0;
		/* as of what that look itself has taken in, which may be for other channels */
		if (n < (int)room)
			l->emptied = l->counter.in_bytes;
		if (n <= 0)
			break;
	}
	if (t->state == TRANSPORT_OPEN && !have)
		look_for_end(l);
	return have;
}

static size_t
libssh_write(struct transport *t, const void *buf, size_t len)
{
	struct libssh *l = mine(t);
	uint32_t window;
	int n;

	l->blocked = !libssh_writable(t);
	if (l->blocked)
		return 0;
	window = ssh_channel_window_size(l->channel);
	if (len > window)
		len = window;
	if (len > WRITE_MAX)
		len = WRITE_MAX;
	n = ssh_channel_write(l->channel, buf, (uint32_t)len);
	l->blocked = n <= 0;
	return n > 0 ? (size_t)n : 0;
}

/*
 * The kernel sends what it has after our end, too.  Of a farewell sshd might learn before it has passed on what came
 * before that; of the end of the connection it learns after that.  A proxy's process ends with us.
 */
static bool
libssh_leave(struct transport *t)
{
	struct libssh *l = mine(t);

	l->leaves = t->state == TRANSPORT_OPEN && !l->proxy.pid && libssh_writable(t);
	return l->leaves;
}

static void
libssh_free(struct transport *t)
{
	struct libssh *l = mine(t);
	struct connector_result result;

	if (l->connector) {
		t->target->given_up += t->stuck && t->target->given_up < GIVEN_UP_MAX;
		connector_finish(l->connector, &result);
		l->session = result.session;
		l->channel = result.channel;
	}
	/* The end of a channel would be a farewell, too. */
	if (l->session && l->leaves)
		shutdown(ssh_get_fd(l->session), SHUT_WR);
	forwarding_close(l->forwarding);
	if (l->channel) {
		ssh_remove_channel_callbacks(l->channel, &l->callbacks);
		ssh_channel_free(l->channel);
	}
	if (l->event) {
		ssh_event_remove_session(l->event, l->session);
		ssh_event_free(l->event);
	}
	if (l->session) {
		/* a goodbye, if it can be said without waiting */
		if (ssh_is_connected(l->session) && t->end != TRANSPORT_END_LOST && !l->leaves)
			ssh_disconnect(l->session);
		ssh_free(l->session);
	}
	forwarding_free(l->forwarding);
	child_stop(&l->proxy);
	free(l);
}

static const struct transport_ops ops = {
	.name = "libssh", .start = libssh_start, .poll = libssh_poll, .step = libssh_step, .read = libssh_read,
	.write = libssh_write, .writable = libssh_writable, .moved = libssh_moved, .leave = libssh_leave,
	.free = libssh_free,
};

struct transport *
transport_libssh_new(void)
{
	struct libssh *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->proxy = (struct child)CHILD_NONE;
	l->t.ops = &ops;
	return &l->t;
}
