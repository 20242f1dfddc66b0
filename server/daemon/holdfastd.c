/* SPDX-License-Identifier: MIT */
/*
 * holdfastd: listens for logins and forks a helper for each (door.h).  Its only state is the queue of logins
 * and what it notes of helpers.  It reads no message: the helpers decide which logins to serve, and how.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "clock.h"
#include "counters.h"
#include "door.h"
#include "endsweep.h"
#include "heldstack.h"
#include "listening.h"
#include "log.h"
#include "paths.h"
#include "preload.h"
#include "procstat.h"
#include "rundir.h"
#include "signals.h"
#include "sweep.h"
#include "pstitle.h"
#include "watching.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define SWEEP_MS 10000
#define SWEEP_SECONDS 30 /* a sweeper that hangs is ended */
#define DOWN_MS 2000     /* how long the child is waited for that notes the end */
#define PAUSE_MS 200     /* when waiting itself fails */
#define FIXED 2          /* descriptors that are always polled, before those of the door */

struct daemon {
	int signals;
	struct door door;
	struct watching watching;
	uint64_t swept_ms;
	struct before {
		bool known;       /* a sweeper has looked: only that may wait for the disk */
		uint64_t stopped; /* when it had been stopped before this start (endsweep.h) */
	} *before;                /* in memory that sweepers share, if there was some */
};

/* In no directory but root's: what somebody has put into its place may lead elsewhere, or be open to others. */
static int
open_counters(void)
{
	int dir = rundir_open(HOLDFAST_RUNDIR, 0755), rc;

	if (dir < 0)
		return dir;
	rc = counters_again(dir, NAME_COUNTERS);
	close(dir);
	return rc;
}

/* The file of counters is there, and is ours; children inherit it. */
static void
look_at_counters(struct daemon *d)
{
	struct procstat self;
	int rc = open_counters();

	if (rc)
		door_complain(&d->door, rc, "nothing is counted for holdfastctl metrics: " PATH_COUNTERS);
	else if (procstat_read(getpid(), &self) == 0)
		counters_daemon(getpid(), self.start);
}

/* What each child begins with that goes to the disk. */
static void
begin_child(void)
{
	static const int none[] = { 0 };

	signals_reset();
	signals_catch(none);
	counters_guard();
	signals_alarm(SWEEP_SECONDS);
	clean_descriptors(NULL, 0);
}

static void
sweep(struct daemon *d)
{
	pid_t pid;

	d->swept_ms = clock_now_ms();
	look_at_counters(d);
	pid = fork();
	if (pid < 0)
		door_complain(&d->door, errno, "no sweeper");
	if (pid)
		return;
	begin_child();
	if (!d->before->known)
		d->before->stopped = endsweep_up();
	d->before->known = true;
	sweep_run(d->before->stopped);
	_exit(0);
}

/* Helpers, sweepers and leaders that have ended. */
static void
reap(struct daemon *d)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		door_child(&d->door, pid, status);
}

/* Whether to go on. */
static bool
on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(d);
		else if (info.ssi_signo != SIGHUP)
			return false;
		else
			sweep(d);
	}
	return true;
}

/* Waits until UNTIL for something in P. */
static int
wait_until(struct pollfd *p, size_t count, uint64_t now, uint64_t until)
{
	uint64_t left = until > now ? until - now : 0;
	struct timespec t = { .tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000 };

	return ppoll(p, count, until == UINT64_MAX ? NULL : &t, NULL);
}

/* Something was removed from our directory: all of it is made anew, as at the start. */
static void
renew(struct daemon *d)
{
	int listener = rundir_make() ? -1 : listening_renew(d->door.listener);

	if (listener >= 0)
		d->door.listener = listener;
	look_at_counters(d);
	watching_again(&d->watching);
}

static uint64_t
deadline(const struct daemon *d, uint64_t now)
{
	uint64_t door = door_deadline(&d->door, now), due = d->watching.due_ms;

	return due && due < door ? due : door;
}

static void
loop(struct daemon *d)
{
	static struct pollfd p[FIXED + DOOR_POLL_MAX];

	for (;;) {
		uint64_t now = clock_now_ms();
		size_t count = door_poll(&d->door, now, p + FIXED);

		p[0] = (struct pollfd){ .fd = d->signals, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = d->watching.fd, .events = POLLIN };
		if (wait_until(p, FIXED + count, now, deadline(d, now)) < 0) {
			/* Nothing was looked at, and ENOMEM must not make us spin. */
			if (errno != EINTR) {
				door_complain(&d->door, errno, "waiting");
				usleep(PAUSE_MS * 1000);
			}
			continue;
		}
		if (p[0].revents && !on_signal(d))
			return;
		if (p[1].revents)
			watching_read(&d->watching);
		if (p[FIXED].revents && clock_now_ms() - d->swept_ms >= SWEEP_MS)
			sweep(d);
		door_turn(&d->door, p + FIXED, count);
		if (d->watching.due_ms && clock_now_ms() >= d->watching.due_ms)
			renew(d);
	}
}

/* Notes the end for the next start.  A disk that does not answer must not keep logins from hearing that we are gone. */
static void
note_down(struct daemon *d)
{
	uint64_t now = clock_now_ms(), end = now + DOWN_MS;
	struct signalfd_siginfo info;
	pid_t pid;

	close(d->door.listener);
	pid = fork();
	if (pid == 0) {
		begin_child();
		endsweep_down();
		_exit(0);
	}
	for (; pid > 0 && waitpid(pid, NULL, WNOHANG) == 0 && now < end; now = clock_now_ms()) {
		struct pollfd p = { .fd = d->signals, .events = POLLIN };

		if (poll(&p, 1, (int)(end - now)) > 0)
			(void)!read(d->signals, &info, sizeof info);
	}
}

static int
take_signals(void)
{
	static const int requests[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0 };

	return signals_requests(requests, signals_catch);
}

/* Descriptors 0 to 2 are /dev/null, but for standard error when KEEP_STDERR. */
static int
take_standard(bool keep_stderr)
{
	int null = open("/dev/null", O_RDWR);

	/* Those that were closed before are filled by opening. */
	while (null >= 0 && null <= 2)
		null = dup(null);
	if (null < 0)
		return -errno;
	for (int fd = 0; fd <= (keep_stderr ? 1 : 2); fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	close(null);
	return 0;
}

static int
run(struct daemon *d)
{
	static struct before unshared;
	void *shared = mmap(NULL, sizeof unshared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int listener;

	d->before = shared == MAP_FAILED ? &unshared : shared;
	d->signals = take_signals();
	if (d->signals < 0) {
		log_errno(LOG_ERR, d->signals, "signals");
		return 1;
	}
	umask(022);
	if (chdir("/") || rundir_make())
		return 1;
	heldstack_sweep();
	preload_run();
	open_counters(); /* the first sweep complains */
	listener = listening_open();
	if (listener < 0)
		return 1;
	door_init(&d->door, listener);
	watching_open(&d->watching);
	log_line(LOG_INFO, "ready");
	sweep(d);
	loop(d);
	note_down(d);
	return 0;
}

static void
usage(FILE *to)
{
	fputs("usage: holdfastd [-Dd]\n"
	      "Starts held sessions for ssh logins.  See holdfastd(8).\n\n"
	      "  -D, --foreground  stay in the foreground (always on)\n"
	      "  -d, --debug       log to standard error too\n"
	      "  -V, --version     print the version and exit\n"
	      "  -h, --help        print this help and exit\n", to);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "foreground", no_argument, NULL, 'D' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct daemon d = { .signals = -1 };
	bool debug = false;
	int c;

	pstitle_begin(argc, argv, true);
	while ((c = getopt_long(argc, argv, "DdVh", options, NULL)) != -1) {
		switch (c) {
		case 'D':
			break;
		case 'd':
			debug = true;
			break;
		case 'V':
			puts("holdfastd " PACKAGE_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "holdfastd: unexpected argument \"%s\"\n", argv[optind]);
		usage(stderr);
		return 2;
	}
	if (geteuid() != 0) {
		fputs("holdfastd: must run as root\n", stderr);
		return 1;
	}
	log_open("holdfastd", debug);
	if (take_standard(debug))
		return 1;
	return run(&d);
}
