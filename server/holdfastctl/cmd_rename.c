/* SPDX-License-Identifier: MIT */

#include "ctl.h"
#include "ctlpool.h"

static int
rename_in(const struct session_list *list, const char *word, const char *name)
{
	const struct attach_status *s;
	unsigned char msg[64];
	int rc = ctl_target_in(list, word, &s);

	if (!rc && *name)
		rc = ctl_name_free(list, name, s->id);
	return rc ? rc : ctl_do(s->id, msg, attach_encode_name(name, msg, sizeof msg));
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct session_list list;
	int opt, rc;

	if ((opt = ctl_getopt(argc, argv, ":", NULL)) != -1)
		return ctl_bad_option(self, opt, argv);
	if ((rc = ctl_words(self, argc, argv, 2)))
		return rc;
	argc -= optind;
	argv += optind;
	if (!argc)
		return ctl_usage(self, "no name; expected the new one, or \"\" for none");
	rc = ctl_list(&list);
	if (rc)
		return rc;
	rc = rename_in(&list, argc == 2 ? argv[0] : NULL, argv[argc - 1]);
	session_list_free(&list);
	return rc;
}

const struct ctl_command cmd_rename = {
	.name = "rename",
	.args = "[ID|NAME] NEWNAME",
	.summary = "Name a session",
	.help = "With one argument: the session that you are in.  An empty NEWNAME ('') removes the name.\n",
	.run = run,
};
