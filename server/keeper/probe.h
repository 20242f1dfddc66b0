/* SPDX-License-Identifier: MIT */
/*
 * probe: whether the connections behind a session's terminals are still there (PROBE of common/attach.h).
 *
 * Each is looked at with the eyes of the kernel (judge.h).  Where nothing is under way, one NUL is written to the
 * terminal, which ignores it: only when nothing waits to be written, and not in the middle of an escape sequence or
 * a character.  All are looked at side by side and at a few moments of ATTACH_PROBE_MS; nothing is due when nobody
 * asks.  Several that ask at the same time get the verdict of one probe.
 *
 * A session whose connections are all proven dead may be claimed as if it were dropped, for a moment and as long as
 * nothing is heard from them again.
 */
#ifndef HOLDFAST_PROBE_H
#define HOLDFAST_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "attach.h"
#include "lead.h"
#include "tcpinfo.h"

struct client;
struct keeper;
struct loop;

/* Of one attachment; all zero: nothing is known about its connection. */
struct probe {
	struct tcp_tuple tuple; /* family 0: unknown */
	bool seen;              /* the kernel has shown it here, so when it does no more, it has ended */
	bool asked;             /* its client waits for the verdict (of whichever attachments) */
	bool open;              /* it is being looked at */
	uint32_t found;         /* enum attach_verdict_is, of the last look; 0: none yet */
	uint64_t heard_at;      /* clock_now_ms(): the last input or acknowledgement that is known of */
	uint64_t found_at;      /* clock_now_ms() */
	uint64_t since;         /* clock_now_ms(): of the first look */
	unsigned step;          /* of the schedule */
	unsigned probes;        /* of a closed window, more than at the first look; 0: no more */
	uint64_t probed_at;     /* clock_now_ms(): that number was seen first */
	struct tcpinfo first;
};

/* C's terminal has come with a login that the leader (M) or, without one, its own environment (M NULL) tells of. */
void probe_know(struct client *c, const struct lead_vouched *m);
/* C is attached from now on. */
void probe_attached(struct client *c);
/* Something was read from C's terminal. */
void probe_heard(struct client *c);
/* PROBE came: C gets VERDICT, now or when it is known. */
void probe_ask(struct client *c);
/* Whether all that is attached was proven dead a moment ago, and is so still. */
bool probe_all_dead(struct keeper *k);
/* Whether C is attached, was proven dead when it was looked at last, and has not moved since. */
bool probe_is_dead(const struct client *c);
/* clock_now_ms() when anything was heard last from those that are attached; 0: unknown. */
uint64_t probe_last_heard(const struct keeper *k);
void probe_watch(struct keeper *k, struct loop *l);
/* At the end of each turn: looks that are due, and verdicts. */
void probe_turn(struct keeper *k);

#endif
