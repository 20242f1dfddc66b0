/* SPDX-License-Identifier: MIT */
#include "proctitle.h"

#include "clock.h"
#include "pstitle.h"

/* After a change, how much later the keeper looks again at the earliest: the group executes its program in between. */
static const unsigned again_ms[] = { 0, 4, 50 };
#define LOOKS (sizeof again_ms / sizeof *again_ms)

void
proctitle_begin(struct keeper *k)
{
	pstitle_session(k->init.user, k->dir.id);
	k->titled.epoch = k->front.epoch - 1;
	k->titled.looks = LOOKS;
}

void
proctitle_turn(struct keeper *k)
{
	bool changed = k->titled.epoch != k->front.epoch;
	char program[NAME_CAP] = "";
	uint64_t now;

	if (k->state != KEEPER_RUNNING || (!changed && k->titled.looks == LOOKS))
		return;
	now = clock_now_ms();
	if (!changed && now - k->titled.changed_ms < again_ms[k->titled.looks])
		return;
	if (changed)
		k->titled.changed_ms = now;
	k->titled.looks = changed ? 0 : k->titled.looks + 1;
	k->titled.epoch = k->front.epoch;
	k->source->program(k, program, sizeof program);
	pstitle_program(program);
}
