/* SPDX-License-Identifier: MIT */
/*
 * holdfastctl resume: does what the ssh subsystem does (holdfast-resume(8)), as a command, for a host whose sshd has
 * no line for it and whose user cannot add one.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "ctl.h"
#include "enter_tty.h"
#include "rootless.h"
#include "subsystem.h"
#include "waiting.h"

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct enter_request q = { .in = STDIN_FILENO, .out = STDOUT_FILENO, .mode = ATTACH_MODE_TAKE,
		                   .create_named = true };
	const char *want = getenv("LC_HOLDFAST");
	int opt;

	if ((opt = ctl_getopt(argc, argv, ":", NULL)) != -1)
		return ctl_bad_option(self, opt, argv);
	if (optind != argc)
		return ctl_usage(self, "unexpected argument \"%s\": LC_HOLDFAST names a session", argv[optind]);
	if (want && want[0] && strcmp(want, "off") != 0)
		q.want = want;
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return enter_tty(&q);
	waiting_only(false);
	q.own = ticket_parse(&q.ticket, getenv("HOLDFAST_TICKET")) < 0 && rootless_is_the_way();
	return subsystem_run(&q);
}

const struct ctl_command cmd_resume = {
	.name = "resume",
	.args = "",
	.summary = "Do what ssh -s resume does",
	.help = "For a host whose sshd has no subsystem \"resume\".  Without a terminal, standard input and\n"
	        "output carry the protocol of the client holdfast, or the input of a user or a script.\n",
	.run = run,
};
