/* SPDX-License-Identifier: MIT */
#include "taken.h"

#include "clock.h"

void
taken_begin(struct taken *t)
{
	*t = (struct taken){ .due = CLOCK_NEVER };
}

void
taken_fed(struct taken *t, uint64_t now)
{
	*t = (struct taken){ .waits = true, .fresh = true, .due = now + TAKEN_QUIET_MS };
}

void
taken_stirred(struct taken *t, uint64_t now)
{
	if (!t->waits)
		return;
	t->extended = false;
	t->due = now + TAKEN_QUIET_MS;
}

bool
taken_wants_look(const struct taken *t, uint64_t now)
{
	return t->waits && (t->fresh || t->echoed || now >= t->due);
}

/* Whether the kernel has echoed all input, and all of that echo has been read. */
static bool
is_certain(struct taken *t, const struct taken_look *look)
{
	t->canonical = look->canonical && (t->fresh || t->canonical);
	t->fresh = false;
	if (!t->canonical)
		return false;
	/* Where there is input to read, the kernel was not made to look at what came behind that. */
	if (!t->echoed && !look->readable && !look->crowded) {
		t->echoed = true;
		t->echo_end = look->head + TAKEN_PTY_HOLDS;
	}
	return t->echoed && (!look->output_waits || look->head >= t->echo_end);
}

enum taken_verdict
taken_judge(struct taken *t, const struct taken_look *look, uint64_t now)
{
	enum taken_verdict verdict;

	if (!t->waits)
		return TAKEN_NOT;
	if (is_certain(t, look)) {
		verdict = TAKEN_CERTAIN;
	} else if (now < t->due) {
		return TAKEN_NOT;
	} else if (look->output_waits) {
		taken_stirred(t, now);
		if (look->left)
			t->due = CLOCK_NEVER;
		return TAKEN_NOT;
	} else if (look->unread && !look->canonical) {
		t->due = CLOCK_NEVER;
		return TAKEN_NOT;
	} else if (look->busy && !t->extended) {
		t->extended = true;
		t->due = now + TAKEN_QUIET_MS;
		return TAKEN_NOT;
	} else {
		verdict = TAKEN_ASSUMED;
	}
	taken_begin(t);
	return verdict;
}
