/* SPDX-License-Identifier: MIT */
#include "zshhook.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "hostfile.h"
#include "run.h"

#define ZSH_MS 5000

static bool
is_linked(const char *path)
{
	char target[PATH_CAP];
	ssize_t len = readlink(path, target, sizeof target);

	return len == (ssize_t)strlen(ZSHHOOK_FILE) && memcmp(target, ZSHHOOK_FILE, (size_t)len) == 0;
}

enum zshhook
zshhook_look(void)
{
	char link[PATH_CAP], file[PATH_CAP], zprofile[PATH_CAP];
	/* As sh, zsh does not read the site's zshenv. */
	const char *const test[] = { "zsh", "--emulate", "sh", "-f", "-c", "emulate zsh; zcompile -t \"$1\" zprofile",
	                             "zsh", file, NULL };
	struct stat st, text;

	if (hostfile_path(link, sizeof link, ZSHHOOK_LINK) || hostfile_path(file, sizeof file, ZSHHOOK_FILE) ||
	    hostfile_path(zprofile, sizeof zprofile, "/etc/zsh/zprofile") || !is_linked(link))
		return ZSHHOOK_NONE;
	if (stat(file, &st))
		return ZSHHOOK_UNREAD;
	if (stat(zprofile, &text) == 0 && text.st_mtime > st.st_mtime)
		return ZSHHOOK_UNREAD;
	return run_program(test, ZSH_MS, NULL) == 0 ? ZSHHOOK_READ : ZSHHOOK_UNREAD;
}
