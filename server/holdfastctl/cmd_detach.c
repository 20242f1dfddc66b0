/* SPDX-License-Identifier: MIT */

#include "ctl.h"

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct attach_status s;
	unsigned char msg[16];
	int opt, rc;

	while ((opt = ctl_getopt(argc, argv, ":u:", NULL)) != -1) {
		if (opt != 'u')
			return ctl_bad_option(self, opt, argv);
		if ((rc = ctl_user(optarg)))
			return rc;
	}
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	rc = ctl_target(argv[optind], &s);
	if (rc)
		return rc;
	if (!s.attachments) {
		ctl_error("session %u is not attached to any terminal", s.id);
		return CTL_FAILED;
	}
	return ctl_do(s.id, msg, attach_encode_number(ATTACH_MSG_DETACH, 0, msg, sizeof msg));
}

const struct ctl_command cmd_detach = {
	.name = "detach",
	.args = "[-u USER] [ID|NAME]",
	.summary = "Detach the terminals of a session",
	.help = "The session stays held.  Without an argument: the session that you are in.  An ssh login that\n"
	        "was in it ends.\n"
	        "  -u USER   a session of USER (root)\n",
	.run = run,
};
