/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pamconf.h"
#include "hostfile.h"
#include "setup.h"

#define SSHD_STACK "/etc/pam.d/sshd"
#define HELD_STACK "/etc/pam.d/holdfast"
#define MODULE "pam_holdfast.so"
#define SELINUX "session [success=ok ignore=ignore module_unknown=ignore default=bad] pam_selinux.so "

/* PAM finds a module by its name alone only where its own are. */
static const char *
module_name(void)
{
	return hostfile_exists(HOLDFAST_PAMDIR "/pam_unix.so") == 1 ? MODULE : HOLDFAST_PAMDIR "/" MODULE;
}

/* Whether the line is there without our block. */
static bool
has_foreign_line(const char *text, const struct pamconf *c)
{
	const struct pamconf_line *l = pamconf_session(c, MODULE);

	return l && (strcmp(l->file, SSHD_STACK) != 0 || block_state(text) == BLOCK_NONE);
}

static void
sshd_stack(struct setup *s)
{
	char body[PATH_CAP + 64], *text;
	const struct pamconf_line *l;
	struct pamconf c;
	int rc = pamconf_read(&c, "sshd");

	if (rc || hostfile_read(SSHD_STACK, &text, NULL)) {
		setup_trouble(s, SSHD_STACK, "left alone: %s",
		              rc == -ENOENT || !rc ? "there is no such file" : c.error);
		pamconf_free(&c);
		return;
	}
	snprintf(body, sizeof body, "session optional %s\n", module_name());
	l = pamconf_session(&c, MODULE);
	if (has_foreign_line(text, &c) && !s->undo)
		setup_say(SSHD_STACK, "nothing to do: %s:%u has %s", l->file, l->number, MODULE);
	else if (has_foreign_line(text, &c))
		setup_say(SSHD_STACK, "left alone: setup has not written %s:%u, which has %s", l->file, l->number,
		          MODULE);
	else
		setup_block(s, SSHD_STACK, body, BLOCK_LAST, false);
	free(text);
	pamconf_free(&c);
}

/* What all logins of this distribution go through, by its name. */
static const char *
common_stack(void)
{
	static const char *const names[] = { "system-remote-login", "password-auth", "system-auth",
	                                    "common-session" };
	char path[PATH_CAP];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "/etc/pam.d/%s", names[i]);
		if (hostfile_exists(path) == 1)
			return names[i];
	}
	return NULL;
}

/* The one that is installed is Debian's; others have other names for the same. */
static void
held_stack(struct setup *s)
{
	const char *common = common_stack();
	struct pamconf c;
	char body[1024];
	int rc = pamconf_read(&c, "holdfast");
	bool ours = false;
	char *text;

	if (hostfile_read(HELD_STACK, &text, NULL) == 0) {
		ours = block_state(text) == BLOCK_THERE;
		free(text);
	}
	if (rc && rc != -ENOENT && !ours) {
		setup_trouble(s, HELD_STACK, "left alone: %s; without that file setup makes one%s%s", c.error,
		              common ? " from " : "", common ? common : "");
	} else if ((rc == -ENOENT || ours) && common && strncmp(common, "common-", 7) != 0) {
		snprintf(body, sizeof body,
		         "auth include %s\naccount include %s\n" SELINUX "close\nsession required pam_loginuid.so\n"
		         SELINUX "open\nsession optional pam_keyinit.so force revoke\nsession include %s\n", common,
		         common, common);
		setup_block(s, HELD_STACK, body, BLOCK_LAST, true);
	} else if (rc == -ENOENT && !s->undo) {
		setup_trouble(s, HELD_STACK, "is missing, and sessions cannot be started without it: make install "
		              "puts it there");
	}
	pamconf_free(&c);
}

void
setup_pam(struct setup *s)
{
	held_stack(s);
	sshd_stack(s);
}
