/* SPDX-License-Identifier: MIT */
#include "ctl.h"
#include "ctlpool.h"
#include "enter_tty.h"

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct enter_request q = { .want = "new", .in = -1, .out = -1 };
	const char *name = NULL;
	bool inside;
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":n:", NULL)) != -1) {
		if (opt != 'n')
			return ctl_bad_option(self, opt, argv);
		name = optarg;
	}
	if (optind != argc)
		return ctl_usage(self, "unexpected argument \"%s\": a name stands behind -n", argv[optind]);
	rc = ctl_switched_on();
	if (!rc)
		rc = ctl_may_start(name, &inside);
	if (rc)
		return rc;
	if (inside)
		return ctl_switch(name ? name : "new");
	q.name = name;
	return enter_tty(&q);
}

const struct ctl_command cmd_new = {
	.name = "new",
	.args = "[-n NAME]",
	.summary = "Start a session on this terminal",
	.help = "In a held shell the terminal leaves the session that it is in, which stays held, and goes to the\n"
	        "new one.  Opt-outs (HOLDFAST=off and the like) have no effect here.\n"
	        "  -n NAME   name of the session\n",
	.run = run,
};
