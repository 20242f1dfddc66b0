/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"

#define GONE_TIMEOUT_MS 5000

static const struct {
	const char *name;
	int number;
	bool ends; /* the session is expected to be gone soon */
} signals[] = {
	{ "HUP", SIGHUP, true },     { "TERM", SIGTERM, true },   { "KILL", SIGKILL, true },
	{ "INT", SIGINT, false },    { "QUIT", SIGQUIT, false },  { "ABRT", SIGABRT, false },
	{ "USR1", SIGUSR1, false },  { "USR2", SIGUSR2, false },  { "ALRM", SIGALRM, false },
	{ "CONT", SIGCONT, false },  { "STOP", SIGSTOP, false },  { "TSTP", SIGTSTP, false },
	{ "WINCH", SIGWINCH, false },
};

#define SIGNALS (sizeof signals / sizeof signals[0])

/* The number that TEXT ("TERM", "SIGTERM" or "15") means, or -EINVAL. */
static int
signal_number(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	char *end;
	long n;

	for (size_t i = 0; i < SIGNALS; i++)
		if (strcasecmp(signals[i].name, name) == 0)
			return signals[i].number;
	n = strtol(text, &end, 10);
	return end == text || *end || n < 1 || n > SIGRTMAX ? -EINVAL : (int)n;
}

static bool
signal_ends(int number)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == number)
			return signals[i].ends;
	return false;
}

static int
elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)((now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000);
}

/* Waits for the keeper to close the connection, which it does when the session has ended. */
static bool
wait_gone(int fd)
{
	struct timespec start;
	int spent = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (spent < GONE_TIMEOUT_MS) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char drop[256];

		if (poll(&p, 1, GONE_TIMEOUT_MS - spent) > 0) {
			ssize_t n = recv(fd, drop, sizeof drop, MSG_DONTWAIT);

			if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
				return true;
		}
		spent = elapsed_ms(&start);
	}
	return false;
}

static int
kill_session(uint32_t id, int number)
{
	unsigned char msg[16], reply[1024];
	size_t n;
	int fd, rc = ctl_connect(id, &fd);

	if (rc)
		return rc;
	rc = ctl_ask(fd, id, msg, attach_encode_number(ATTACH_KILL, (uint32_t)number, msg, sizeof msg), ATTACH_DONE,
	             reply, sizeof reply, &n);
	if (!rc && signal_ends(number) && !wait_gone(fd)) {
		ctl_error("session %u has not ended after %d seconds; -s KILL is the last resort", id,
		          GONE_TIMEOUT_MS / 1000);
		rc = CTL_FAILED;
	}
	close(fd);
	return rc;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct attach_status s;
	int number = SIGHUP, opt, rc;

	while ((opt = getopt(argc, argv, "+:s:")) != -1) {
		if (opt != 's')
			return ctl_bad_option(self, opt, argv);
		number = signal_number(optarg);
		if (number < 0)
			return ctl_usage(self, "no signal \"%s\"", optarg);
	}
	if (argc - optind > 1)
		return ctl_usage(self, "one session at most");
	rc = ctl_target(argv[optind], &s);
	return rc ? rc : kill_session(s.id, number);
}

const struct ctl_command cmd_kill = {
	.name = "kill",
	.args = "[-s SIGNAL] [ID|NAME]",
	.summary = "End a session",
	.help = "Without an argument: the session that you are in.  Its shell gets the hang-up that it would get when a\n"
	        "terminal is closed.  After HUP, TERM and KILL the command waits until the session is gone.\n"
	        "  -s SIGNAL   another signal, by name or number\n",
	.run = run,
};
