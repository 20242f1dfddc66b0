/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "brought.h"
#include "clock.h"
#include "enter_why.h"
#include "frame_session.h"
#include "hopping.h"
#include "log.h"
#include "pstitle.h"
#include "vouching.h"

#define PATIENCE_MS 5000 /* LoginTimeout if holdfastd does not tell it */

/* Where the login is; there is one login in a process. */
static struct {
	struct frame_redirect to;
	struct hopping client;
	bool told; /* it is not there: a framed client has been told to go */
} now;

/* "session work (3)LINKlogin3", for people; TO comes from another node. */
static void
name_it(const struct frame_redirect *to, const char *link, char text[TEXT_CAP])
{
	char name[NAME_CAP * 4], node[NODE_CAP * 2];

	log_escape(name, sizeof name, to->name);
	log_escape(node, sizeof node, to->node);
	if (name[0])
		snprintf(text, TEXT_CAP, "session %s (%u)%s%s", name, to->id, link, node);
	else
		snprintf(text, TEXT_CAP, "session %u%s%s", to->id, link, node);
}

/* What the framed client has said, for the other node: which session it wants there is known now. */
static int
fill_frames(const struct enter *e, const struct frame_redirect *to, enum hopmsg_how how, struct hopping_to *h)
{
	static unsigned char buf[HOPMSG_FRAMES_MAX];
	static struct frame_attach m; /* large */
	struct frame_hello hello = { .lowest = e->q->lowest, .highest = e->q->highest };
	int n, rest;

	snprintf(hello.features, sizeof hello.features, "%s", e->q->features ? e->q->features : "");
	m = *e->q->framed;
	if (m.mode != FRAME_STREAM)
		m.mode = how == HOPMSG_JOIN ? FRAME_JOIN : FRAME_TAKE;
	m.flags = (m.flags & ~(uint32_t)FRAME_RELAY) | FRAME_MUST_EXIST | (how == HOPMSG_RESUME ? FRAME_IF_DROPPED : 0);
	m.command[0] = m.name[0] = '\0';
	snprintf(m.want, sizeof m.want, "%u", to->id);
	n = frame_put_hello(FRAME_HELLO, &hello, buf, sizeof buf);
	rest = n < 0 ? n : frame_put_attach(&m, buf + n, sizeof buf - (size_t)n);
	if (rest < 0)
		return rest;
	h->frames = buf;
	h->frames_len = (size_t)(n + rest);
	h->order.flags |= HOPMSG_FRAMED;
	return 0;
}

/* 0 or -ENOMEM; H->env is borrowed, good until the next hop. */
static int
fill_environment(const struct enter *e, struct hopping_to *h)
{
	static struct envlist env = ENVLIST_INIT;
	int rc;

	h->env = e->claim.env.v;
	if (e->q->hook)
		return 0;
	envlist_free(&env);
	rc = brought_environment(&env);
	h->env = env.v;
	return rc;
}

static int
fill(const struct enter *e, const struct frame_redirect *to, enum hopmsg_how how, struct hopping_to *h)
{
	int rc;

	*h = (struct hopping_to){ .address = to->address, .user = e->user, .tty = e->q->tty, .in = e->q->in,
		                  .out = e->q->out, .ticket = e->q->ticket };
	h->order = (struct hopmsg_order){ .how = how, .session = to->id,
		                          .flags = e->q->flags & ATTACH_FLAG_READONLY ? HOPMSG_READONLY : 0 };
	memcpy(h->order.boot, to->boot, sizeof h->order.boot);
	memcpy(h->order.node, to->node, sizeof h->order.node);
	memcpy(h->order.unique, to->unique, sizeof h->order.unique);
	memcpy(h->order.pool, e->pool.health.pool, sizeof h->order.pool);
	memcpy(h->order.from, e->pool.health.node, sizeof h->order.from);
	rc = e->user[0] ? fill_environment(e, h) : -EINVAL;
	return !rc && e->q->framed ? fill_frames(e, to, how, h) : rc;
}

/* Why the login did not get there, for enter_far_say; the result for hop_begin's caller. */
static int
missed(struct enter *e, const struct frame_redirect *to, int rc, const struct hopmsg_report *said)
{
	char it[TEXT_CAP], why[TEXT_CAP];

	if (rc == -EINTR)
		return rc;
	name_it(to, " is on ", it);
	log_escape(why, sizeof why, said->text);
	e->far_code = rc == -ECONNREFUSED ? said->value : 0;
	/* A client that comes back is told in that node's words. */
	if (e->far_code && e->q->relay && e->want[0]) {
		snprintf(e->far, sizeof e->far, "%s", why);
		return -EREMOTE;
	}
	if (e->far_code == FRAME_E_BUSY || e->far_code == FRAME_E_NO_SESSION)
		return -ENOENT;
	if (rc == -ECONNREFUSED)
		snprintf(e->far, sizeof e->far, "your %.150s, and cannot be had: %.250s", it, why);
	else if (rc == -ENOEXEC)
		snprintf(e->far, sizeof e->far, "your %.150s, and this node has no client to go there (package "
		         "holdfast-client)", it);
	else if (rc == -ETIME)
		snprintf(e->far, sizeof e->far, "your %.150s, and there was no time left to go there", it);
	else if (rc == -ETIMEDOUT)
		snprintf(e->far, sizeof e->far, "your %.150s, which does not answer", it);
	else
		snprintf(e->far, sizeof e->far, "your %.150s, and cannot be had: %s", it, strerror(-rc));
	return rc == -ENOENT ? -EIO : rc;
}

static void
restore_terminal(const struct enter *e)
{
	if (e->have_saved && !e->waiting.hangup)
		tcsetattr(e->fds[0], TCSADRAIN, &e->saved);
}

/* The login goes on here, and needs a helper again. */
static void
ask_again(struct enter *e)
{
	if (e->vouching.facts.type == VOUCH_FACTS)
		e->err = vouching_ask(&e->vouching, &e->q->ticket, &e->waiting);
}

static int
go(struct enter *e, enum hopmsg_how how, unsigned patience_ms)
{
	struct hopmsg_report said = { .type = 0 };
	struct hopping_to order;
	int rc = fill(e, &now.to, how, &order);

	vouching_close(&e->vouching);
	if (!rc)
		rc = hopping_start(&now.client, &order, patience_ms, &e->waiting, &said);
	if (!rc) {
		e->hopped = true;
		return 0;
	}
	restore_terminal(e);
	rc = missed(e, &now.to, rc, &said);
	if (rc != -EINTR)
		ask_again(e);
	return rc;
}

static unsigned
login_patience(const struct enter *e)
{
	return e->vouching.facts.login_timeout_ms ? e->vouching.facts.login_timeout_ms : PATIENCE_MS;
}

unsigned
hop_patience(const struct enter *e)
{
	unsigned ms = e->vouching.facts.pool_timeout_ms ? e->vouching.facts.pool_timeout_ms : POOL_TIMEOUT_MS;

	return ms < login_patience(e) ? ms : login_patience(e);
}

static unsigned
patience(const struct enter *e, bool named)
{
	return named ? login_patience(e) : e->far_ms;
}

static enum hopmsg_how
how_to(const struct enter *e, bool named)
{
	return !named ? HOPMSG_RESUME : e->q->mode == ATTACH_MODE_TAKE ? HOPMSG_TAKE : HOPMSG_JOIN;
}

/* The login has come for no session by its name, and is not kept waiting for each one that may be its own. */
static int
go_unasked(struct enter *e)
{
	struct hopmsg_report none = { .type = 0 };
	uint64_t began = clock_now_ms(), took;
	int rc;

	if (e->far_ms < HOP_LEAST_MS)
		return missed(e, &now.to, -ETIME, &none);
	rc = go(e, how_to(e, false), patience(e, false));
	took = clock_now_ms() - began;
	e->far_ms -= took < e->far_ms ? (unsigned)took : e->far_ms;
	return rc;
}

int
hop_begin(struct enter *e, const struct pool_entry *s, bool named)
{
	now.told = e->q->redirects && !e->q->relay;
	now.to = (struct frame_redirect){ .id = s->id };
	snprintf(now.to.address, sizeof now.to.address, "%s", s->address);
	snprintf(now.to.node, sizeof now.to.node, "%s", s->node);
	snprintf(now.to.unique, sizeof now.to.unique, "%s", s->unique);
	snprintf(now.to.name, sizeof now.to.name, "%s", s->name);
	memcpy(now.to.boot, s->boot, sizeof now.to.boot);
	if (now.told) {
		e->hopped = true;
		return 0;
	}
	if (named)
		return go(e, how_to(e, named), patience(e, named));
	return go_unasked(e);
}

int
hop_begin_relay(struct enter *e)
{
	bool named = e->want[0];

	now.told = false;
	now.to = *e->q->relay;
	e->far_ms = hop_patience(e);
	return go(e, how_to(e, named), patience(e, named));
}

/* Where the terminal goes next; a name without a node is of the node that it comes from.  Whether it can go there. */
static bool
switch_to(struct enter *e, const char *text)
{
	const char *colon = strchr(text, ':'), *want = colon ? colon + 1 : text, *node = now.to.node;
	size_t len = colon ? (size_t)(colon - text) : strlen(node);

	if (colon)
		node = text;
	else if (strcmp(text, "new") == 0)
		len = 0;
	if (len >= sizeof e->node || strlen(want) >= sizeof e->want || !*want)
		return false;
	memcpy(e->node, node, len);
	e->node[len] = '\0';
	memcpy(e->want, want, strlen(want) + 1);
	e->back[0] = '\0';
	e->switched = true;
	/* It has been a while. */
	poolask_free(&e->pool);
	e->pool_asked = false;
	return true;
}

static void
say_detached(struct enter *e, uint32_t reason, const char *it)
{
	char text[TEXT_CAP];

	if (reason == FRAME_D_TAKEN)
		snprintf(text, sizeof text, "%.200s has been taken over by another login", it);
	else if (reason == FRAME_D_IDLE)
		snprintf(text, sizeof text, "detached from %.200s: nobody has typed for too long", it);
	else
		snprintf(text, sizeof text, "detached from %.200s", it);
	enter_set_outcome(e, ENTER_DETACHED, text);
}

/* The session is lost for this login, which goes on in a new one here, if a shell is what it came for. */
static bool
go_on_here(struct enter *e, const char *it, const char *said)
{
	char why[TEXT_CAP];

	log_escape(why, sizeof why, said[0] ? said : "the program that went there has died");
	if (e->q->must_exist || !e->q->hook) {
		snprintf(e->far, sizeof e->far, "%.150s: %.300s", it, why);
		enter_set_outcome(e, ENTER_LOST, e->far);
		e->far[0] = '\0';
		return false;
	}
	snprintf(e->far, sizeof e->far, "your %.150s: %.300s", it, why);
	snprintf(e->want, sizeof e->want, "new");
	e->node[0] = '\0';
	return true;
}

/* The login has left the session with the client's last word SAID.  Whether another one is to be entered. */
static bool
leave(struct enter *e, const struct hopmsg_report *said)
{
	char it[TEXT_CAP];

	name_it(&now.to, " on ", it);
	switch (said->type) {
	case HOPMSG_EXIT:
		enter_set_outcome(e, said->signaled ? ENTER_SIGNAL : ENTER_EXIT, "");
		e->res->value = (int)said->value;
		return false;
	case HOPMSG_SWITCH:
		if (switch_to(e, said->text))
			return true;
		say_detached(e, said->value, it);
		return false;
	case HOPMSG_DETACHED:
		say_detached(e, said->value, it);
		return false;
	default:
		return go_on_here(e, it, said->text);
	}
}

bool
hop_stay(struct enter *e)
{
	struct hopmsg_report said = { .type = 0 };
	int rc;

	e->hopped = false;
	if (now.told) {
		e->res->outcome = ENTER_ELSEWHERE;
		e->res->elsewhere = now.to;
		return false;
	}
	enter_say_told(e);
	pstitle_session(e->user, now.to.id);
	pstitle_role(now.to.node);
	e->res->session = now.to.id;
	rc = hopping_wait(&now.client, &e->waiting, &said);
	restore_terminal(e);
	if (rc == -EINTR) {
		enter_set_outcome(e, ENTER_LOST, "");
		return false;
	}
	/* A framed client and the other node's keeper have said all to each other. */
	if (e->q->framed) {
		enter_set_outcome(e, ENTER_DETACHED, "");
		return false;
	}
	if (rc)
		said = (struct hopmsg_report){ .type = HOPMSG_FAILED };
	return leave(e, &said);
}
