/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_RTMIN 32   /* of signal(7); those from here to SIGRTMIN are the C library's own */
#define KERNEL_SET_BYTES 8

static const int left_alone[] = { SIGKILL, SIGSTOP, SIGCONT, SIGCHLD, SIGILL, SIGTRAP, SIGABRT,
	                          SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS,  0 };

static void
nothing(int sig)
{
	(void)sig;
}

static bool
has(const int *list, int sig)
{
	while (*list && *list != sig)
		list++;
	return *list != 0;
}

/*
 * sigaction(2) of the C library refuses its own signals, and kill(2) does not.  A library that needs one sets its
 * handler when it starts the first thread.  Of the kernel's struct only the handler is not 0, and it comes first.
 */
static void
set_internal(void (*handler)(int))
{
#ifndef __mips__
	struct {
		void (*handler)(int);
		unsigned long zero[7];
	} sa = { .handler = handler };

	for (int sig = KERNEL_RTMIN; sig < SIGRTMIN; sig++)
		syscall(SYS_rt_sigaction, sig, &sa, NULL, (size_t)KERNEL_SET_BYTES);
#else
	(void)handler;
#endif
}

void
signals_reset(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		sigaction(sig, &sa, NULL); /* KILL, STOP and the C library's own fail */
	set_internal(SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
set_all(const int *kept, void (*handler)(int))
{
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		struct sigaction sa = { .sa_handler = handler };

		if (has(left_alone, sig) || has(kept, sig))
			continue;
		/* A terminal's refusal that is begun again would be refused for ever. */
		sa.sa_flags = sig == SIGTTIN || sig == SIGTTOU ? 0 : SA_RESTART;
		sigaction(sig, &sa, NULL);
	}
	set_internal(SIG_IGN);
}

void
signals_ignore(const int *kept)
{
	set_all(kept, SIG_IGN);
}

void
signals_catch(const int *kept)
{
	set_all(kept, nothing);
}

static void
on_alarm(int sig, siginfo_t *si, void *context)
{
	(void)context;
	if (si->si_code != SI_KERNEL)
		return;
	signal(sig, SIG_DFL);
	raise(sig);
}

void
signals_alarm(unsigned seconds)
{
	struct sigaction sa = { .sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO | SA_RESTART };
	sigset_t set;

	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	alarm(seconds);
}

void
signals_block(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* The C library blocks none of its own. */
int
signals_hold(const int *kept)
{
	sigset_t held;
	int fd;

	sigemptyset(&held);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (!has(left_alone, sig) && !has(kept, sig))
			sigaddset(&held, sig);
	signals_ignore(kept);
	if (sigprocmask(SIG_SETMASK, &held, NULL))
		return -errno;
	fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int
signals_requests(const int *requests, void (*others)(const int *kept))
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (const int *sig = requests; *sig; sig++)
		sigaddset(&set, *sig);
	signals_reset();
	sigprocmask(SIG_BLOCK, &set, NULL);
	others(requests);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int
signals_end_by(int number)
{
	/* The limit keeps the kernel from writing a file, the flag from starting a program that collects cores. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(number, SIG_DFL);
	raise(number);
	return 128 + number;
}
