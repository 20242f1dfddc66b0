/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auth_run.h"
#include "clock.h"
#include "connector.h"
#include "dial.h"
#include "wakeup.h"
#include "hostkey.h"
#include "list.h"
#include "sshopen.h"
#include "tcptune.h"
#include "weakcrypto.h"
#include "x11_auth.h"

#define ATTEMPT_MS 1000 /* from one of ConnectionAttempts to the next */
#define STUCK_MS 3000      /* a host that says nothing for so long may have lost us */
#define PATIENCE_MS 120000 /* of one step without news, where no ConnectTimeout says so */

enum question { Q_NONE, Q_SECRET, Q_CONFIRM, Q_SAY };

struct connector {
	struct transport_target *target;
	const struct transport_asking *asking; /* the loop's: only called by it */
	struct transport_asking relay;         /* the same for the thread */
	struct sshopen_request request;
	pthread_t thread;
	struct wakeup wake;   /* the thread has news */
	struct wakeup cancel; /* the thread is to end */
	int via;    /* a proxy's descriptor, -1: TCP */
	struct connector_result result;

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t answered;
	enum question question;
	const char *text;
	bool echo;
	char *answer;
	size_t answer_cap;
	int answer_result;
	bool over, canceled, timed; /* TIMED: ConnectTimeout counts */
	bool dialed; /* LINE is a TCP connection of ours */
	int line; /* our duplicate of the connection, to shut it down by; -1: none */
	struct agent_filter *filter; /* that the thread waits for */
	uint64_t since;
	uint64_t longest; /* step so far, in milliseconds */
	char doing[256];
};

/* ---- the thread's side ---- */

static void
wake(struct connector *c)
{
	wakeup_put(&c->wake);
}

/* A stranger's text may not act on the terminal. */
static char *
cleaned(const char *text)
{
	char *copy = strdup(text);

	for (char *s = copy; s && *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\n' && *s != '\t') || *s == 127)
			*s = *s == '\r' && s[1] == '\n' ? ' ' : '?';
	return copy;
}

static int
ask(struct connector *c, enum question what, const char *text, bool echo, char *answer, size_t cap)
{
	char *clean = cleaned(text);
	int r;

	if (!clean)
		return -ENOMEM;
	pthread_mutex_lock(&c->lock);
	c->question = what;
	c->text = clean;
	c->echo = echo;
	c->answer = answer;
	c->answer_cap = cap;
	wake(c);
	while (c->question != Q_NONE && !c->canceled)
		pthread_cond_wait(&c->answered, &c->lock);
	c->question = Q_NONE;
	r = c->canceled ? -ECANCELED : c->answer_result;
	c->since = clock_now_ms();
	pthread_mutex_unlock(&c->lock);
	free(clean);
	return r;
}

static int
relay_secret(void *object, const char *prompt, bool echo, char *answer, size_t cap)
{
	return ask(object, Q_SECRET, prompt, echo, answer, cap);
}

static int
relay_confirm(void *object, const char *question, char *answer, size_t cap)
{
	return ask(object, Q_CONFIRM, question, true, answer, cap);
}

static void
relay_say(void *object, const char *text)
{
	(void)ask(object, Q_SAY, text, false, NULL, 0);
}

/* With the lock: a step is over. */
static void
note_step(struct connector *c)
{
	uint64_t took = clock_now_ms() - c->since;

	if (took > c->longest)
		c->longest = took;
}

static void
doing(struct connector *c, bool timed, const char *text)
{
	pthread_mutex_lock(&c->lock);
	snprintf(c->doing, sizeof(c->doing), "%s", text);
	note_step(c);
	/* ConnectTimeout is for all of it together; what comes later has its time anew */
	if (!timed)
		c->since = clock_now_ms();
	c->timed = timed;
	pthread_mutex_unlock(&c->lock);
	wake(c);
}

static void
set_filter(void *object, struct agent_filter *filter)
{
	struct connector *c = object;

	pthread_mutex_lock(&c->lock);
	c->filter = filter;
	if (filter && c->canceled)
		auth_agent_filter_break(filter);
	c->since = clock_now_ms();
	pthread_mutex_unlock(&c->lock);
}

static int
fail(struct connector *c, enum transport_end end, const char *why)
{
	c->result.end = end;
	if (why != c->result.why)
		snprintf(c->result.why, sizeof(c->result.why), "%s", why);
	return -1;
}

/* True when it is to be given up. */
static bool
canceled_within(struct connector *c, int ms)
{
	struct pollfd p = { .fd = c->cancel.fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

/* ConnectionAttempts: one more a second, on the first connection; later ones have the loop behind them. */
static unsigned
attempts(const struct connector *c)
{
	unsigned n = c->target->config->connection_attempts;

	return c->target->connections || !n ? 1 : n;
}

static int
dial_often(struct connector *c, char *address, size_t cap, char *why, size_t why_cap)
{
	int fd = -1;

	for (unsigned i = 0; i < attempts(c) && fd < 0; i++)
		if (i == 0 || !canceled_within(c, ATTEMPT_MS))
			fd = dial(c->target->config, c->cancel.fd, address, cap, why, why_cap);
	return fd;
}

/* The connection, which the loop can shut down from now on. */
static int
get_line(struct connector *c, char *address, size_t cap)
{
	char why[300], text[sizeof(c->doing)];
	int fd = c->via;
	bool proxy = fd >= 0;

	snprintf(text, sizeof(text), "connecting to %s", c->target->config->hostname);
	doing(c, true, text);
	c->via = -1;
	if (proxy) {
		snprintf(address, cap, "through a proxy");
	} else {
		fd = dial_often(c, address, cap, why, sizeof(why));
		if (fd < 0)
			return fail(c, TRANSPORT_END_LOST, why);
	}
	pthread_mutex_lock(&c->lock);
	c->line = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	c->dialed = c->line >= 0 && !proxy;
	pthread_mutex_unlock(&c->lock);
	wake(c);
	return fd;
}

static int
login(struct connector *c, const char *address)
{
	struct auth a = { .session = c->result.session, .target = c->target, .asking = &c->relay,
	                  .cancel = c->cancel.fd, .waiting = set_filter, .object = c };
	int r;

	weakcrypto_warn(a.session, c->target, &c->relay);
	doing(c, false, "checking the host's key");
	r = hostkey_check(a.session, c->target, address, &c->relay, &a.weak, c->result.why, sizeof(c->result.why));
	if (r < 0)
		return fail(c, TRANSPORT_END_REFUSED, c->result.why);
	c->result.weak = a.weak;
	doing(c, false, "logging in");
	r = auth_run(&a);
	if (r < 0)
		return fail(c, r == -ECONNRESET ? TRANSPORT_END_LOST : r == -EAGAIN ? TRANSPORT_END_TAKES_SSH
		                                                                      : TRANSPORT_END_REFUSED, a.why);
	return 0;
}

/* The subsystem, or the command in its place. */
static int
open_channel(struct connector *c)
{
	struct connector_result *to = &c->result;
	int r;

	doing(c, false, "opening the session");
	c->request.weak = to->weak;
	x11_prepare(c->target, &c->relay, c->cancel.fd);
	r = sshopen_channel(&c->request, to->session, &to->channel, to->why, sizeof(to->why));
	if (r == -ENOSYS && c->request.what == TRANSPORT_SUBSYSTEM && c->request.command) {
		c->request.what = TRANSPORT_EXEC;
		r = sshopen_channel(&c->request, to->session, &to->channel, to->why, sizeof(to->why));
	}
	to->what = c->request.what;
	return r < 0 ? fail(c, r == -ENOSYS ? TRANSPORT_END_NO_SUBSYSTEM : TRANSPORT_END_LOST, to->why) : 0;
}

/* What an error of sshopen_session's means. */
static enum transport_end
end_of(int r)
{
	switch (r) {
	case -ENOTSUP: return TRANSPORT_END_NEEDS_SSH;
	case -EAGAIN: return TRANSPORT_END_TAKES_SSH;
	case -EINVAL: return TRANSPORT_END_REFUSED;
	default: return TRANSPORT_END_LOST;
	}
}

static int
connect_all(struct connector *c)
{
	char address[64] = "?";
	int fd = get_line(c, address, sizeof(address)), r;

	if (fd < 0)
		return -1;
	r = sshopen_session(&c->request, fd, &c->result.session, c->result.why, sizeof(c->result.why));
	if (r < 0)
		return fail(c, end_of(r), c->result.why);
	return login(c, address) < 0 ? -1 : open_channel(c);
}

static void *
thread_main(void *object)
{
	struct connector *c = object;

	if (connect_all(c) < 0) {
		ssh_channel_free(c->result.channel);
		ssh_free(c->result.session);
		c->result.channel = NULL;
		c->result.session = NULL;
	}
	pthread_mutex_lock(&c->lock);
	note_step(c);
	c->over = true;
	pthread_mutex_unlock(&c->lock);
	wake(c);
	return NULL;
}

/* ---- the loop's side ---- */

static void
destroy(struct connector *c)
{
	if (c->line >= 0)
		close(c->line);
	if (c->via >= 0)
		close(c->via);
	wakeup_close(&c->wake);
	wakeup_close(&c->cancel);
	free(c->request.command);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->answered);
	free(c);
}

/* No signal of the process is for the thread. */
static int
start_thread(struct connector *c)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&c->thread, NULL, thread_main, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

struct connector *
connector_start(struct transport_target *target, const struct transport_asking *asking, enum transport_request what,
                const char *command, struct child *proxy, int *error)
{
	struct connector *c = calloc(1, sizeof(*c));
	int r = 0;

	if (!c) {
		*error = -ENOMEM;
		return NULL;
	}
	c->target = target;
	c->asking = asking;
	c->relay = (struct transport_asking){ c, relay_secret, relay_confirm, relay_say };
	c->line = c->via = -1;
	c->since = clock_now_ms();
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->answered, NULL);
	c->wake = c->cancel = (struct wakeup)WAKEUP_NONE;
	if (wakeup_open(&c->wake) < 0 || wakeup_open(&c->cancel) < 0 ||
	    (command && !(c->request.command = strdup(command))))
		r = -ENOMEM;
	c->request.target = target;
	c->request.asking = &c->relay;
	c->request.what = what;
	c->request.cancel = c->cancel.fd;
	if (r == 0 && proxy) {
		c->via = proxy->fd;
		proxy->fd = -1;
	}
	if (r == 0)
		r = start_thread(c);
	if (r < 0) {
		destroy(c);
		*error = r;
		return NULL;
	}
	return c;
}

int
connector_fd(const struct connector *c)
{
	return c->wake.fd;
}

int
connector_line(const struct connector *c)
{
	struct connector *m = (struct connector *)(uintptr_t)c;
	int line;

	pthread_mutex_lock(&m->lock);
	line = c->dialed ? c->line : -1;
	pthread_mutex_unlock(&m->lock);
	return line;
}

bool
connector_stuck(const struct connector *c)
{
	struct transport_target *t = c->target;
	int line = connector_line(c);
	long quiet = line >= 0 && t->connections ? tcptune_quiet(line) : -1;
	uint64_t patience = t->step_ms * 3 / 2 > STUCK_MS ? t->step_ms * 3 / 2 : STUCK_MS;
	bool asks;

	pthread_mutex_lock(&((struct connector *)(uintptr_t)c)->lock);
	asks = c->question != Q_NONE || c->filter || clock_now_ms() - c->since < patience;
	pthread_mutex_unlock(&((struct connector *)(uintptr_t)c)->lock);
	return !asks && quiet >= 0 && (uint64_t)quiet >= patience << t->given_up;
}

uint64_t
connector_deadline(const struct connector *c)
{
	struct connector *m = (struct connector *)(uintptr_t)c;
	unsigned timeout = c->target->config->connect_timeout;
	uint64_t until;

	pthread_mutex_lock(&m->lock);
	if (c->question != Q_NONE || c->filter)
		until = UINT64_MAX; /* the person's time */
	else
		until = c->since + (c->timed && timeout ? attempts(c) * (timeout * UINT64_C(1000) + ATTEMPT_MS) -
		                                          ATTEMPT_MS : PATIENCE_MS);
	pthread_mutex_unlock(&m->lock);
	return until;
}

/* The thread waits in ask(), so what the question points to stays. */
static int
put_question(struct connector *c, enum question what)
{
	const struct transport_asking *a = c->asking;

	switch (what) {
	case Q_SECRET: return a->secret(a->object, c->text, c->echo, c->answer, c->answer_cap);
	case Q_CONFIRM: return a->confirm(a->object, c->text, c->answer, c->answer_cap);
	case Q_SAY: a->say(a->object, c->text); return 0;
	case Q_NONE: break;
	}
	return 0;
}

bool
connector_step(struct connector *c, char *text, size_t cap)
{
	enum question what;
	bool over;
	int r;

	wakeup_take(&c->wake);
	pthread_mutex_lock(&c->lock);
	what = c->question;
	over = c->over;
	snprintf(text, cap, "%s", c->doing);
	pthread_mutex_unlock(&c->lock);
	if (what == Q_NONE)
		return over;
	r = put_question(c, what);
	pthread_mutex_lock(&c->lock);
	c->answer_result = r;
	c->question = Q_NONE;
	pthread_cond_signal(&c->answered);
	pthread_mutex_unlock(&c->lock);
	return false;
}

void
connector_finish(struct connector *c, struct connector_result *result)
{
	pthread_mutex_lock(&c->lock);
	if (!c->over) {
		c->canceled = true;
		wakeup_put(&c->cancel);
		if (c->line >= 0)
			shutdown(c->line, SHUT_RDWR);
		if (c->filter)
			auth_agent_filter_break(c->filter);
		pthread_cond_signal(&c->answered);
	}
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	*result = c->result;
	if (result->session)
		c->target->step_ms = c->longest;
	destroy(c);
}
