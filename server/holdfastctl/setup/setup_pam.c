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
		              rc == -ENOENT || !rc ? "no such file" : c.error);
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
	/* Setup made this one before held shells had sshd's; a site may have come to use it (PamService). */
	if (s->undo)
		setup_block(s, HELD_STACK, "", BLOCK_LAST, false);
	sshd_stack(s);
}
