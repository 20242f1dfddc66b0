/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessionlist.h"
#include "clock.h"
#include "ctl.h"
#include "json.h"

#define BATCH 200 /* connections at a time */
#define ANSWER_TIMEOUT_MS 2000 /* for all of them together */

/* The words of the command line with blanks in between. */
static bool
join(char text[TEXT_CAP], int argc, char **argv)
{
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < argc; i++) {
		int n = snprintf(text + len, TEXT_CAP - len, "%s%s", i ? " " : "", argv[i]);

		if (n < 0 || (size_t)n >= TEXT_CAP - len)
			return false;
		len += (size_t)n;
	}
	return len > 0;
}

/* Sends the message: the connection for the answer, or a negative errno. */
static int
send_to(const struct sessionlist_session *s, const char *text)
{
	unsigned char msg[TEXT_CAP + 16];
	int len = attach_encode_text(ATTACH_MSG_MESSAGE, text, msg, sizeof msg);
	int fd = attach_state_silent(s->status.state) ? -EHOSTDOWN : session_connect(s->uid, s->status.id);

	if (fd < 0)
		return fd;
	if (send(fd, msg, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
		return fd;
	close(fd);
	return -EPIPE;
}

static void
report(bool json, size_t told, size_t failed)
{
	struct json j;

	if (!json) {
		printf("written to %zu %s\n", told, told == 1 ? "session" : "sessions");
		if (failed)
			ctl_error("not reached: %zu", failed);
		return;
	}
	json_begin(&j, stdout);
	json_number(&j, "told", told);
	json_number(&j, "failed", failed);
	json_end(&j);
}

static int
tell_all(bool everybody, const char *target, const char *text, bool json)
{
	size_t told = 0, failed = 0;
	struct attach_status one;
	struct sessionlist a;
	int rc = target ? ctl_target(target, &one) : CTL_OK;

	if (!rc)
		rc = sessionlist_get(&a, everybody);
	if (rc)
		return rc;
	for (size_t i = 0; i < a.count; i += BATCH) {
		int fds[BATCH], count = 0;
		uint64_t deadline = clock_now_ms() + ANSWER_TIMEOUT_MS;

		for (size_t j = i; j < a.count && j < i + BATCH; j++) {
			if (target && a.v[j].status.id != one.id)
				continue;
			fds[count] = send_to(&a.v[j], text);
			if (fds[count] >= 0)
				count++;
			else
				failed++;
		}
		for (int j = 0; j < count; j++) {
			if (sessionlist_answer(fds[j], deadline) == ATTACH_MSG_DONE)
				told++;
			else
				failed++;
			close(fds[j]);
		}
	}
	sessionlist_free(&a);
	report(json, told, failed);
	return failed ? CTL_FAILED : CTL_OK;
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' }, { "user", required_argument, NULL, 'u' },
		{ "json", no_argument, NULL, 'j' }, { "own", no_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
	};
	bool everybody = false, json = false;
	const char *target = NULL;
	char text[TEXT_CAP];
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, "+:au:t:", options)) != -1) {
		if (opt == 'a')
			everybody = true;
		else if (opt == 'j')
			json = true;
		else if (opt == 'o')
			ctl_want_own();
		else if (opt == 't')
			target = optarg;
		else if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		else if ((rc = ctl_user(optarg)))
			return rc;
	}
	if (everybody && (target || ctl_user_said()))
		return ctl_usage(self, "--all and %s exclude each other", target ? "-t" : "--user");
	if (optind == argc)
		return ctl_usage(self, "no text; expected what to write");
	if (!join(text, argc - optind, argv + optind))
		return ctl_usage(self, "the text is empty, or longer than %d bytes", TEXT_CAP - 1);
	return tell_all(everybody, target, text, json);
}

const struct ctl_command cmd_message = {
	.name = "message",
	.args = "[-a|[-u USER] [-t ID|NAME]] [--own] [--json] TEXT...",
	.summary = "Write a line onto the screens of held sessions",
	.help = "Without an option: of all your sessions.  Attached terminals show the line at once, others after\n"
	        "a resume.  Control characters are shown and not sent.\n"
	        "  -t ID|NAME       only this session\n"
	        "  -a, --all        sessions of all users (root)\n"
	        "  -u, --user USER  sessions of USER (root)\n"
	        "  --own            with these two also sessions without root\n"
	        "  --json           print one JSON object\n",
	.run = run,
};
