/* SPDX-License-Identifier: MIT */
/*
 * netwatch: tells when the machine's addresses or routes change (rtnetlink(7)), and when it has slept
 * (CLOCK_BOOTTIME went on, CLOCK_MONOTONIC did not).  Both make a connection worth a look.  Without them the client
 * works, only slower; netwatch_posix.c has neither.
 */
#ifndef HOLDFAST_NETWATCH_H
#define HOLDFAST_NETWATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETWATCH_FDS 2

struct netwatch {
	int route;      /* rtnetlink, -1 none */
	int timer;      /* a timer that a resume or a set clock cancels, -1 none */
	int64_t asleep; /* CLOCK_BOOTTIME minus CLOCK_MONOTONIC in ms, as last seen */
};

void netwatch_open(struct netwatch *w);
void netwatch_close(struct netwatch *w);
/* Fills FDS: how many. */
unsigned netwatch_poll(const struct netwatch *w, struct pollfd *fds);
/* After poll(2), with the same FDS: whether something has changed. */
bool netwatch_step(struct netwatch *w, const struct pollfd *fds, unsigned count);

/* The parts of it that tests want. */
bool netwatch_matters(const void *messages, size_t len);
bool netwatch_slept(struct netwatch *w, int64_t asleep);

#endif
