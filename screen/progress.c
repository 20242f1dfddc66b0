/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "model.h"
#include "out.h"

#define STATE_MAX 4
#define PERCENT_MAX 100

/* Reads a number up to LIMIT, greater ones as LIMIT, and what ends it; false: there is none. */
static bool
read_number(const char **text, const char *end, unsigned limit, unsigned *number)
{
	const char *p = *text;

	if (p == end || *p < '0' || *p > '9')
		return false;
	for (*number = 0; p < end && *p >= '0' && *p <= '9'; p++)
		if (*number <= limit)
			*number = *number * 10 + (unsigned)(*p - '0');
	if (*number > limit)
		*number = limit;
	if (p < end && *p++ != ';')
		return false;
	*text = p;
	return true;
}

void
progress_osc(struct progress *p, const char *text, size_t len)
{
	const char *end = text + len;
	unsigned what, state, percent;

	if (!read_number(&text, end, 5, &what) || what != 4 || !read_number(&text, end, STATE_MAX + 1, &state) ||
	    state > STATE_MAX)
		return;
	if (!read_number(&text, end, PERCENT_MAX, &percent))
		percent = p->percent;
	*p = (struct progress){ .said = true, .state = (uint8_t)state, .percent = state ? (uint8_t)percent : 0 };
}

void
progress_reset(struct progress *p)
{
	p->state = p->percent = 0;
}

void
progress_write(struct out *out, const struct progress *p)
{
	if (p->said && out_can(out, TERMCAN_PROGRESS))
		out_format(out, "\033]9;4;%u;%u\033\\", p->state, p->percent);
}

void
progress_leave(struct out *out, const struct progress *p)
{
	const struct progress none = { .said = true };

	if (p->state)
		progress_write(out, &none);
}
