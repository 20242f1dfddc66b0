/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "hook_text.h"
#include "nearest.h"

/* By source, which restores the shell's onintr at the end. */
static const char *const source_csh = "if (-r " HOLDFAST_DATADIR "/hook.csh) source " HOLDFAST_DATADIR "/hook.csh\n";

static const struct {
	const char *shell;
	const char *const *text;
	const char *const *refresh; /* or NULL */
} hooks[] = {
	{ "sh", &hook_text_sh, NULL },                { "bash", &hook_text_sh, &refresh_text_bash },
	{ "dash", &hook_text_sh, NULL },              { "ksh", &hook_text_sh, NULL },
	{ "zsh", &hook_text_zsh, &refresh_text_zsh }, { "fish", &hook_text_fish, &refresh_text_fish },
	{ "tcsh", &source_csh, NULL },                { "csh", &source_csh, NULL },
};

static int
run(const struct ctl_command *self, int argc, char **argv)
{
	char hint[NEAREST_HINT_CAP];
	struct nearest near;
	int opt, rc;

	if ((opt = ctl_getopt(argc, argv, ":", NULL)) != -1)
		return ctl_bad_option(self, opt, argv);
	if (optind == argc)
		return ctl_usage(self, "no shell; expected sh, bash, zsh, fish or tcsh");
	if ((rc = ctl_words(self, argc, argv, 1)))
		return rc;
	nearest_begin(&near, argv[optind]);
	for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
		nearest_offer(&near, hooks[i].shell);
		if (strcmp(hooks[i].shell, argv[optind]) == 0) {
			fputs(*hooks[i].text, stdout);
			if (hooks[i].refresh)
				fputs(*hooks[i].refresh, stdout);
			return CTL_OK;
		}
	}
	nearest_hint(&near, hint);
	return ctl_usage(self, "no hook for \"%s\"; expected sh, bash, zsh, fish or tcsh%s", argv[optind], hint);
}

const struct ctl_command cmd_hook = {
	.name = "hook",
	.args = "sh|bash|zsh|fish|tcsh",
	.summary = "Print the hook for a login shell",
	.help = "sh and bash read the hook from /etc/profile.d by themselves.  For the others put these lines\n"
	        "into:\n"
	        "  zsh    /etc/zsh/zprofile\n"
	        "  fish   /etc/fish/conf.d/00-holdfast.fish\n"
	        "  tcsh   /etc/csh.login\n"
	        "For bash, zsh and fish the lines also update DISPLAY, SSH_CONNECTION and the like in an old\n"
	        "shell, at its next prompt after another login is attached.  For this, all shells must read\n"
	        "them, not only login shells:\n"
	        "  eval \"$(holdfastctl hook bash)\"     at the end of ~/.bashrc\n"
	        "  eval \"$(holdfastctl hook zsh)\"      in ~/.zshrc\n"
	        "  holdfastctl hook fish | source       in ~/.config/fish/config.fish\n",
	.run = run,
};
