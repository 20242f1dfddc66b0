/* SPDX-License-Identifier: MIT */
/*
 * holdfast-resume: the sshd subsystem "resume", see holdfast-resume(8).  With a terminal (`ssh -t host -s resume`) it
 * attaches that; without one its pipes carry a client's frames, or a person's bytes (subsystem.h).  LC_HOLDFAST names a
 * session.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "enter.h"
#include "rootless.h"
#include "paths.h"
#include "signals.h"
#include "subsystem.h"
#include "pstitle.h"
#include "waiting.h"

#define FAILED 1

static const char usage[] =
	"usage: holdfast-resume                 (run by sshd, as the subsystem \"resume\")\n"
	"       ssh -t host -s resume           (what a person types)\n";

static void
say(const char *text)
{
	if (text[0])
		fprintf(stderr, "holdfast: %s\n", text);
}

static int
report(const struct enter_result *res)
{
	say(res->text);
	switch (res->outcome) {
	case ENTER_EXIT:
		return res->value;
	case ENTER_SIGNAL:
		return signals_end_by(res->value);
	case ENTER_DETACHED:
		return 0;
	default:
		return FAILED;
	}
}

int
main(int argc, char **argv)
{
	const char *want = getenv("LC_HOLDFAST"), *tty = isatty(0) && isatty(1) ? ttyname(0) : NULL;
	struct enter_request q = { .tty = tty, .in = 0, .out = 1, .mode = ATTACH_MODE_TAKE, .create_named = true,
		                   .scripts = true };
	struct enter_result res;

	pstitle_begin(argc, argv, false);
	waiting_only(false);
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "holdfast-resume: unexpected argument \"%s\"\n%s", argv[1], usage);
		return 2;
	}
	if (ticket_parse(&q.ticket, getenv("HOLDFAST_TICKET")) < 0) {
		memset(&q.ticket, 0, sizeof q.ticket);
		q.own = rootless_is_the_way();
	}
	if (want && want[0] && strcmp(want, "off") != 0)
		q.want = want;
	q.ask = tty && !q.want;
	/* Standard error of a subsystem without a terminal is thrown away by sshd. */
	if (!tty)
		return subsystem_run(&q);
	if (access(PATH_DISABLED, F_OK) == 0) {
		say("switched off on this host");
		return FAILED;
	}
	enter_run(&q, &res);
	return report(&res);
}
