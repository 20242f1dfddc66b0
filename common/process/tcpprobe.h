/* SPDX-License-Identifier: MIT */
/*
 * tcpprobe: whether the other end of one TCP connection is still there, by looks at the kernel's numbers (judge.h) at a
 * few moments within TCPPROBE_MS.  Nothing is due without a request, and nothing is sent here: the caller has something
 * sent where that is needed to find out.
 */
#ifndef HOLDFAST_TCPPROBE_H
#define HOLDFAST_TCPPROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "tcpinfo.h"

#define TCPPROBE_MS 1000

enum tcpprobe_verdict {
	TCPPROBE_ALIVE = 1, /* the other end acknowledges; behind a proxy, the proxy does */
	TCPPROBE_DEAD = 2,
	TCPPROBE_UNKNOWN = 3,
};

/* All zero: nothing is known about the connection. */
struct tcpprobe {
	struct tcp_tuple tuple; /* family 0: unknown */
	bool seen;              /* the kernel has shown it here, so when it does no more, it has ended */
	bool open;              /* it is being looked at */
	uint32_t found;         /* enum tcpprobe_verdict, of the last look; 0: none yet */
	uint64_t heard_at;      /* clock_now_ms(): the last input or acknowledgement that is known of */
	uint64_t found_at;      /* clock_now_ms() */
	uint64_t since;         /* clock_now_ms(): of the first look */
	unsigned step;          /* of the schedule */
	unsigned probes;        /* of a closed window, more than at the first look; 0: no more */
	uint64_t probed_at;     /* clock_now_ms(): that number was seen first */
	struct tcpinfo first;
};

/* The connection is used from now on. */
void tcpprobe_start(struct tcpprobe *p);
/* Something was read that has come over it. */
void tcpprobe_heard(struct tcpprobe *p);
/*
 * Begins to look.  true: nothing is under way, so the caller has to send something over it, or to say that it can't
 * (tcpprobe_conclude).
 */
bool tcpprobe_begin(struct tcpprobe *p);
/* When the next look is due (clock_now_ms()); P is open. */
uint64_t tcpprobe_due(const struct tcpprobe *p);
/* Looks again, if P is open and that is due at NOW. */
void tcpprobe_again(struct tcpprobe *p, uint64_t now);
void tcpprobe_conclude(struct tcpprobe *p, enum tcpprobe_verdict verdict);
/* One look, by which heard_at may move: 0, or the verdict where the kernel shows no such connection. */
enum tcpprobe_verdict tcpprobe_look(struct tcpprobe *p, struct tcpinfo *i);

#endif
