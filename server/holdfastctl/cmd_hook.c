/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "hook_text.h"

static const struct {
	const char *shell;
	const char *const *text;
} hooks[] = {
	{ "sh", &hook_text_sh },     { "bash", &hook_text_sh },  { "dash", &hook_text_sh },
	{ "ksh", &hook_text_sh },    { "zsh", &hook_text_zsh },  { "fish", &hook_text_fish },
	{ "tcsh", &hook_text_csh },  { "csh", &hook_text_csh },
};

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	int opt;

	if ((opt = getopt(argc, argv, "+:")) != -1)
		return ctl_bad_option(self, opt, argv);
	if (argc - optind != 1)
		return ctl_usage(self, "say for which shell");
	for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++)
		if (strcmp(hooks[i].shell, argv[optind]) == 0) {
			fputs(*hooks[i].text, stdout);
			return CTL_OK;
		}
	return ctl_usage(self, "no hook for \"%s\"; there are sh, bash, zsh, fish and tcsh", argv[optind]);
}

const struct ctl_command cmd_hook = {
	.name = "hook",
	.args = "sh|bash|zsh|fish|tcsh",
	.summary = "Print the lines that make a login shell be held",
	.help = "sh and bash read them from /etc/profile.d by themselves.  Where the others want them:\n"
	        "  zsh    /etc/zsh/zprofile\n"
	        "  fish   /etc/fish/conf.d/00-holdfast.fish\n"
	        "  tcsh   /etc/csh.login\n",
	.run = run,
};
