/* SPDX-License-Identifier: MIT */
#include "incoming.h"

#include <stdlib.h>

#include "clock.h"
#include "envlist.h"
#include "pacing.h"
#include "tcpprobe.h"

_Static_assert((int)TCPPROBE_ALIVE == FRAME_LINE_ALIVE && (int)TCPPROBE_DEAD == FRAME_LINE_DEAD &&
               (int)TCPPROBE_UNKNOWN == FRAME_LINE_UNKNOWN, "what is found is told as it is");

static struct tcpprobe probe;
static bool asked;

void
incoming_open(int fd, bool pipe)
{
	static const char *const names[] = { "SSH_TTY", "SSH_CONNECTION" };
	struct envlist login = ENVLIST_INIT;
	struct pacing pace;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (getenv(names[i]))
			(void)envlist_set_value(&login, names[i], getenv(names[i]));
	pacing_begin(&pace, &login, fd, pipe);
	envlist_free(&login);
	probe = (struct tcpprobe){ .tuple = pace.tuple };
	tcpprobe_start(&probe);
	asked = false;
}

bool
incoming_begin(void)
{
	if (asked)
		return false;
	asked = true;
	return tcpprobe_begin(&probe);
}

void
incoming_mute(void)
{
	if (probe.open)
		tcpprobe_conclude(&probe, TCPPROBE_UNKNOWN);
}

uint64_t
incoming_due(void)
{
	return !asked ? CLOCK_NEVER : probe.open ? tcpprobe_due(&probe) : 0;
}

bool
incoming_verdict(struct frame_line *m, uint64_t now)
{
	uint64_t ago;

	if (!asked)
		return false;
	tcpprobe_again(&probe, now);
	if (probe.open)
		return false;
	asked = false;
	now = clock_now_ms();
	ago = now > probe.heard_at ? now - probe.heard_at : 0;
	*m = (struct frame_line){ (uint8_t)probe.found, ago < UINT32_MAX ? (uint32_t)ago : UINT32_MAX };
	return true;
}
