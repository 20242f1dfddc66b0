/* SPDX-License-Identifier: MIT */
#include "casting.h"

#include "printing.h"
#include "scripting.h"

#define RESET "\033c" /* RIS: the terminal is as new */

int
casting_options(const struct ctl_command *self, int argc, char **argv, bool appends, enum castfile_how *how)
{
	static const struct option all[] = {
		{ "append", no_argument, NULL, CASTFILE_APPEND }, { "overwrite", no_argument, NULL, CASTFILE_OVERWRITE },
		{ "user", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	int opt, rc;

	*how = CASTFILE_NEW;
	while ((opt = ctl_getopt(argc, argv, ":u:", appends ? all : all + 1)) != -1) {
		if (opt == CASTFILE_APPEND || opt == CASTFILE_OVERWRITE) {
			if (*how != CASTFILE_NEW && *how != (enum castfile_how)opt)
				return ctl_usage(self, "--append and --overwrite do not go together");
			*how = (enum castfile_how)opt;
		} else if (opt != 'u') {
			return ctl_bad_option(self, opt, argv);
		} else if ((rc = ctl_user(optarg))) {
			return rc;
		}
	}
	return ctl_words(self, argc, argv, 2);
}

int
casting_target(const struct ctl_command *self, const char *word, struct attach_status *s)
{
	int rc = scripting_target(self, word, true, s);

	if (rc)
		return rc;
	if (s->kind == ATTACH_KIND_TERMINAL) {
		scripting_note(s, "peek", self->name);
		return CTL_OK;
	}
	ctl_error("session %u is a command on pipes, and has no screen to record; holdfastctl tail prints its output", s->id);
	return CTL_FAILED;
}

int
casting_picture(uint32_t id, bool all, struct attach_printed *m, unsigned char **bytes)
{
	const struct attach_print ask = { all ? ATTACH_PRINT_ALL : ATTACH_PRINT_SCREEN, ATTACH_FORM_RENDERING };
	struct attach_refused refused;
	int rc = printing_get(ctl_uid(), id, &ask, m, bytes, &refused);

	return rc ? scripting_error(id, rc, &refused) : CTL_OK;
}

int
casting_draw(struct asciicast *a, uint64_t at_ms, const struct attach_printed *m, const unsigned char *bytes, bool empty)
{
	int rc = asciicast_resize(a, at_ms, m->cols, m->rows);

	if (!rc && !empty)
		rc = asciicast_output(a, at_ms, RESET, sizeof RESET - 1);
	return rc ? rc : asciicast_output(a, at_ms, bytes, (size_t)m->length);
}
