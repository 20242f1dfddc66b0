/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sessionlist.h"
#include "telling.h"
#include "clock.h"
#include "ctl.h"
#include "json.h"

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
	struct telling t = { .attached = false };
	struct attach_status one;
	struct sessionlist a;
	int rc = target ? ctl_target(target, &one) : CTL_OK;

	if (!rc)
		rc = sessionlist_get(&a, everybody);
	if (rc)
		return rc;
	t.only = target ? one.id : 0;
	telling_run(&t, &a, text);
	sessionlist_free(&a);
	report(json, t.told, t.failed);
	return t.failed ? CTL_FAILED : CTL_OK;
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
