/* SPDX-License-Identifier: MIT */
#include "block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an old block only the beginnings are looked at. */
#define BEGIN "# >>> holdfast"
#define END "# <<< holdfast"
#define BEGIN_LINE BEGIN " >>> written by holdfastctl setup, taken out by holdfastctl setup --undo\n"
#define END_LINE END " <<<\n"

struct span {
	const char *begin, *end; /* the block with its markers; END is behind the newline of the last marker */
};

static const char *
next_line(const char *p)
{
	const char *newline = strchr(p, '\n');

	return newline ? newline + 1 : p + strlen(p);
}

/* The first block from TEXT on; BROKEN also for one that comes later. */
static enum block_state
find(const char *text, struct span *s)
{
	bool open = false;

	s->begin = s->end = NULL;
	for (const char *p = text; *p; p = next_line(p)) {
		if (strncmp(p, BEGIN, sizeof BEGIN - 1) == 0) {
			if (open)
				return BLOCK_BROKEN;
			open = true;
			s->begin = s->begin ? s->begin : p;
		} else if (strncmp(p, END, sizeof END - 1) == 0) {
			if (!open)
				return BLOCK_BROKEN;
			open = false;
			s->end = s->end ? s->end : next_line(p);
		}
	}
	return open ? BLOCK_BROKEN : s->begin ? BLOCK_THERE : BLOCK_NONE;
}

enum block_state
block_state(const char *text)
{
	struct span s;

	return find(text, &s);
}

bool
block_has_line(const char *text, unsigned number)
{
	const char *p = text;
	struct span s;

	for (unsigned i = 1; i < number && *p; i++)
		p = next_line(p);
	while (find(text, &s) == BLOCK_THERE && s.end <= p)
		text = s.end;
	return s.begin && s.end && p >= s.begin && p < s.end;
}

/* BEFORE (LEN bytes), a newline if that lacks one, a block if BODY is not NULL, AFTER. */
static char *
join(const char *before, size_t len, const char *body, const char *after)
{
	const char *newline = body && len && before[len - 1] != '\n' ? "\n" : "";
	char *out;

	if (asprintf(&out, "%.*s%s%s%s%s%s", (int)len, before, newline, body ? BEGIN_LINE : "", body ? body : "",
	             body ? END_LINE : "", after) < 0)
		return NULL;
	return out;
}

char *
block_put(const char *text, const char *body, enum block_where where)
{
	char *rest, *out;
	struct span s;

	if (find(text, &s) != BLOCK_THERE)
		return where == BLOCK_FIRST ? join("", 0, body, text) : join(text, strlen(text), body, "");
	rest = block_take(s.end);
	out = rest ? join(text, (size_t)(s.begin - text), body, rest) : NULL;
	free(rest);
	return out;
}

char *
block_put_both(const char *text, const char *first, const char *last)
{
	char *bare = block_take(text), *begun, *out;

	if (!bare)
		return NULL;
	begun = join("", 0, first, bare);
	out = begun ? join(begun, strlen(begun), last, "") : NULL;
	free(bare);
	free(begun);
	return out;
}

char *
block_take(const char *text)
{
	char *out = strdup(text), *less;
	struct span s;

	while (out && find(out, &s) == BLOCK_THERE) {
		less = join(out, (size_t)(s.begin - out), NULL, s.end);
		free(out);
		out = less;
	}
	return out;
}
