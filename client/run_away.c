/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "exit_status.h"
#include "factory.h"
#include "link_open.h"
#include "link_time.h"
#include "run_ahead.h"
#include "run_attach.h"
#include "run_away.h"
#include "run_close.h"
#include "run_end.h"
#include "run_fallback.h"
#include "run_hop.h"
#include "run_notice.h"
#include "run_output.h"
#include "run_paste.h"
#include "run_redirect.h"
#include "run_send.h"

#define STORM_MS 500u      /* changes of the network start an attempt at most this often, */
#define STORM_BURST 4u     /* but so many at once: an interface comes up in steps and works after the last one */
#define ATTEMPT_MS 20000u  /* an attempt without questions may take so long to open its channel */
#define WRONG_MAX 5        /* connections in a row that broke the protocol */

static uint32_t
idle_ms(const struct run *r)
{
	unsigned s = r->config->server_alive_interval;

	return s && s < 86400 ? s * 1000 : LINK_IDLE_MS;
}

static void
connect_anew(struct run *r, uint64_t now)
{
	r->last_try = now;
	r->retry_at = now + backoff_attempt(&r->backoff);
	r->asked = r->asking->asked;
	r->fresh = link_open(r->target, &r->asking->ops, r->request, idle_ms(r), run_attach_first(r));
	if (!r->fresh)
		run_end(r, STATUS_FAILED, "out of memory");
}

static void
away_since(struct run *r, uint64_t since, const char *reason)
{
	if (!r->away) {
		r->away = since;
		r->reason[0] = '\0';
	}
	if (reason)
		snprintf(r->reason, sizeof r->reason, "%s", reason);
}

/*
 * ATTACH does not wait for the host's HELLO.  A command is not started twice for that: who ends the connection without
 * an answer has not read ATTACH either, and else the client tries in no other way (run_may_fall_back).
 */
static bool
may_attach(const struct run *r, const struct link *l)
{
	if (r->o->no_session || r->closing || l->asked_attach || l->phase == LINK_CONNECTING || l->phase == LINK_DEAD)
		return false;
	if (r->hop || r->go.told)
		return l->phase >= LINK_READY;
	/* What is refused here is so when the host is known to be there. */
	return l->phase >= LINK_READY || !r->o->command || strlen(r->o->command) <= FRAME_COMMAND_MAX;
}

/* 127 is a shell's "not found".  With the subsystem the command of --transport may be what is missing. */
static bool
has_no_holdfast(const struct link *l)
{
	const struct transport *t = l->transport;

	if (t->state != TRANSPORT_CLOSED)
		return false;
	return t->end == TRANSPORT_END_NO_SUBSYSTEM ||
	       (t->exit_status == 127 && (t->end == TRANSPORT_END_EOF || t->what == TRANSPORT_EXEC));
}

/* The next connection is another kind of attempt, and not a repetition. */
static void
at_once(struct run *r)
{
	backoff_success(&r->backoff);
	r->retry_at = clock_now_ms();
}

/* The first connection failed: as ssh, we don't try again. */
static void
failed_first(struct run *r, struct link *l)
{
	l->transport->kept = has_no_holdfast(l) || run_may_fall_back(r, l);
	if (has_no_holdfast(l) && l->transport->what == TRANSPORT_SUBSYSTEM) {
		r->request = TRANSPORT_EXEC;
		at_once(r);
		return;
	}
	if (has_no_holdfast(l)) {
		run_has_none(r);
		return;
	}
	if (run_may_fall_back(r, l))
		run_fall_back(r, l->why);
	else if (l->asked_attach && r->o->command)
		run_end(r, STATUS_FAILED, "%s: %s; the command may have started: check with holdfast --list %s",
		        target_name(r->target), l->why, target_name(r->target));
	else
		run_end(r, STATUS_FAILED, "%s: %s", target_name(r->target), l->why);
}

static void
failed_again(struct run *r, struct link *l)
{
	bool no_use = l->refused || (l->transport->state == TRANSPORT_CLOSED &&
	              l->transport->end == TRANSPORT_END_NO_SUBSYSTEM);

	away_since(r, clock_now_ms(), l->why);
	if (!l->opened)
		clock_sooner(&r->retry_at, r->last_try + backoff_cheap(&r->backoff));
	r->wrong = l->wrong ? r->wrong + 1 : 0;
	run_redirect_turn(r);
	if (r->wrong >= WRONG_MAX || (no_use && !r->input_terminal))
		run_leave(r, STATUS_FAILED, l->why);
	else if (no_use)
		r->stopped = true;
}

/* Whether there ever was a connection to come back to. */
static bool
ever(const struct run *r)
{
	return r->stream.attached || r->away;
}

static void
fresh_died(struct run *r)
{
	struct link *l = r->fresh;

	r->fresh = NULL;
	if (r->done || r->stream.ended || run_redirect_back(r))
		;
	else if (r->closing)
		run_closed(r);
	else if (transport_turns_to_ssh(l->transport))
		at_once(r);
	else if (ever(r))
		failed_again(r, l);
	else
		failed_first(r, l);
	link_free(l);
}

static void
link_died(struct run *r)
{
	struct link *l = r->link;

	r->link = NULL;
	if (r->closing) {
		run_closed(r);
	} else if (!r->done && !r->stream.ended) {
		away_since(r, l->silent && l->unanswered ? l->unanswered : clock_now_ms(), l->why);
		r->wrong = l->wrong ? r->wrong + 1 : r->wrong;
		if (r->wrong >= WRONG_MAX)
			run_leave(r, STATUS_FAILED, l->why);
	} else if (r->finishing) {
		r->done = true;
	}
	link_free(l);
}

/* The link lives after all: the second connection is dropped, unless it has asked for the session already. */
static void
link_alive(struct run *r)
{
	if (r->fresh && r->fresh->asked_attach)
		return;
	if (r->fresh)
		link_trusted(r->link);
	link_free(r->fresh);
	r->fresh = NULL;
	r->away = 0;
	r->stopped = r->said = false;
	run_notice_gone(r);
	run_paste_over(r);
	run_repair(r);
}

void
run_promote(struct run *r)
{
	uint64_t away = r->away;

	link_free(r->link);
	r->link = r->fresh;
	r->fresh = NULL;
	r->request = r->link->transport->what;
	r->away = 0;
	if (r->said && away)
		run_say(r, "%s is back after %llu s", target_name(r->target),
		        (unsigned long long)((clock_now_ms() - away) / 1000));
	r->stopped = r->said = false;
	run_notice_gone(r);
	run_paste_over(r);
	clock_sooner(&r->retry_at, r->last_try + BACKOFF_FIRST_MS);
	if (r->on_attached) {
		r->on_attached();
		if (!r->hop)
			run_has_one(r);
	}
	r->on_attached = NULL;
}

static void
look_at_fresh(struct run *r, uint64_t now)
{
	struct link *l = r->fresh;
	bool ready;

	if (run_child_asks(r))
		r->last_try = now;
	if (l->phase == LINK_CONNECTING && ever(r) && now >= r->last_try + ATTEMPT_MS) {
		if (r->asked == r->asking->asked)
			link_fail(l, "no connection within %u seconds", ATTEMPT_MS / 1000);
		r->asked = r->asking->asked;
		r->last_try = now;
	}
	if (now >= run_redirect_due(r))
		link_fail(l, "no answer");
	link_tick(l, now);
	if (l->silent || (l->phase == LINK_CONNECTING && l->transport->stuck && r->asked == r->asking->asked))
		link_fail(l, "no answer");
	/* It is found out here that a connection has led to another host than the one that was meant. */
	ready = l->phase != LINK_DEAD && may_attach(r, l) && run_hop_may_attach(r, l) && run_redirect_may_attach(r, l);
	if (l->phase == LINK_DEAD)
		fresh_died(r);
	else if (l->asks_itself)
		l->asks_itself = false, run_ahead_begin(r, l);
	else if (ready)
		run_attach(r, l);
	else if (r->o->no_session && l->phase == LINK_READY)
		run_promote(r);
}

static void
look_at_link(struct run *r, uint64_t now)
{
	struct link *l = r->link;

	if (link_due(l) <= now && !l->unanswered)
		link_input_rest(&r->stream.input);
	link_tick(l, now);
	if (l->phase == LINK_DEAD)
		link_died(r);
	else if (l->silent)
		away_since(r, l->unanswered, NULL);
	else if ((r->away || r->fresh) && link_speaks(l))
		link_alive(r);
}

/* When a connection is to be made: there is none, or one that is away or doubtful. */
static uint64_t
wanted_from(const struct run *r)
{
	uint64_t doubtful;

	if (r->away || !r->link)
		return r->retry_at;
	doubtful = link_doubtful(r->link);
	return doubtful > r->retry_at ? doubtful : r->retry_at;
}

void
run_links(struct run *r, uint64_t now)
{
	if (r->link)
		look_at_link(r, now);
	if (r->fresh && !r->done)
		look_at_fresh(r, now);
	if (r->done || r->fresh || r->stopped || r->stream.ended)
		return;
	if (now >= wanted_from(r))
		connect_anew(r, now);
}

void
run_retry_now(struct run *r, uint64_t now)
{
	r->stopped = false;
	if (run_child_asks(r))
		return;
	if (r->fresh && r->fresh->phase == LINK_CONNECTING && now - r->last_try >= STORM_MS) {
		link_free(r->fresh);
		r->fresh = NULL;
	}
	backoff_success(&r->backoff);
	if (r->retry_at > r->last_try + STORM_MS)
		r->retry_at = r->last_try + STORM_MS;
	if (!r->away)
		away_since(r, now, "reconnecting");
}

/*
 * Starts an attempt at once.  It replaces one that the host has not answered yet, or whose address has gone; another
 * one goes on.  Attempts are limited by a leaky bucket (GCRA): one in STORM_MS.
 */
static void
hurry(struct run *r, uint64_t now)
{
	struct link *l = r->fresh;

	if (run_child_asks(r) || (l && (l->phase != LINK_CONNECTING || l->transport->reached) && !link_moved(l)))
		return;
	backoff_success(&r->backoff);
	if (r->storm < now)
		r->storm = now;
	if (r->storm - now > (STORM_BURST - 1) * STORM_MS) {
		clock_sooner(&r->retry_at, now + STORM_MS);
		return;
	}
	r->storm += STORM_MS;
	link_free(l);
	r->fresh = NULL;
	r->retry_at = now;
}

void
run_network_changed(struct run *r, uint64_t now)
{
	if (r->link && link_moved(r->link))
		link_fail(r->link, "this machine's address has changed");
	if (r->link && !r->away)
		link_check(r->link, now);
	else if (r->away && !r->stopped)
		hurry(r, now);
}

uint64_t
run_away_due(const struct run *r)
{
	if (run_child_asks(r))
		return CLOCK_NEVER;
	if (r->fresh && r->fresh->phase == LINK_CONNECTING)
		return ever(r) ? r->last_try + ATTEMPT_MS : CLOCK_NEVER;
	if (r->fresh || r->stopped || r->stream.ended)
		return CLOCK_NEVER;
	return wanted_from(r);
}
