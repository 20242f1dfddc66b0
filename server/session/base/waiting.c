/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "signals.h"

static const int taken[] = { SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP, SIGTERM, 0 };

#define TAKEN (sizeof taken / sizeof *taken - 1)

void
waiting_only(bool job_control)
{
	int kept[TAKEN + 3] = { SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < TAKEN; i++)
		kept[i + 2] = taken[i];
	signals_ignore(job_control ? kept : taken);
}

int
waiting_begin(struct waiting *w)
{
	sigset_t mask;

	*w = (struct waiting){ .signals = -1 };
	sigemptyset(&mask);
	for (size_t i = 0; i < TAKEN; i++)
		sigaddset(&mask, taken[i]);
	if (sigprocmask(SIG_BLOCK, &mask, &w->before) < 0)
		return -errno;
	/* The hook ignores some of them; an ignored signal would not reach the descriptor for sure. */
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &(struct sigaction){ .sa_handler = SIG_DFL }, &w->was[taken[i]]);
	w->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals < 0 ? -errno : 0;
}

void
waiting_end(struct waiting *w)
{
	waiting_take(w);
	for (size_t i = 0; i < TAKEN; i++)
		sigaction(taken[i], &w->was[taken[i]], NULL);
	sigprocmask(SIG_SETMASK, &w->before, NULL);
	if (w->signals >= 0)
		close(w->signals);
	w->signals = -1;
}

void
waiting_take(struct waiting *w)
{
	struct signalfd_siginfo si;

	while (w->signals >= 0 && read(w->signals, &si, sizeof si) == (ssize_t)sizeof si) {
		switch (si.ssi_signo) {
		case SIGINT:
		case SIGQUIT:
			w->skip = true;
			break;
		case SIGHUP:
		case SIGTERM:
			w->hangup = true;
			break;
		case SIGWINCH:
			w->resized = true;
			break;
		}
	}
}

int
waiting_message(struct waiting *w, int fd, void *buf, size_t cap, int timeout_ms)
{
	int64_t deadline = (int64_t)clock_now_ms() + timeout_ms;

	for (;;) {
		struct pollfd p[] = { { .fd = fd, .events = POLLIN }, { .fd = w->signals, .events = POLLIN } };
		int64_t left = deadline - (int64_t)clock_now_ms();
		int n = poll(p, 2, left > 0 ? (int)left : 0);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && p[0].revents) {
			ssize_t got = recv(fd, buf, cap, MSG_DONTWAIT);

			return got > 0 ? (int)got : got == 0 ? -EPIPE : -errno;
		}
		if (n > 0)
			waiting_take(w);
		if (w->skip || w->hangup)
			return -EINTR;
		if (n == 0)
			return -ETIMEDOUT;
	}
}
