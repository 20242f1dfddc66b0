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
#define BEGIN "begin" /* the argument of the first line */

/* PAM finds a module by its name alone only where its own are. */
static const char *
module_name(void)
{
	return hostfile_exists(HOLDFAST_PAMDIR "/pam_unix.so") == 1 ? MODULE : HOLDFAST_PAMDIR "/" MODULE;
}

/*
 * Distributions with a vendor directory (openSUSE, ALT) have sshd's rules there, and nothing in /etc: a file in /etc then
 * takes the place of the vendor's.  Such a file includes the vendor's, which so goes on to have the vendor's updates.
 * The path of that file, or NULL.
 */
static const char *
vendor_stack(void)
{
	static const char *const paths[] = { "/usr/lib/pam.d/sshd", "/usr/etc/pam.d/sshd" };

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (hostfile_exists(paths[i]) == 1)
			return paths[i];
	return NULL;
}

/* Makes /etc/pam.d/sshd, or makes it anew: our lines around those of VENDOR. */
static void
around_vendor(struct setup *s, const char *vendor)
{
	static const char *const types[] = { "auth", "account", "password", "session" };
	char body[8 * PATH_CAP];
	size_t n = (size_t)snprintf(body, sizeof body, "session optional %s " BEGIN "\n", module_name());

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		n += (size_t)snprintf(body + n, sizeof body - n, "%s include %s\n", types[i], vendor);
	snprintf(body + n, sizeof body - n, "session optional %s\n", module_name());
	setup_block(s, SSHD_STACK, body, BLOCK_FIRST, true);
}

/* Whether sshd's rules are the vendor's alone, or our block has them included. */
static bool
is_vendors(const char *vendor)
{
	char *text, line[PATH_CAP];
	bool yes;
	int rc = vendor ? hostfile_read(SSHD_STACK, &text, NULL) : -EINVAL;

	if (rc)
		return rc == -ENOENT;
	snprintf(line, sizeof line, "session include %s\n", vendor);
	yes = block_state(text) == BLOCK_THERE && strstr(text, line);
	free(text);
	return yes;
}

/* Finds which of the two lines exist outside of our blocks. */
struct foreign {
	const struct pamconf_line *first, *last;
};

/* L, unless it is in a block of ours in sshd's stack, whose text is TEXT. */
static const struct pamconf_line *
unless_ours(const struct pamconf_line *l, const char *text)
{
	return l && strcmp(l->file, SSHD_STACK) == 0 && block_has_line(text, l->number) ? NULL : l;
}

/* Says where the lines are that setup has not written; LEAD goes before that. */
static void
say_foreign(const struct foreign *f, const char *lead)
{
	const struct pamconf_line *lines[] = { f->first, f->last };

	for (size_t i = 0; i < 2; i++)
		if (lines[i])
			setup_say(SSHD_STACK, "%s%s:%u has %s%s%s", lead, lines[i]->file, lines[i]->number, MODULE,
			          lines[i]->args[0] ? " " : "", lines[i]->args);
}

static void
sshd_stack(struct setup *s)
{
	char first[PATH_CAP + 64], last[PATH_CAP + 64], *text;
	struct foreign f;
	struct pamconf c;
	int rc = pamconf_read(&c, "sshd");

	if (rc || hostfile_read(SSHD_STACK, &text, NULL)) {
		setup_trouble(s, SSHD_STACK, "left alone: %s",
		              rc && rc != -ENOENT ? c.error : hostfile_exists("/etc/alpine-release") == 1
		              ? "no such file; for an sshd with PAM: apk add openssh-server-pam" : "no such file");
		pamconf_free(&c);
		return;
	}
	snprintf(first, sizeof first, "session optional %s " BEGIN "\n", module_name());
	snprintf(last, sizeof last, "session optional %s\n", module_name());
	f.first = unless_ours(pamconf_session_arg(&c, MODULE, BEGIN, true), text);
	f.last = unless_ours(pamconf_session_arg(&c, MODULE, BEGIN, false), text);
	if (s->undo)
		say_foreign(&f, "left alone: not written by setup: ");
	else
		say_foreign(&f, f.first && f.last ? "nothing to do: " : "as it is: ");
	if (s->undo || !f.first || !f.last)
		setup_blocks(s, SSHD_STACK, f.first ? NULL : first, f.last ? NULL : last);
	free(text);
	pamconf_free(&c);
}

void
setup_pam(struct setup *s)
{
	const char *vendor = vendor_stack();

	/* Setup made this one before held shells had sshd's; a site may have come to use it (PamService). */
	if (s->undo)
		setup_block(s, HELD_STACK, "", BLOCK_LAST, false);
	if (!s->undo && is_vendors(vendor))
		around_vendor(s, vendor);
	else if (!s->undo || !vendor || hostfile_exists(SSHD_STACK) == 1)
		sshd_stack(s);
}
