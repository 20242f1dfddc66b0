/* SPDX-License-Identifier: MIT */
#include "leader_kept.h"

#include "leader.h"
#include "register.h"

/* A child in the background that has one of a command's outputs still is what is held. */
static bool
has_ended(const struct leader *l)
{
	const struct leader_shell *s = &l->shell;

	return l->state == LEADER_RUNNING && s->ended && (l->tty[0] || (s->pipes[1] < 0 && s->pipes[2] < 0));
}

/* The keeper has said so; its process may stay for those who follow the output and have not got all (script.h). */
static bool
is_over(const struct leader *l)
{
	return l->state == LEADER_ENDING && l->ended;
}

void
leader_kept_note(struct leader *l)
{
	struct leaderreg *e = &l->entry->what;
	uint32_t now;

	if (!is_over(l) && !has_ended(l))
		return;
	now = is_over(l) || !vouched_attached(&l->attachments) ? LEADERREG_KEPT : LEADERREG_ENDED;
	/* A shell whose terminal is attached is over in a moment. */
	if (now == e->ended || (now == LEADERREG_ENDED && l->tty[0]))
		return;
	e->ended = now;
	/* If it cannot be written, the session counts as one that runs. */
	register_note(l->entry);
}
