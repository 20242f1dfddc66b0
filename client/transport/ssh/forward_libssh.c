/* SPDX-License-Identifier: MIT */
/*
 * forward_libssh: connections come in (from our listeners, from the host) and become relays; see
 * forward_relay.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/server.h> /* messages of the other end: they are for clients too */

#include "auth_agent.h"
#include "auth_agent_bind.h"
#include "clock.h"
#include "forward_libssh.h"
#include "forward_relay.h"
#include "newfd.h"
#include "pollset.h"

#define EVENTS 64

struct forwarding {
	ssh_session session;
	struct forwards *fs;
	const struct sshconfig *c;
	const struct transport_asking *asking;
	bool first;
	const char *agent;
	char agent_buf[256];
	const struct x11 *x11;
	struct pollset *set;
	bool ready[FORWARD_LISTENERS_MAX]; /* somebody may be in the queue */
	int bound[FORWARDS_MAX];           /* of -R: the port at the other end; 0: not asked for or refused */
	unsigned asked;                    /* -R up to here are answered */
	struct relay *relays;
	unsigned count;
	uint64_t sent;
	bool busy;
	bool blocked; /* a relay waits until libssh has sent what it has */
	struct ssh_callbacks_struct callbacks;
};

static struct relay *
add_relay(struct forwarding *f)
{
	struct relay *r = f->count < FORWARD_RELAYS_MAX ? relay_new(f->session, f->set) : NULL;

	if (r) {
		r->next = f->relays;
		f->relays = r;
		f->count++;
	}
	return r;
}

/* ---- from the host; these are called by libssh while it reads, and may free nothing of libssh's ---- */

static ssh_channel
agent_wanted(ssh_session session, void *object)
{
	struct forwarding *f = object;
	struct relay *r;
	int fd;

	if (!f->agent || (fd = auth_agent_connect(f->agent)) < 0)
		return NULL;
	r = fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? NULL : add_relay(f);
	if (!r) {
		close(fd);
		return NULL;
	}
	r->channel = ssh_channel_new(session);
	r->out.len = auth_agent_bind_message(true, r->out.data);
	r->answer_due = true;
	relay_flow(r, fd);
	f->busy = true;
	return r->channel;
}

static ssh_channel
x11_wanted(ssh_session session, const char *address, int port, void *object)
{
	struct forwarding *f = object;
	struct relay *r = f->x11 && clock_now_ms() < f->x11->refuse_from ? add_relay(f) : NULL;

	(void)address, (void)port;
	if (!r)
		return NULL;
	r->channel = ssh_channel_new(session);
	relay_connect_x11(r, f->x11);
	f->busy = true;
	return r->channel;
}

static const struct forward *
find_remote(const struct forwarding *f, int port)
{
	for (unsigned i = 0; i < f->asked; i++)
		if (f->bound[i] == port && port)
			return &f->fs->v[i];
	return NULL;
}

/* 0: dealt with; 1: libssh refuses it. */
static int
message(ssh_session session, ssh_message m, void *object)
{
	struct forwarding *f = object;
	const struct forward *spec;
	struct relay *r;

	(void)session;
	if (ssh_message_type(m) != SSH_REQUEST_CHANNEL_OPEN || ssh_message_subtype(m) != SSH_CHANNEL_FORWARDED_TCPIP)
		return 1;
	spec = find_remote(f, ssh_message_channel_request_open_destination_port(m));
	r = spec ? add_relay(f) : NULL;
	if (!r)
		return 1;
	r->channel = ssh_message_channel_request_open_reply_accept(m);
	relay_connect(r, spec, f->c->permit_remote_open);
	f->busy = true;
	return 0;
}

/* ---- from here ---- */

static void
accept_all(struct forwarding *f, unsigned i)
{
	const struct forward *spec = &f->fs->v[f->fs->listeners[i].forward];
	struct relay *r;
	int fd;

	while (f->ready[i] && f->count < FORWARD_RELAYS_MAX) {
		fd = newfd_accept(f->fs->listeners[i].fd);
		if (fd < 0) {
			/* out of descriptors: the next one that ends makes room, and busy() tries again */
			f->ready[i] = errno == EMFILE || errno == ENFILE || errno == ECONNABORTED || errno == EINTR;
			if (!f->ready[i])
				pollset_again(f->set, f->fs->listeners[i].fd, POLLSET_READABLE);
			return;
		}
		r = add_relay(f);
		if (r)
			relay_accepted(r, fd, spec);
		else
			close(fd);
		f->sent++; /* the host is asked for a channel */
	}
}

static void
say_remote(struct forwarding *f, const struct forward *spec, int bound, bool good)
{
	char text[400];

	if (good && spec->port)
		return;
	if (good)
		snprintf(text, sizeof(text), "Port %d of the host is forwarded to %.200s:%u", bound, spec->host, spec->host_port);
	else
		snprintf(text, sizeof(text), "The host does not forward its port %u", spec->port);
	f->asking->say(f->asking->object, text);
}

/* Asks for the next -R, or looks whether there is an answer: -1 when one is refused that must not be. */
static int
ask_remote(struct forwarding *f)
{
	const struct forward *spec;
	const char *address;
	int r, bound;

	for (; f->asked < f->fs->count; f->asked++) {
		spec = &f->fs->v[f->asked];
		if (spec->kind != FORWARD_REMOTE || spec->path[0])
			continue;
		address = spec->any_address ? "" : spec->bind[0] ? spec->bind : "localhost";
		bound = (int)spec->port;
		r = ssh_channel_listen_forward(f->session, address, (int)spec->port, &bound);
		if (r == SSH_AGAIN)
			return 0;
		if (r == SSH_OK)
			f->bound[f->asked] = spec->port ? (int)spec->port : bound;
		if (f->first || r != SSH_OK)
			say_remote(f, spec, bound, r == SSH_OK);
		if (r != SSH_OK && f->c->exit_on_forward_failure)
			return -1;
	}
	return 0;
}

/* Which listener the object of an event is; -1: a relay. */
static int
which_listener(const struct forwarding *f, const void *object)
{
	for (int i = 0; i < FORWARD_LISTENERS_MAX; i++)
		if (object == &f->ready[i])
			return i;
	return -1;
}

static void
take_events(struct forwarding *f)
{
	struct pollset_event v[EVENTS];
	size_t n = pollset_take(f->set, v, EVENTS);

	for (size_t i = 0; i < n; i++) {
		int listener = which_listener(f, v[i].object);

		if (listener >= 0)
			f->ready[listener] = true;
		else
			relay_event(v[i].object, v[i].what);
	}
	f->busy = n == EVENTS;
}

int
forwarding_step(struct forwarding *f)
{
	struct relay **p, *r;

	take_events(f);
	f->blocked = false;
	if (ask_remote(f) < 0)
		return -1;
	for (unsigned i = 0; i < f->fs->listening; i++)
		accept_all(f, i);
	for (p = &f->relays; (r = *p);) {
		uint64_t before = r->sent;

		if (relay_step(r))
			f->busy = true;
		f->sent += r->sent - before;
		f->blocked = f->blocked || relay_blocked(r);
		if (r->state == RELAY_DEAD) {
			*p = r->next;
			relay_free(r);
			f->count--;
			f->busy = true; /* who waits in a queue has room now */
		} else {
			p = &r->next;
		}
	}
	return 0;
}

bool
forwarding_busy(const struct forwarding *f)
{
	/* libssh sends in any call, and does not tell */
	return f->busy || (f->blocked && !(ssh_get_poll_flags(f->session) & SSH_WRITE_PENDING));
}

uint64_t
forwarding_sent(const struct forwarding *f)
{
	return f->sent;
}

int
forwarding_fd(const struct forwarding *f)
{
	return pollset_fd(f->set);
}

static int
watch_listeners(struct forwarding *f)
{
	for (unsigned i = 0; i < f->fs->listening; i++) {
		int rc = pollset_add(f->set, f->fs->listeners[i].fd, POLLSET_READABLE, &f->ready[i]);

		f->ready[i] = true;
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The path of the agent that the host may use. */
static void
take_agent(struct forwarding *f)
{
	const char *from = f->c->forward_agent;
	size_t cap = sizeof(f->agent_buf);

	if (!from)
		return;
	if (strcmp(from, "yes") == 0) {
		f->agent = auth_agent_path(f->c, f->agent_buf, cap) == 0 ? f->agent_buf : NULL;
		return;
	}
	if (from[0] == '$')
		from = getenv(from + 1);
	if (from && snprintf(f->agent_buf, cap, "%s", from) < (int)cap)
		f->agent = f->agent_buf;
}

struct forwarding *
forwarding_new(ssh_session session, struct forwards *fs, const struct sshconfig *c,
               const struct transport_asking *asking, bool first)
{
	struct forwarding *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->session = session;
	f->fs = fs;
	f->c = c;
	f->asking = asking;
	f->first = first;
	f->busy = true;
	take_agent(f);
	f->set = pollset_new();
	if (!f->set || watch_listeners(f) < 0) {
		forwarding_free(f);
		return NULL;
	}
	f->callbacks.userdata = f;
	f->callbacks.channel_open_request_auth_agent_function = agent_wanted;
	f->callbacks.channel_open_request_x11_function = x11_wanted;
	ssh_callbacks_init(&f->callbacks);
	ssh_set_callbacks(session, &f->callbacks);
	ssh_set_message_callback(session, message, f);
	return f;
}

void
forwarding_x11(struct forwarding *f, const struct x11 *x)
{
	f->x11 = x;
}

void
forwarding_close(struct forwarding *f)
{
	struct relay *r;

	if (!f)
		return;
	ssh_set_message_callback(f->session, NULL, NULL);
	f->agent = NULL;
	f->x11 = NULL;
	while ((r = f->relays)) {
		f->relays = r->next;
		relay_free(r);
	}
}

void
forwarding_free(struct forwarding *f)
{
	if (!f)
		return;
	pollset_free(f->set);
	free(f);
}
