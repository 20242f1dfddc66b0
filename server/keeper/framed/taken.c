/* SPDX-License-Identifier: MIT */
#include "taken.h"

#include "clock.h"

void
taken_begin(struct taken *t)
{
	*t = (struct taken){ .due = CLOCK_NEVER, .assumed = CLOCK_NEVER };
}

/* The same, but for what is known of the host. */
static void
begin_again(struct taken *t)
{
	struct taken known = *t;

	taken_begin(t);
	t->slower = known.slower;
	t->slow = known.slow;
}

static unsigned
quiet_ms(const struct taken *t)
{
	return TAKEN_QUIET_MS * (1 + t->slower);
}

void
taken_fed(struct taken *t, uint64_t now)
{
	begin_again(t);
	t->waits = t->fresh = true;
	t->due = now + quiet_ms(t);
}

void
taken_again(struct taken *t, uint64_t now)
{
	taken_fed(t, now);
	t->fresh = false;
}

void
taken_stirred(struct taken *t, uint64_t now)
{
	if (t->assumed != CLOCK_NEVER && now - t->assumed <= TAKEN_SOON_MS) {
		t->slower += t->slower < TAKEN_SLOWER;
		t->slow = TAKEN_SLOW_TIMES;
	}
	t->assumed = CLOCK_NEVER;
	if (!t->waits)
		return;
	t->extended = false;
	t->due = now + quiet_ms(t);
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

/* The end of the wait for input that was taken. */
static void
end_wait(struct taken *t, bool certain, uint64_t now)
{
	begin_again(t);
	if (certain)
		return;
	t->assumed = now;
	if (t->slower && --t->slow == 0) {
		t->slower--;
		t->slow = TAKEN_SLOW_TIMES;
	}
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
		t->due = now + quiet_ms(t);
		return TAKEN_NOT;
	} else {
		verdict = TAKEN_ASSUMED;
	}
	end_wait(t, verdict == TAKEN_CERTAIN, now);
	return verdict;
}
