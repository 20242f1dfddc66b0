/* SPDX-License-Identifier: MIT */
/*
 * holdfastd: listens for logins and forks a helper for each.  It keeps no state but how many helpers are at work,
 * and reads nothing from anybody: whom to serve, and how, is the helpers' business.
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
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "clean.h"
#include "clock.h"
#include "helper.h"
#include "listening.h"
#include "log.h"
#include "preload.h"
#include "ratelimit.h"
#include "reply.h"
#include "rundir.h"
#include "slots.h"
#include "sweep.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define SWEEP_MS 10000
#define SWEEP_SECONDS 30 /* a sweeper that hangs is ended */
#define PAUSE_MS 200     /* of accepting, when the system has run out of something */
#define ACCEPT_BATCH 32

struct daemon {
	int listener, signals;
	int reserve; /* a descriptor to give up when there are no others, or -1 */
	struct slots slots;
	uint64_t swept_ms, paused_until_ms;
	struct ratelimit complaints, refusals;
};

static void
complain(struct daemon *d, int err, const char *what)
{
	if (!ratelimit_take(&d->complaints, clock_now_ms()))
		return;
	log_errno(LOG_WARNING, err, "%s (%u such lines left out)", what, d->complaints.suppressed);
	d->complaints.suppressed = 0;
}

static void
sweep(struct daemon *d)
{
	pid_t pid;

	d->swept_ms = clock_now_ms();
	pid = fork();
	if (pid < 0)
		complain(d, errno, "no sweeper");
	if (pid)
		return;
	clean_signals();
	alarm(SWEEP_SECONDS);
	clean_descriptors(NULL, 0);
	sweep_run();
	_exit(0);
}

/* Forks the helper for CONN, which stays the caller's. */
static void
serve(struct daemon *d, int conn, uid_t uid)
{
	bool quiet = !ratelimit_take(&d->refusals, clock_now_ms());
	int slot[2];
	pid_t pid;

	if (pipe2(slot, O_CLOEXEC)) {
		complain(d, errno, "no pipe for a helper");
		return;
	}
	pid = fork();
	if (pid == 0)
		_exit(helper_run(conn, slot[1], quiet));
	close(slot[1]);
	if (pid > 0) {
		slots_add(&d->slots, uid, slot[0]);
		return;
	}
	complain(d, errno, "no helper");
	close(slot[0]);
}

static void
take(struct daemon *d, int conn)
{
	socklen_t len = sizeof(struct ucred);
	struct ucred cred;

	if (getsockopt(conn, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		complain(d, errno, "a connection without credentials");
	else if (slots_have_room(&d->slots, cred.uid))
		serve(d, conn, cred.uid);
	else {
		complain(d, EUSERS, "a login is not served");
		reply_refuse(conn, VOUCH_LIMIT, "too many logins at once");
	}
	close(conn);
}

/* There is no descriptor for another connection: the next one is taken with the reserve, and closed. */
static void
shed(struct daemon *d)
{
	int conn;

	if (d->reserve >= 0)
		close(d->reserve);
	conn = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);
	if (conn >= 0)
		close(conn);
	d->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* accept has failed with ERR: whether to go on accepting. */
static bool
accept_failed(struct daemon *d, int err)
{
	switch (err) {
	case EAGAIN:
		return false;
	case EINTR:
	case ECONNABORTED:
	case EPERM:
		return true;
	case EMFILE:
	case ENFILE:
		shed(d);
		break;
	}
	complain(d, err, "a login is not served");
	d->paused_until_ms = clock_now_ms() + PAUSE_MS;
	return false;
}

static void
accept_some(struct daemon *d)
{
	if (clock_now_ms() - d->swept_ms >= SWEEP_MS)
		sweep(d);
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		int conn = accept4(d->listener, NULL, NULL, SOCK_CLOEXEC);

		if (conn >= 0)
			take(d, conn);
		else if (!accept_failed(d, errno))
			return;
	}
}

/* Whether to go on. */
static bool
on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo != SIGHUP)
			return false;
		sweep(d);
	}
	return true;
}

static void
loop(struct daemon *d)
{
	for (;;) {
		struct pollfd p[2 + SLOTS_MAX];
		size_t count = slots_poll(&d->slots, p + 2);
		uint64_t now = clock_now_ms();
		bool paused = now < d->paused_until_ms;
		struct timespec left = { .tv_nsec = PAUSE_MS * 1000000L };

		p[0] = (struct pollfd){ .fd = d->signals, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = paused ? -1 : d->listener, .events = POLLIN };
		if (ppoll(p, 2 + count, paused ? &left : NULL, NULL) < 0) {
			if (errno != EINTR)
				complain(d, errno, "waiting");
			/* Nothing was looked at, and ENOMEM must not make us spin. */
			d->paused_until_ms = errno == EINTR ? 0 : now + PAUSE_MS;
			if (errno != EINTR)
				usleep(PAUSE_MS * 1000);
			continue;
		}
		slots_reap(&d->slots, p + 2, count);
		if (p[0].revents && !on_signal(d))
			return;
		if (p[1].revents)
			accept_some(d);
	}
}

static int
take_signals(void)
{
	struct sigaction reaped = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigset_t set;
	int fd;

	clean_signals();
	sigaction(SIGCHLD, &reaped, NULL); /* the kernel forgets our children, there is nothing to wait for */
	sigaction(SIGPIPE, &ignored, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
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
	umask(022);
	if (chdir("/") || rundir_make())
		return 1;
	preload_run();
	d->listener = listening_open();
	if (d->listener < 0)
		return 1;
	d->signals = take_signals();
	if (d->signals < 0) {
		log_errno(LOG_ERR, d->signals, "signals");
		return 1;
	}
	d->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	log_line(LOG_INFO, "ready");
	sweep(d);
	loop(d);
	return 0;
}

static void
usage(FILE *to)
{
	fputs("usage: holdfastd [-Dd]\n"
	      "Starts held sessions for ssh logins.  See holdfastd(8).\n\n"
	      "  -D, --foreground  stay in the foreground (it always does)\n"
	      "  -d, --debug       write the log to standard error too\n"
	      "  -V, --version     print the version and exit\n"
	      "  -h, --help        print this and exit\n", to);
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
	static struct daemon d = {
		.listener = -1, .signals = -1, .reserve = -1,
		.complaints = { .burst = 4, .every_ms = 5000 }, .refusals = { .burst = 64, .every_ms = 500 },
	};
	bool debug = false;
	int c;

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
		usage(stderr);
		return 2;
	}
	if (geteuid() != 0) {
		fputs("holdfastd: must be run by root\n", stderr);
		return 1;
	}
	log_open("holdfastd", debug);
	if (take_standard(debug))
		return 1;
	return run(&d);
}
