/* SPDX-License-Identifier: MIT */

#include "ctl.h"
#include "ctlpool.h"
#include "remotely.h"

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

/* The name goes through another node's shell, so that it is looked at here. */
static int
rename_there(const struct pool_entry *s, const char *name)
{
	static const char *const words[] = { "rename", NULL };

	if (*name && !attach_name_ok(name)) {
		ctl_error("\"%s\" is not a valid name: use " ATTACH_NAME_RULE, name);
		return CTL_USAGE;
	}
	return remotely_run(s, words, name);
}

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	struct session_list list;
	struct pool_entry far;
	const char *word;
	int opt, rc, where;

	if ((opt = ctl_getopt(argc, argv, ":", NULL)) != -1)
		return ctl_bad_option(self, opt, argv);
	if ((rc = ctl_words(self, argc, argv, 2)))
		return rc;
	argc -= optind;
	argv += optind;
	if (!argc)
		return ctl_usage(self, "no name; expected the new one, or \"\" for none");
	word = argc == 2 ? argv[0] : NULL;
	where = (rc = remotely_check()) ? -rc : remotely_find(&word, &far);
	if (where)
		return where < 0 ? -where : rename_there(&far, argv[argc - 1]);
	rc = ctl_list(&list);
	if (rc)
		return rc;
	rc = rename_in(&list, word, argv[argc - 1]);
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
