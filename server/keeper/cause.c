/* SPDX-License-Identifier: MIT */
#include "cause.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "lastline.h"
#include "report.h"
#include "ring.h"

#define LOOK_MS 5000 /* of output or input, between two looks at what runs in front */

/* What runs in front now; "": the shell.  Nothing does before the shell's process has taken the terminal. */
static void
look(struct keeper *k)
{
	pid_t front = k->source->has_terminal ? tcgetpgrp(k->master) : -1;

	if (k->source->has_terminal && front <= 0)
		return;
	if (front == k->shell.pid)
		k->front_program[0] = '\0';
	else
		k->source->program(k, k->front_program, sizeof k->front_program);
}

static void
send_words(struct keeper *k)
{
	unsigned char buf[LEADERMSG_WORDS_MAX];
	struct leadermsg_words m;

	memset(&m, 0, sizeof m);
	memcpy(m.program, k->front_program, sizeof m.program);
	cause_last_line(k, m.line, sizeof m.line);
	report_message(k, buf, leadermsg_encode_words(&m, buf, sizeof buf));
}

/* After a question: its answer is waited for, but not by a session that does not run yet. */
static void
ask(struct keeper *k, struct leadermsg_report *m, int fd)
{
	if (k->state != KEEPER_RUNNING && k->state != KEEPER_ENDING)
		return;
	m->type = LEADERMSG_ASKED;
	/* A signal may have come to what ran in front as well, which is gone then: the last look counts. */
	if (m->kind == LEADERMSG_ASKED_REQUEST && k->state == KEEPER_RUNNING)
		look(k);
	send_words(k);
	if (fd >= 0)
		report_with(k, m, fd);
	else
		report(k, m);
	if (k->leader >= 0)
		k->cause_until = clock_now_ms() + CAUSE_WAIT_MS;
}

void
cause_request(struct keeper *k, int signal, int fd)
{
	ask(k, &(struct leadermsg_report){ .kind = LEADERMSG_ASKED_REQUEST, .number = (uint32_t)signal }, fd);
}

void
cause_signal(struct keeper *k, const struct signalfd_siginfo *si)
{
	ask(k, &(struct leadermsg_report){ .kind = LEADERMSG_ASKED_SIGNAL, .number = si->ssi_signo, .pid = si->ssi_pid,
	                                   .pts = si->ssi_uid }, -1);
}

void
cause_shell_ended(struct keeper *k)
{
	int status = k->shell.status;

	if (k->why_ended == LEADERMSG_WHY_EXIT && !k->cause_until && WIFSIGNALED(status))
		ask(k, &(struct leadermsg_report){ .kind = LEADERMSG_ASKED_WHY, .number = (uint32_t)status }, -1);
}

void
cause_take(struct keeper *k, const struct leadermsg_cause *m)
{
	memcpy(k->cause, m->text, sizeof k->cause);
	k->cause_told = true;
}

bool
cause_awaited(const struct keeper *k)
{
	return k->cause_until && !k->cause_told && k->leader >= 0 && clock_now_ms() < k->cause_until;
}

void
cause_watch(const struct keeper *k, struct loop *l)
{
	if (k->cause_until && !k->cause_told && k->leader >= 0)
		loop_until(l, k->cause_until);
}

void
cause_turn(struct keeper *k)
{
	/* In the first moments the shell's process has not executed the shell. */
	uint64_t last = k->front_looked_ms ? k->front_looked_ms : k->created_ms;

	if (k->state != KEEPER_RUNNING || k->activity_ms < last || k->activity_ms - last < LOOK_MS)
		return;
	k->front_looked_ms = k->activity_ms;
	look(k);
}

void
cause_last_line(const struct keeper *k, char *out, size_t cap)
{
	const struct ring *r = &k->ring;
	uint64_t from = ring_oldest(r);

	if (r->head - from > LASTLINE_LOOK)
		from = r->head - LASTLINE_LOOK;
	lastline_find(out, cap, ring_at(r, from), (size_t)(r->head - from), from == 0);
}

void
cause_words(struct keeper *k)
{
	if (k->state == KEEPER_RUNNING)
		look(k);
	send_words(k);
}
