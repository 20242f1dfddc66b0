/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshdask.h"
#include "sshdconf.h"
#include "hostfile.h"
#include "paths.h"
#include "setup.h"

#define DROPIN "/etc/ssh/sshd_config.d/holdfast.conf"
#define COMMAND HOLDFAST_LIBEXECDIR "/holdfast-resume"

/* Whether the line L is inside of our block, or in a file that is all ours. */
static bool
is_ours(const struct sshdconf_line *l)
{
	char *text, *rest, *line;
	unsigned number = 0;
	bool inside = false, found = false;

	if (hostfile_read(l->file, &text, NULL))
		return false;
	if (block_state(text) == BLOCK_THERE)
		for (rest = text; !found && (line = hostfile_raw_line(&rest)) && ++number <= l->number;) {
			if (strncmp(line, "# >>> holdfast", 14) == 0)
				inside = true;
			else if (strncmp(line, "# <<< holdfast", 14) == 0)
				inside = false;
			found = inside && number == l->number;
		}
	free(text);
	return found;
}

/* The first line of a subsystem "resume" that setup did not write. */
static const struct sshdconf_line *
foreign_subsystem(const struct sshdconf *c, const char **command)
{
	for (size_t i = 0; i < c->count; i++) {
		struct sshdconf one = { .v = &c->v[i], .count = 1 };

		if (sshdconf_subsystem(&one, "resume", command) && !is_ours(&c->v[i]))
			return &c->v[i];
	}
	return NULL;
}

static bool
foreign_accept(const struct sshdconf *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct sshdconf one = { .v = &c->v[i], .count = 1 };

		if (sshdconf_accepts(&one, "LC_HOLDFAST") && !is_ours(&c->v[i]))
			return true;
	}
	return false;
}

/* Where the block is, or is to be: the drop-in, if sshd reads it. */
static const char *
place(const struct sshdconf *c)
{
	return sshdconf_includes(c, DROPIN) ? DROPIN : SSHDCONF_FILE;
}

static void
take_out(struct setup *s, const struct sshdconf *c)
{
	const char *command;
	const struct sshdconf_line *l = foreign_subsystem(c, &command);

	if (hostfile_exists(DROPIN) == 1)
		s->sshd_edits += setup_block(s, DROPIN, "", BLOCK_FIRST, false);
	s->sshd_edits += setup_block(s, SSHDCONF_FILE, "", BLOCK_FIRST, false);
	if (l && strcmp(command, COMMAND) == 0)
		setup_say(l->file, "left alone: line %u, with the subsystem, was not written by setup", l->number);
}

static void
put_in(struct setup *s, const struct sshdconf *c)
{
	const char *command, *where = place(c);
	const struct sshdconf_line *l = foreign_subsystem(c, &command);
	bool subsystem = !l, accept = !foreign_accept(c);
	char body[PATH_CAP + 64];

	if (l && strcmp(command, COMMAND) != 0)
		setup_trouble(s, l->file, "left alone: line %u has another subsystem \"resume\" (%s)",
		              l->number, command);
	else if (l)
		setup_say(l->file, "nothing to do: line %u has the subsystem", l->number);
	/* The drop-in always has both, to be the same wherever it is. */
	accept |= subsystem && strcmp(where, DROPIN) == 0;
	snprintf(body, sizeof body, "%s%s", subsystem ? "Subsystem resume " COMMAND "\n" : "",
	         accept ? "AcceptEnv LC_HOLDFAST LC_HOLDFAST_ATTACH\n" : "");
	if (body[0] && c->vendors && strcmp(where, DROPIN) != 0) {
		setup_trouble(s, SSHDCONF_FILE, "left alone: the file does not exist, and " SSHDCONF_VENDOR_FILE
		              " does not include " DROPIN "; copy that file to " SSHDCONF_FILE ", then run setup again");
		return;
	}
	/* First in sshd_config: behind a Match line it would be for some connections only. */
	if (body[0])
		s->sshd_edits += setup_block(s, where, body, BLOCK_FIRST, strcmp(where, DROPIN) == 0);
}

void
setup_sshd(struct setup *s)
{
	char text[TEXT_CAP];
	struct sshdconf c;
	int rc = sshdconf_read(&c);

	if (rc) {
		setup_trouble(s, SSHDCONF_FILE, "left alone: %s", strerror(-rc));
		return;
	}
	rc = sshdask_test(!s->dry, text);
	s->sshd_broken = rc == -EBADMSG;
	if (rc == -EBADMSG && !s->undo)
		setup_trouble(s, SSHDCONF_FILE, "left alone: sshd -t rejects the present configuration: %s", text);
	else if (rc && rc != -EBADMSG && rc != -EAGAIN)
		setup_trouble(s, SSHDCONF_FILE, "left alone: cannot run sshd -t: %s", strerror(-rc));
	else if (s->undo)
		take_out(s, &c);
	else
		put_in(s, &c);
	s->reload_sshd = s->sshd_edits > 0;
	sshdconf_free(&c);
}
