/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "config_number.h"
#include "ctl.h"
#include "killmany.h"
#include "remotely.h"
#include "signame.h"

#define GONE_TIMEOUT_MS 5000
#define ASK_TIMEOUT_MS 2000 /* then it is ended by force */

/* Whether a session is expected to be gone soon after this signal. */
static bool
signal_ends(int number)
{
	return number == SIGHUP || number == SIGTERM || number == SIGKILL;
}

/* Waits for the keeper to close the connection, which it does when the session has ended. */
static bool
wait_gone(int fd)
{
	uint64_t start = clock_now_ms();
	int spent = 0;

	while (spent < GONE_TIMEOUT_MS) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char drop[256];

		if (poll(&p, 1, GONE_TIMEOUT_MS - spent) > 0) {
			ssize_t n = recv(fd, drop, sizeof drop, MSG_DONTWAIT);

			if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
				return true;
		}
		spent = (int)(clock_now_ms() - start);
	}
	return false;
}

/* SIGKILL, and by force if the keeper does not answer or does not end. */
static int
force(uint32_t id)
{
	int rc = killmany_force(ctl_uid(), id);

	if (!rc)
		return CTL_OK;
	if (rc == -ENOENT) {
		ctl_error("no session %u; holdfastctl ls shows yours", id);
		return CTL_NO_SESSION;
	}
	ctl_error("session %u does not answer, and cannot be ended by force: %s", id,
	          rc == -ENOTSUP ? "its keeper is unknown" : strerror(-rc));
	return CTL_FAILED;
}

/*
 * Asks the keeper, WAIT_MS long, to send what MSG says: 1 when the session has ended, 0 when it goes on, -1 when
 * nothing was answered.
 */
static int
ask_and_wait(uint32_t id, const unsigned char *msg, int len, int wait_ms)
{
	unsigned char reply[1024];
	int fd = session_connect(ctl_uid(), id), n, gone = -1;

	if (fd < 0)
		return -1;
	n = session_ask(fd, msg, (size_t)len, reply, sizeof reply, wait_ms);
	if (n > 0 && attach_type_of(reply, (size_t)n) == ATTACH_MSG_DONE)
		gone = wait_gone(fd);
	close(fd);
	return gone;
}

static int
say_it_goes_on(uint32_t id)
{
	ctl_error("session %u has not ended after %d seconds; -s KILL ends it", id, GONE_TIMEOUT_MS / 1000);
	return CTL_FAILED;
}

/*
 * For a session that did not answer to the list.  Like a shell that ignores SIGHUP, it is killed after some time; at
 * once if nothing can connect to it.
 */
static int
kill_silent(uint32_t id, int number, const unsigned char *msg, int len)
{
	int gone, rc;

	if (!signal_ends(number)) {
		ctl_error("session %u does not answer; -s KILL ends it", id);
		return CTL_FAILED;
	}
	gone = ask_and_wait(id, msg, len, GONE_TIMEOUT_MS);
	if (gone >= 0)
		return gone ? CTL_OK : say_it_goes_on(id);
	rc = force(id);
	if (rc == CTL_OK)
		ctl_error("session %u did not answer and was ended by force", id);
	return rc;
}

static int
kill_by_keeper(uint32_t id, int number, const unsigned char *msg, int len)
{
	unsigned char reply[1024];
	size_t got;
	int fd, rc = ctl_connect(id, &fd);

	if (rc)
		return rc;
	rc = ctl_ask(fd, id, msg, (size_t)len, ATTACH_MSG_DONE, reply, sizeof reply, &got);
	if (!rc && signal_ends(number) && !wait_gone(fd))
		rc = say_it_goes_on(id);
	close(fd);
	return rc;
}

static int
kill_session(const struct attach_status *s, int number)
{
	unsigned char msg[16];
	int len = attach_encode_number(ATTACH_MSG_KILL, (uint32_t)number, msg, sizeof msg);
	bool silent = attach_state_silent(s->state);

	if (number != SIGKILL)
		return silent ? kill_silent(s->id, number, msg, len) : kill_by_keeper(s->id, number, msg, len);
	if (silent || ask_and_wait(s->id, msg, len, ASK_TIMEOUT_MS) <= 0)
		return force(s->id);
	if (killmany_finish(ctl_uid(), s->id, clock_now_ms() + KILLMANY_GRACE_MS) == 0)
		return CTL_OK;
	ctl_error("cannot end session %u", s->id);
	return CTL_FAILED;
}

/* The session that WORD means (NULL: the caller's own), on this node or another one. */
static int
kill_one(const char *word, int number)
{
	char text[16];
	const char *const words[] = { "kill", "-s", text, NULL };
	struct attach_status s;
	struct pool_entry far;
	int rc = remotely_check(), where = rc ? -rc : remotely_find(&word, &far);

	if (where < 0)
		return -where;
	snprintf(text, sizeof text, "%d", number);
	if (where > 0)
		return remotely_run(&far, words, NULL);
	rc = ctl_target(word, &s);
	return rc ? rc : kill_session(&s, number);
}

/* The options. */
struct kill_options {
	struct killmany many;
	bool is_many, all;
};

static int
take_option(const struct ctl_command *self, struct kill_options *o, int opt, char **argv)
{
	uint64_t seconds;

	switch (opt) {
	case 's':
		o->many.signal = signame_parse(optarg);
		return o->many.signal < 0 ? ctl_usage(self, "no signal \"%s\"; expected a name such as HUP, TERM or KILL, "
		                                      "or a number", optarg) : CTL_OK;
	case 'a':
		o->all = o->is_many = true;
		return CTL_OK;
	case 'o':
		if (config_seconds(optarg, UINT32_MAX, &seconds))
			return ctl_usage(self, "\"%s\" is no time; expected one such as 90, 30m, 12h or 7d", optarg);
		o->many.by_age = o->is_many = true;
		o->many.older_s = (uint32_t)seconds;
		return CTL_OK;
	case 'u':
		return ctl_user(optarg);
	case 'w':
		ctl_want_own();
		return CTL_OK;
	case 'j':
		o->many.json = true;
		return CTL_OK;
	default:
		return ctl_bad_option(self, opt, argv);
	}
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' }, { "older-than", required_argument, NULL, 'o' },
		{ "user", required_argument, NULL, 'u' }, { "json", no_argument, NULL, 'j' },
		{ "own", no_argument, NULL, 'w' }, { NULL, 0, NULL, 0 },
	};
	struct kill_options o = { .many = { .signal = SIGHUP } };
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":s:au:", options)) != -1)
		if ((rc = take_option(self, &o, opt, argv)))
			return rc;
	if (o.is_many && optind < argc)
		return ctl_usage(self, "unexpected argument \"%s\": with --all or --older-than no session is named",
		                 argv[optind]);
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	/* With --user, all of that user's. */
	o.many.everybody = o.all && !ctl_user_said() && geteuid() == 0;
	if (o.is_many)
		return killmany_run(&o.many);
	if (o.many.json)
		return ctl_usage(self, "--json needs --all or --older-than");
	return kill_one(argv[optind], o.many.signal);
}

const struct ctl_command cmd_kill = {
	.name = "kill",
	.args = "[-s SIGNAL] [-a] [--older-than TIME] [-u USER] [--own] [--json] [ID|NAME]",
	.summary = "End sessions",
	.help = "Without an argument: the session that you are in.  Its shell gets SIGHUP, as when a terminal is\n"
	        "closed.  After HUP, TERM and KILL the command waits until the session is gone.  If a session\n"
	        "does not answer for five seconds, it is ended by force.\n"
	        "  -s SIGNAL          another signal, by name or number; KILL uses force at once\n"
	        "  -a, --all          all your sessions but the one you are in; as root those of all users, or of\n"
	        "                     USER\n"
	        "  --older-than TIME  only sessions without an attached terminal for TIME (30m, 12h, 7d)\n"
	        "  -u, --user USER    sessions of USER, a name or a number (root)\n"
	        "  --own              with these two also sessions without root\n"
	        "  --json             with -a and --older-than: print one JSON object\n",
	.run = run,
};
