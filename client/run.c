/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "exit_status.h"
#include "link_time.h"
#include "local.h"
#include "run_ahead.h"
#include "run_away.h"
#include "run_close.h"
#include "run_end.h"
#include "run_fallback.h"
#include "run_finish.h"
#include "run_frames.h"
#include "run_hop.h"
#include "run_input.h"
#include "run_notice.h"
#include "run_paste.h"
#include "run_predict.h"
#include "run_redirect.h"
#include "run_send.h"
#include "secretmem.h"
#include "sigwatch.h"
#include "target.h"

#define FDS (2 * TRANSPORT_FDS + NETWATCH_FDS + 5)

/* The descriptors of one poll(2). */
struct turn {
	struct pollfd fds[FDS];
	unsigned n, signals, hop, input, out, err, watch, link, fresh; /* the index at which each begins */
};

static unsigned
add_fd(struct turn *t, int fd, short events)
{
	t->fds[t->n] = (struct pollfd){ .fd = fd, .events = events };
	return t->n++;
}

static void
collect(struct run *r, struct turn *t, uint64_t *deadline)
{
	t->n = 0;
	t->signals = add_fd(t, r->signals, POLLIN);
	t->hop = add_fd(t, r->hop ? r->hop->fd : -1, POLLIN);
	t->input = add_fd(t, run_stdin_wanted(r) ? 0 : -1, POLLIN);
	t->out = add_fd(t, local_sink_waiting(&r->out) && !local_sink_until(&r->out) ? r->out.fd : -1, POLLOUT);
	t->err = add_fd(t, local_sink_waiting(&r->err) ? r->err.fd : -1, POLLOUT);
	t->watch = t->n;
	t->n += netwatch_poll(&r->watch, t->fds + t->n);
	t->link = t->n;
	if (r->link)
		t->n += link_poll(r->link, t->fds + t->n, deadline);
	t->fresh = t->n;
	if (r->fresh)
		t->n += link_poll(r->fresh, t->fds + t->n, deadline);
	clock_sooner(deadline, local_sink_until(&r->out) ? local_sink_until(&r->out) : CLOCK_NEVER);
	clock_sooner(deadline, run_away_due(r));
	clock_sooner(deadline, run_redirect_due(r));
	clock_sooner(deadline, run_notice_due(r));
	clock_sooner(deadline, run_hop_due(r));
	clock_sooner(deadline, run_predict_due(r, clock_now_ms()));
	clock_sooner(deadline, run_paste_due(r, clock_now_ms()));
	clock_sooner(deadline, r->ack_at ? r->ack_at : CLOCK_NEVER);
	clock_sooner(deadline, r->finishing ? r->finishing : CLOCK_NEVER);
	clock_sooner(deadline, r->detach_at ? r->detach_at : CLOCK_NEVER);
	clock_sooner(deadline, run_attached_link(r) ? obscure_due(&r->obscure) : CLOCK_NEVER);
	clock_sooner(deadline, r->interrupt_at ? r->interrupt_at : CLOCK_NEVER);
}

static void
wait_for(struct turn *t, uint64_t deadline, bool more)
{
	uint64_t now = clock_now_ms();
	int ms = -1;

	if (more || deadline <= now)
		ms = 0;
	else if (deadline != CLOCK_NEVER)
		ms = deadline - now < 86400000 ? (int)(deadline - now) : 86400000;
	if (poll(t->fds, t->n, ms) < 0)
		for (unsigned i = 0; i < t->n; i++)
			t->fds[i].revents = 0;
}

static void
read_signals(struct run *r)
{
	int signal;

	while (!r->done && (signal = sigwatch_next(r->signals)))
		run_signal(r, signal);
}

static void
step(struct run *r, struct turn *t)
{
	/* Links first: signals and keys may free one, and its descriptors have been polled. */
	if (r->fresh)
		link_step(r->fresh, t->fds + t->fresh, t->n - t->fresh);
	if (r->link)
		link_step(r->link, t->fds + t->link, t->fresh - t->link);
	if (t->fds[t->signals].revents)
		read_signals(r);
	if (t->fds[t->hop].revents)
		run_hop_left(r);
	/* Asked again: a child may have taken the terminal for a question since poll(2). */
	if (!r->done && t->fds[t->input].revents && run_stdin_wanted(r))
		run_stdin(r);
	if (t->fds[t->out].revents || (local_sink_until(&r->out) && clock_now_ms() >= local_sink_until(&r->out)))
		local_sink_flush(&r->out);
	if (t->fds[t->err].revents)
		local_sink_flush(&r->err);
	if (netwatch_step(&r->watch, t->fds + t->watch, t->link - t->watch) && !r->done)
		run_network_changed(r, clock_now_ms());
}

/* Standard error that can't be written is thrown away, as by ssh. */
static void
check_output(struct run *r)
{
	if (r->out.error && r->terminal)
		run_leave(r, STATUS_FAILED, "the terminal is gone");
	else
		run_close_output(r);
}

/* What has been asked of the host, and waited for long enough. */
static void
check_deadlines(struct run *r, uint64_t now)
{
	if (r->interrupt_at && now >= r->interrupt_at)
		run_interrupted(r);
	if (!r->detach_at || now < r->detach_at)
		return;
	if (r->closing)
		run_closed(r);
	else
		run_leave(r, 0, "detached");
}

static void
turn(struct run *r, struct turn *t)
{
	uint64_t deadline = CLOCK_NEVER, now;

	collect(r, t, &deadline);
	wait_for(t, deadline, r->more);
	r->more = false;
	step(r, t);
	if (r->done)
		return;
	if (r->link)
		run_read(r, r->link);
	if (r->fresh && !r->done)
		run_read(r, r->fresh);
	if (r->done)
		return;
	now = clock_now_ms();
	run_links(r, now);
	run_hop_tick(r, now);
	if (local_lend(!r->done && run_child_asks(r))) {
		run_predict_unclean(r);
		r->redraw = true;
	}
	run_pump(r);
	run_ack(r, now, !r->more);
	run_exit(r, now);
	check_deadlines(r, now);
	if (!r->done)
		check_output(r);
	if (!r->done)
		run_notice_tick(r, now);
	run_predict_tick(r, now);
	if (r->link)
		link_flush(r->link);
}

static int
open_signals(void)
{
	static const int ours[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP };

	/* A signal that nohup(1) or the shell has set to be ignored stays ignored. */
	signal(SIGPIPE, SIG_IGN);
	return sigwatch_open(ours, sizeof ours / sizeof ours[0]);
}

static void
choose(struct run *r)
{
	const struct options *o = r->o;

	r->input_terminal = isatty(0) && !o->no_stdin;
	r->terminal = options_terminal(o);
	r->obscure.interval = r->terminal && r->input_terminal ? r->config->obscure_ms : 0;
	if (!r->terminal)
		target_bulk(r->target);
	if (!r->terminal && options_wants_terminal(o) && r->config->log_level >= LOG_LEVEL_INFO)
		asking_sayf(r->asking, "Pseudo-terminal will not be allocated because stdin is not a terminal.");
	r->mode = o->new_session || o->command || !r->terminal ? FRAME_NEW : FRAME_AUTO;
	if (o->session)
		r->mode = o->join || o->read_only ? FRAME_JOIN : FRAME_TAKE;
	if (o->session)
		snprintf(r->want, sizeof r->want, "%s", o->session);
	r->flags = (o->read_only ? FRAME_READONLY | FRAME_MUST_EXIST : 0u) | (o->join ? FRAME_MUST_EXIST : 0u) |
	           (r->terminal ? 0u : FRAME_PIPES);
	run_hop_begin(r);
}

static int
begin_stream(struct run *r)
{
	int rc;

	link_input_free(&r->stream.input);
	rc = link_stream_init(&r->stream);
	r->stream.input.typed = r->input_terminal;
	return rc;
}

static int
start(struct run *r, int errors)
{
	uint64_t seed = 0;

	choose(r);
	if (r->o->session && strlen(r->o->session) >= sizeof r->want) {
		asking_sayf(r->asking, "%s: this session name is too long", r->o->session);
		return -EINVAL;
	}
	if (r->input_terminal)
		local_open(0);
	r->asking->typed_ahead = run_typed_ahead;
	r->asking->typed_ahead_of = r;
	if (secretmem_random(&seed, sizeof seed) < 0)
		seed = clock_now_ms() ^ (uint64_t)getpid() << 32;
	backoff_init(&r->backoff, seed);
	local_sink_open(&r->out, 1);
	if (r->hop)
		local_sink_pace(&r->out);
	local_sink_open(&r->err, errors);
	local_escape_init(&r->escape, r->terminal && r->input_terminal && !r->hop ? r->config->escape_char : -1);
	netwatch_open(&r->watch);
	r->signals = open_signals();
	return r->signals < 0 ? r->signals : begin_stream(r);
}

/* Prepares for another session: the connection and the stream are new. */
static int
begin_again(struct run *r)
{
	bool joins = r->mode == FRAME_JOIN && r->flags & FRAME_MUST_EXIST && !r->offer_new;
	bool moved = *r->want && ((r->mode == FRAME_TAKE && r->flags & FRAME_MUST_EXIST) || joins);
	uint64_t now = joins ? clock_now_ms() : 0; /* it was there a moment ago: the way back is tried
	                                              again and again */

	run_predict_over(r);
	link_free(r->link);
	link_free(r->fresh);
	r->link = r->fresh = NULL;
	if (!moved) {
		r->mode = FRAME_NEW;
		r->want[0] = '\0';
	}
	run_redirect_again(r);
	memset(&r->held, 0, sizeof r->held);
	r->away = now;
	r->retry_at = r->ack_at = r->finishing = r->detach_at = r->interrupt_at = 0;
	r->done = r->again = r->offer_new = r->stopped = r->redraw = r->redraw_asked = r->askew = false;
	r->last_words[0] = '\0';
	return begin_stream(r);
}

static void
finish(struct run *r)
{
	r->asking->typed_ahead = NULL;
	run_predict_over(r);
	link_free(r->link);
	link_free(r->fresh);
	run_redirect_over(r);
	link_input_free(&r->stream.input);
	local_cooked();
	local_sink_close(&r->out);
	local_sink_close(&r->err);
	netwatch_close(&r->watch);
	sigwatch_close(r->signals);
}

/* Ends this process by SIGNAL, so that the shell sees what it would see of ssh: bash leaves a loop after SIGINT. */
static void
end_by(int sig)
{
	sigset_t one;

	signal(sig, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(sig);
}

int
run_session(const struct options *o, struct transport_target *target, struct asking *asking, int errors,
            void (*on_attached)(void), struct fallback *fallback)
{
	static struct run r; /* large, and there is one */
	static struct turn t;
	int rc;

	r = (struct run){ .o = o, .target = target, .config = target_config(target), .asking = asking,
	                  .on_attached = on_attached, .signals = -1, .status = STATUS_FAILED };
	rc = start(&r, errors);
	if (rc == 0)
		(void)run_had_none(&r);
	while (rc == 0) {
		while (!r.done)
			turn(&r, &t);
		run_settle(&r);
		if (!r.again)
			break;
		rc = begin_again(&r);
	}
	*fallback = r.fallback;
	if (r.fallback.wanted)
		run_ahead_hand_over(&r, fallback);
	finish(&r);
	if (r.by_signal)
		end_by(r.by_signal);
	return rc < 0 ? STATUS_FAILED : r.status;
}
